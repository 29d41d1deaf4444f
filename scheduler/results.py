"""What providers answered, recorded: what comes in while one unit of work is under way goes into the next one together.

A row is marked and what follows from it (service, acknowledgement, the next channel) is written in the same unit of work, once: only
whoever holds the claim marks it. What cannot be recorded keeps its claim, whose lease runs out, and the provider is asked.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from models.base import trace
from models.base.db import Database, Work
from models.base.ports import Outcome, Receipt, ReceiptStatus, SendResult
from models.post import outbox
from models.post.notices import Channel, Kind, Kinds, Notice
from scheduler.halves import by_halves, is_away
from scheduler.letters import PATIENCE, by_kind

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)
GIVE_UP_AFTER = 40  # attempts, about eight hours
NEVER_GIVEN_UP = {Channel.WALLET, Channel.REFUND}  # an unlock, and money, are owed until it is done
ENOUGH = 250  # answers for one unit of work
LONGEST_WAIT = 0.1  # seconds that an answer waits for others while more are to come
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a notice; `result` is None when it never left."""

    notice: Notice
    result: SendResult | None


class Results:
    """Records answers and receipts. `expected` answers are not recorded yet, nor given up."""

    def __init__(self, database: Database, kinds: Kinds) -> None:
        self._database = database
        self._kinds = kinds
        self.expected = 0
        self._to_come = 0
        self._waiting: list[Answer] = []
        self._enough = asyncio.Event()
        self._fewer = asyncio.Event()
        self._recording: asyncio.Task[None] | None = None

    def expect(self, count: int) -> None:
        """So many more answers are to come."""
        self.expected += count
        self._to_come += count

    def add(self, answer: Answer) -> None:
        """To be recorded soon: with others that are still to come, if they come in a moment."""
        self._to_come -= 1
        self._waiting.append(answer)
        if not self._to_come or len(self._waiting) >= ENOUGH:
            self._enough.set()
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record_waiting())

    async def at_most(self, count: int) -> None:
        """Wait until no more than so many are expected."""
        while self.expected > count:
            self._fewer.clear()
            await self._fewer.wait()

    async def _record_waiting(self) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT):
                    await self._enough.wait()
            self._enough.clear()
            together, self._waiting = self._waiting, []
            try:
                await by_halves(together, self._record, _keep_claim)
            except Exception:
                log.exception("records_failed", count=len(together))
            finally:
                self.expected -= len(together)
                self._fewer.set()

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Delivery receipts from a carrier: they only move a status forward. One that cannot be recorded keeps no other from it; then
        the whole report is refused, comes again, and the others are no news. Each is a unit of work: whoever records what was sent
        holds many rows at once, in an order of its own."""
        refused: list[Exception] = []
        for receipt in receipts:
            try:
                async with self._database.begin("system:receipts") as work:
                    await self._receive_one(work, receipt)
            except Exception as problem:
                if is_away(problem):
                    raise
                log.exception("receipt_failed", provider_id=receipt.provider_id)
                refused.append(problem)
        if refused:
            raise refused[0]

    async def _receive_one(self, work: Work, receipt: Receipt) -> None:
        news = await outbox.receive(work, receipt)
        if news is None:
            return
        notice, first_heard = news
        kind = self._kinds[notice.kind]
        with trace.bound(notice.trace):
            log.info("receipt", kind=notice.kind, status=receipt.status, reason=receipt.reason)
            if first_heard:
                await kind.on_sent(work, [notice])
            if receipt.status is ReceiptStatus.FAILED:
                await kind.on_failed(work, notice)

    async def _record(self, answers: Sequence[Answer]) -> None:
        async with self._database.begin("system:delivery", patience=PATIENCE) as work:
            await outbox.give_back(work, [answer.notice for answer in answers if answer.result is None])
            known = [(answer.notice, answer.result) for answer in answers if answer.result]
            await self._sent(work, [pair for pair in known if pair[1].outcome is Outcome.SENT])
            for notice, result in known:
                if result.outcome is not Outcome.SENT:
                    with trace.bound(notice.trace):
                        await self._not_sent(work, self._kinds[notice.kind], notice, result)

    async def _sent(self, work: Work, known: Sequence[tuple[Notice, SendResult]]) -> None:
        if known:
            ours = await outbox.sent_all(work, [(notice, result.provider_id) for notice, result in known])
            for name, notices in by_kind(ours).items():
                await self._kinds[name].on_sent(work, notices)

    async def _not_sent(self, work: Work, kind: Kind, notice: Notice, result: SendResult) -> None:
        given_up = notice.attempts >= GIVE_UP_AFTER and notice.channel not in NEVER_GIVEN_UP
        if result.outcome is Outcome.REFUSED or given_up:
            await self._refused(work, kind, notice, result.reason)
            return
        doubt = result.outcome is Outcome.UNKNOWN
        await outbox.later(work, notice, retry_after(notice.attempts), result.reason, in_doubt=doubt)

    async def _refused(self, work: Work, kind: Kind, notice: Notice, reason: str) -> None:
        if notice.channel is Channel.CHAT and kind.chat_else_sms:
            await outbox.by_sms(work, notice)
        elif await outbox.failed(work, notice, reason):
            await kind.on_failed(work, notice)


def retry_after(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s, ... up to a quarter of an hour."""
    doublings: int = 2 ** min(attempts - 1, 10)
    return min(LONGEST_RETRY, FIRST_RETRY * doublings)


async def _keep_claim(answer: Answer, problem: Exception) -> None:
    log.error("record_failed", kind=answer.notice.kind, outbox_id=answer.notice.id, exc_info=problem)
