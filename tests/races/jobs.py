"""What the two processes are given to do. A job takes its corner; it goes there by name, with its arguments."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy.exc import IntegrityError

from bot import imports
from bot.app import make_app
from bot.imports import Summary
from bot.inbox import Said
from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import BillLine, Receipt, Trade
from models.flows import settlement
from models.flows.settlement import Settlement
from scheduler.jobs.compare_wallet import CompareWallet
from scheduler.jobs.query_silent_orders import SilentOrders
from scheduler.jobs.reconcile_bills import ReconcileBills
from scheduler.service import DailyJob, NotLeading, Scheduler
from tests.fakes import Lock
from tests.helpers import APP_ID, MERCHANT_ID
from tests.races.corner import Corner
from tests.races.wire import Job
from tests.service import assembled, delivery, inbox

Act = Callable[..., Awaitable[Any]]
DAILY = "race.ran"


def act(what: Act, *args: Any, **named: Any) -> Job:
    """An act in one unit of work: what it returns, or the key of its refusal."""
    return partial(_act, what=what, args=args, named=named)


async def _act(corner: Corner, what: Act, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    async with corner.database.begin("race") as work:
        try:
            return await what(work, *args, **named)
        except Refusal as refusal:
            return refusal.key


def together(all_: Sequence[Job], most: int = 10) -> Job:
    """All of them in this process, so many at once."""
    return partial(_together, all_=all_, most=most)


async def _together(corner: Corner, all_: Sequence[Job], most: int) -> None:
    gate = asyncio.Semaphore(most)

    async def through(job: Job) -> None:
        async with gate:
            await job(corner)

    await asyncio.gather(*[through(job) for job in all_])


def later(seconds: float, job: Job) -> Job:
    """So much later on the wall."""
    return partial(_later, seconds=seconds, job=job)


async def _later(corner: Corner, seconds: float, job: Job) -> Any:
    corner.wall.instant += timedelta(seconds=seconds)
    return await job(corner)


def say(openid: str, key: str, text: str) -> Job:
    """A message reaches this process; its reply."""
    return partial(_say, said=Said(openid, key, text))


async def _say(corner: Corner, said: Said) -> str:
    return (await inbox(corner.database, corner.fakes).answer(said)).text


def pay(trade: Trade) -> Job:
    """The payment provider's news."""
    return partial(_pay, trade=trade)


async def _pay(corner: Corner, trade: Trade) -> Settlement:
    async with corner.database.begin("system:wechat-pay") as work:
        return await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)


def query(trade: Trade) -> Job:
    """The job that asks the payment provider, who answers this; how many orders came to an end."""
    return partial(_query, trade=trade)


async def _query(corner: Corner, trade: Trade) -> int:
    corner.fakes.payments.trades[trade.order_no] = trade
    return await SilentOrders(corner.database, corner.fakes.payments).query_all()


def reconcile(day: date, lines: Sequence[BillLine]) -> Job:
    """The job that compares a day's bill, which is this; how many differences it found."""
    return partial(_reconcile, day=day, lines=lines)


async def _reconcile(corner: Corner, day: date, lines: Sequence[BillLine]) -> int:
    corner.fakes.payments.bills = {day: lines}
    return (await ReconcileBills(corner.database, corner.fakes.payments).run(day)).found


def compare(day: date, locks: Mapping[str, Lock]) -> Job:
    """The job that compares what the wallet holds, which is this; how many differences it found."""
    return partial(_compare, day=day, locks=locks)


async def _compare(corner: Corner, day: date, locks: Mapping[str, Lock]) -> int:
    corner.fakes.wallet.locks = dict(locks)
    return (await CompareWallet(corner.database, corner.fakes.wallet).run(day)).found


async def deliver(corner: Corner) -> int:
    """One batch of what is due."""
    return await delivery(corner.database, corner.fakes).run_once()


def enter(body: Mapping[str, Any], key: str, idempotency_key: str, path: str = "violations") -> Job:
    """`POST /api/v1/violations`, or another path, to this process: status, body, and whether it says that it repeats itself."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency_key}
    return partial(_enter, path=path, body=body, headers=headers)


async def _enter(
    corner: Corner, path: str, body: Mapping[str, Any], headers: dict[str, str]
) -> tuple[int, Any, bool]:
    server = TestServer(make_app(assembled(corner.database, corner.fakes)))
    async with server, ClientSession() as http:
        url = server.make_url(f"/api/v1/{path}")
        async with http.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json(), "Idempotent-Replayed" in answer.headers


def hand_in(kind: str, file: Path) -> Job:
    """`shimin import` of a file."""
    return partial(_hand_in, kind=kind, file=file)


async def _hand_in(corner: Corner, kind: str, file: Path) -> Summary:
    return await imports.run(corner.database, kind, file, lambda done, total: None)


async def seal(corner: Corner) -> int:
    """The sealer's turn: how many events it linked, none when another was first."""
    try:
        async with corner.database.begin("system:sealer") as work:
            return await audit.seal(work)
    except IntegrityError:
        return 0


async def tick(corner: Corner) -> str:
    """A scheduler's turn, with one daily job that leaves a trace."""
    try:
        led = await Scheduler(corner.database, [DailyJob(DAILY, time(9), _leave_a_trace)], ()).tick()
    except NotLeading:
        return "lost the lead"
    return "led" if led else "followed"


async def _leave_a_trace(work: Work) -> int:
    await audit.record(work, DAILY, f"day {work.today}")
    return 1


def receive(receipts: Sequence[Receipt]) -> Job:
    """The carrier reports."""
    return partial(_receive, receipts=receipts)


async def _receive(corner: Corner, receipts: Sequence[Receipt]) -> None:
    await delivery(corner.database, corner.fakes).receive(receipts)
