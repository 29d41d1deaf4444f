"""Delivery: claim -> still true? -> send -> record. Nothing is sent that no longer holds, and nothing twice where it can be known.

    Letters   claims, committed with a lease before anything leaves        (scheduler/letters.py)
    Delivery  sends, so many at once, outside any transaction; the next batch is claimed meanwhile
    Results   records each answer with what follows from it                (scheduler/results.py)

At most `MOST_IN_HAND` letters are in memory. One that waited so long that its lease could run out under way is given back unsent, and
so is what has not left when the worker is asked to stop.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from models.base import trace
from models.base.db import Database
from models.base.metrics import Metrics
from models.base.ports import Outcome, Receipt, SendResult
from models.post import outbox
from models.post.notices import Channel, Kinds
from scheduler.letters import BATCH, LEASE, Letters
from scheduler.results import Answer, Results
from scheduler.senders import Letter, Sender

AT_ONCE = 20  # calls to providers in flight
MOST_IN_HAND = 2 * BATCH
LONGEST_SEND = timedelta(seconds=35)  # asking the carrier about two days, and the call itself
STOP_SECONDS = 7.0
POLL_SECONDS = 1.0
log = structlog.get_logger()


class Delivery:
    """A worker. Several may run: rows are claimed."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        senders: Mapping[Channel, Sender],
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._senders = senders
        self._metrics = metrics or Metrics()
        self._letters = Letters(database, kinds)
        self._results = Results(database, kinds)
        self._one_claim = asyncio.Lock()
        self._to_send: deque[tuple[Letter, datetime]] = deque()
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled: deliver what is due; sleep until nudged by a commit, or a second. Cancelled, it finishes what is under way."""
        nudge = self._database.sleeper(outbox.DUE)
        try:
            while True:
                nudge.clear()
                if not await self._next_batch():
                    await _sleep(nudge)
                await self._results.at_most(MOST_IN_HAND - BATCH)
        finally:
            await self._stop()

    async def drain(self) -> None:
        """Deliver until nothing is due and nothing under way; what follows from a delivery included."""
        while await self.run_once():
            pass

    async def run_once(self) -> int:
        """One batch, from the beginning of what is due, until all that is under way is recorded; returns how many rows were claimed."""
        async with self._one_claim:
            letters, claimed = await self._letters.all_due()
            self._start(letters)
        under_way = self._results.expected
        await self._results.at_most(0)
        return claimed or under_way

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Delivery receipts from a carrier: they only move a status forward."""
        await self._results.receive(receipts)

    async def _next_batch(self) -> int:
        try:
            async with self._one_claim:
                letters, claimed = await self._letters.next()
                self._start(letters)
                return claimed
        except Exception:
            log.exception("delivery_failed")
            return 0

    def _start(self, letters: Sequence[Letter]) -> None:
        latest = self._database.wall.now() + LEASE - LONGEST_SEND
        self._results.expect(len(letters))
        self._to_send.extend((letter, latest) for letter in letters)
        for _ in range(min(len(letters), AT_ONCE - len(self._sending))):
            task = asyncio.create_task(self._send_on())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send_on(self) -> None:
        """One letter after the other, while there are any."""
        while self._to_send:
            letter, latest = self._to_send.popleft()
            trace.begin(letter.notice.trace)
            too_late = self._database.wall.now() > latest
            result = None if too_late else await self._send(letter)
            self._results.add(Answer(letter.notice, result))

    async def _send(self, letter: Letter) -> SendResult:
        try:
            result = await self._senders[letter.notice.channel].send(letter)
        except Exception:
            log.exception("send_failed", kind=letter.notice.kind, outbox_id=letter.notice.id)
            result = SendResult(Outcome.UNKNOWN, reason="accident")
        self._heard(letter, result)
        return result

    def _heard(self, letter: Letter, result: SendResult) -> None:
        """A provider answered, or did not."""
        notice = letter.notice
        self._metrics.sent(notice.channel, result.outcome)
        log.info(
            "sent", kind=notice.kind, channel=notice.channel, outcome=result.outcome, reason=result.reason
        )

    async def _stop(self) -> None:
        """Calls under way are finished and recorded, unsent letters given back. What takes too long keeps its claim."""
        while self._to_send:
            letter, _ = self._to_send.popleft()
            self._results.add(Answer(letter.notice, None))
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._results.at_most(0)
        except TimeoutError:
            log.warning("letters_abandoned", count=self._results.expected)
        finally:
            for task in self._sending:
                task.cancel()


async def _sleep(nudge: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(nudge.wait(), POLL_SECONDS)
    except TimeoutError:
        return
