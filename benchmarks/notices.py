"""Notices end to end into a carrier on loopback, beside a bare client that posts the same body, in the same run.

    SHIMIN_BENCH_DATABASE_URL=postgresql+asyncpg://USER@HOST:5432/postgres python -m benchmarks.notices [DUE ...]

Each size runs in a process of its own with so many notices due: the worker delivers for some seconds and is stopped, then the bare client
posts for some seconds, in rounds. The worker claims, asks whether it is still true, writes, signs, sends, records the service of the
case and its audit event, and logs each one (into the void). The carrier is a process of its own and answers at once.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime
from statistics import median

import aiohttp
import structlog
import uvloop
from aiohttp import web
from sqlalchemy import text

from benchmarks.claims import fill_outbox
from benchmarks.scratch import scratch
from bot.duties import KINDS
from bot.gateways.sms_aliyun import AliyunSms
from bot.roles import GC_EVERY
from models.base.clock import CITY_ZONE, SystemWall
from models.base.db import Database
from models.post.notices import Channel
from scheduler.delivery import AT_ONCE, Delivery
from scheduler.senders import SmsSender

SIZES = (10_000,)
ROUNDS = 5
SECONDS = 4.0
PORT = 18_099
URL = f"http://127.0.0.1:{PORT}/"
OK = json.dumps({"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "r"}).encode()


class ByDay:
    """A civic clock that begins at ten in the morning, so that nothing waits for the night to end."""

    def __init__(self) -> None:
        self._ahead = datetime(2026, 3, 2, 10, tzinfo=CITY_ZONE) - SystemWall().now()

    def now(self) -> datetime:
        return (SystemWall().now() + self._ahead).astimezone(CITY_ZONE)


async def carrier() -> None:
    """Takes everything, and shows the last request again to whoever asks. Until killed."""
    last: dict[str, object] = {}

    async def take(request: web.Request) -> web.Response:
        last["body"] = (await request.read()).decode()
        last["headers"] = dict(request.headers)
        return web.Response(body=OK, content_type="application/json")

    async def show(request: web.Request) -> web.Response:
        return web.json_response(last)

    app = web.Application()
    app.router.add_post("/", take)
    app.router.add_get("/", show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT).start()
    await asyncio.Event().wait()


async def bare(session: aiohttp.ClientSession, seconds: float) -> float:
    """Posts a second: the body and the headers of the worker's last request, again and again."""
    async with session.get(URL) as answer:
        last = await answer.json()
    headers = {name: value for name, value in last["headers"].items() if name.lower() != "content-length"}
    body, done = last["body"].encode(), 0
    ends = time.perf_counter() + seconds

    async def post_on() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            async with session.post(URL, data=body, headers=headers) as answer:
                await answer.read()
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(post_on() for _ in range(AT_ONCE)))
    return done / (time.perf_counter() - began)


async def delivered(database: Database, session: aiohttp.ClientSession, seconds: float) -> float:
    """Notices a second, recorded as sent; those under way at the end are finished and count."""
    sms = AliyunSms(
        session=session,
        endpoint=URL,
        access_key_id="id",
        access_key_secret="secret",
        sign_name="中山交警",
        templates={"violation_recorded.zh_CN": "SMS_1", "violation_recorded_no_amount.zh_CN": "SMS_2"},
        callback_secret="secret",
    )
    worker = Delivery(database, KINDS, {Channel.SMS: SmsSender(sms, database.wall)})
    before = await sent(database)
    began = time.perf_counter()
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(seconds)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    took = time.perf_counter() - began
    return (await sent(database) - before) / took


async def sent(database: Database) -> int:
    """Rows that are recorded as sent."""
    async with database.read(patience=60) as work:
        return int(await work.scalar(text("SELECT count(*) FROM outbox WHERE state = 'sent'")) or 0)


@contextlib.asynccontextmanager
async def beside_a_carrier() -> AsyncIterator[aiohttp.ClientSession]:
    """A carrier in a process of its own, and a session to talk to it."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.notices", "carrier"])
    try:
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(URL):
                        break
                await asyncio.sleep(0.05)
            yield session
    finally:
        process.terminate()
        process.wait()


async def of_size(due: int) -> None:
    """Print one line."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(open(os.devnull, "w")),  # noqa: SIM115, PTH123
    )
    ours, limits = [], []
    async with scratch(f"notices_{due}", ByDay()) as (database, _), beside_a_carrier() as session:
        await fill_outbox(database, due)
        gc.freeze()  # as a worker's process does when it has started
        gc.set_threshold(GC_EVERY, 20, 50)
        for _ in range(ROUNDS):
            ours.append(await delivered(database, session, SECONDS))
            limits.append(await bare(session, SECONDS))
    ratio = median(our / limit for our, limit in zip(ours, limits, strict=True) if our)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rates = f"{median(ours):>7,.0f} notices/s  bare {median(limits):>7,.0f}/s"
    print(f"{due:>10,} due  {rates}  {ratio:.2f} x bare  {memory:.0f} MB at most")


def main(words: list[str]) -> None:
    """Each size in a process of its own, so that its memory is its own."""
    if words[:1] == ["carrier"]:
        uvloop.run(carrier())
    elif words[:1] == ["size"]:
        uvloop.run(of_size(int(words[1])))
    else:
        for size in words or map(str, SIZES):
            subprocess.run([sys.executable, "-m", "benchmarks.notices", "size", size], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
