"""Delivery: claim -> still true? -> send -> record. Nothing is sent that no longer holds, and nothing twice where it can be known.

The claim is committed with a lease before anything leaves; sending happens outside any transaction; each answer is recorded in a unit
of work of its own together with what follows from it (service, acknowledgement, the next channel).
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from models.base.clock import at
from models.base.db import Database, Work
from models.base.ports import Outcome, Receipt, ReceiptStatus, SendResult
from models.base.tariff import Quiet
from models.base.texts import CHINESE
from models.identity import acts as identity
from models.post import outbox
from models.post.notices import Channel, Kind, Kinds, Notice
from scheduler.senders import Letter, Sender

BATCH = 100
AT_ONCE = 20  # calls to providers in flight
LEASE = timedelta(seconds=60)  # longer than any gateway's time limit
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)
GIVE_UP_AFTER = 40  # attempts, about eight hours
POLL_SECONDS = 1.0
log = structlog.get_logger()


class Delivery:
    """A worker. Several may run: rows are claimed."""

    def __init__(self, database: Database, kinds: Kinds, senders: Mapping[Channel, Sender]) -> None:
        self._database = database
        self._kinds = kinds
        self._senders = senders
        self._one_batch = asyncio.Lock()
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled: deliver what is due; sleep until nudged by a commit, or a second."""
        nudge = self._database.sleeper(outbox.DUE)
        while True:
            nudge.clear()
            try:
                handled = await self.run_once()
            except Exception:
                log.exception("delivery_failed")
                handled = 0
            if not handled:
                await _sleep(nudge)

    async def drain(self) -> None:
        """Deliver until nothing is due; what follows from a delivery included."""
        while await self.run_once():
            pass

    async def run_once(self) -> int:
        """One batch; returns how many rows were claimed. A batch under way is waited for."""
        async with self._one_batch:
            letters, claimed = await self._claim()
            await asyncio.gather(*(self._deliver(letter) for letter in letters))
            return claimed

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Delivery receipts from a carrier: they only move a status forward."""
        async with self._database.begin("system:receipts") as work:
            for receipt in receipts:
                await self._receive_one(work, receipt)

    async def _receive_one(self, work: Work, receipt: Receipt) -> None:
        news = await outbox.receive(work, receipt)
        if news is None:
            return
        notice, first_heard = news
        kind = self._kinds[notice.kind]
        if first_heard:
            await kind.on_sent(work, notice)
        if receipt.status is ReceiptStatus.FAILED:
            await kind.on_failed(work, notice)

    async def _claim(self) -> tuple[list[Letter], int]:
        async with self._database.begin("system:delivery") as work:
            claimed = await outbox.claim(work, limit=BATCH, lease=LEASE)
            true = await self._still_true(work, claimed)
            await outbox.drop(
                work, [notice.id for notice in claimed if notice.id not in true], "no longer true"
            )
            going = [n for n in claimed if n.id in true and not await self._wait_for_morning(work, n)]
            letters = [await self._letter_or_later(work, notice) for notice in going]
            return [letter for letter in letters if letter], len(claimed)

    async def _still_true(self, work: Work, notices: Sequence[Notice]) -> set[int]:
        by_kind: dict[str, list[Notice]] = defaultdict(list)
        for notice in notices:
            by_kind[notice.kind].append(notice)
        true: set[int] = set()
        for name, group in by_kind.items():
            true |= await self._kinds[name].still_true(work, group)
        return true

    async def _wait_for_morning(self, work: Work, notice: Notice) -> bool:
        """Quiet hours: texts other than codes and unlock confirmations wait."""
        morning = quiet_until(work.now, work.city.tariff.quiet)
        if morning is None or self._kinds[notice.kind].in_quiet_hours or notice.channel is not Channel.SMS:
            return False
        await outbox.later(work, notice, morning - work.now, "quiet hours", in_doubt=False)
        return True

    async def _letter_or_later(self, work: Work, notice: Notice) -> Letter | None:
        """A notice that cannot be written keeps no other from going out."""
        try:
            async with work.attempt():
                return await self._letter(work, notice)
        except Exception:
            log.exception("letter_failed", kind=notice.kind, outbox_id=notice.id)
            await outbox.later(work, notice, LONGEST_RETRY, "letter_failed", in_doubt=False)
            return None

    async def _letter(self, work: Work, notice: Notice) -> Letter:
        contact = await identity.contact(work, notice.person_id) if notice.person_id is not None else None
        moment = await self._kinds[notice.kind].moment(work, notice)
        language = notice.language or (contact.language if contact else CHINESE)
        return Letter(notice, contact, language, {**work.city.figures, **notice.params, **moment})

    async def _deliver(self, letter: Letter) -> None:
        """Send, and record the answer at once. One that cannot be recorded keeps its claim: its lease runs out, and it is looked up."""
        async with self._at_once:
            result = await self._send(letter)
            try:
                await self._record(letter, result)
            except Exception:
                log.exception("record_failed", kind=letter.notice.kind, outbox_id=letter.notice.id)

    async def _send(self, letter: Letter) -> SendResult:
        try:
            return await self._senders[letter.notice.channel].send(letter)
        except Exception:
            log.exception("send_failed", kind=letter.notice.kind, outbox_id=letter.notice.id)
            return SendResult(Outcome.UNKNOWN, reason="accident")

    async def _record(self, letter: Letter, result: SendResult) -> None:
        notice, kind = letter.notice, self._kinds[letter.notice.kind]
        log.info(
            "sent", kind=notice.kind, channel=notice.channel, outcome=result.outcome, reason=result.reason
        )
        async with self._database.begin("system:delivery") as work:
            match result.outcome:
                case Outcome.SENT:
                    if await outbox.sent(work, notice, result.provider_id):
                        await kind.on_sent(work, notice)
                case Outcome.REFUSED:
                    await self._refused(work, kind, notice, result.reason)
                case Outcome.LATER | Outcome.UNKNOWN:
                    await self._again(work, kind, notice, result)

    async def _refused(self, work: Work, kind: Kind, notice: Notice, reason: str) -> None:
        if notice.channel is Channel.CHAT and kind.chat_else_sms:
            await outbox.by_sms(work, notice)
        elif await outbox.failed(work, notice, reason):
            await kind.on_failed(work, notice)

    async def _again(self, work: Work, kind: Kind, notice: Notice, result: SendResult) -> None:
        if (
            notice.attempts >= GIVE_UP_AFTER and notice.channel is not Channel.WALLET
        ):  # an unlock is owed until it is done
            await self._refused(work, kind, notice, result.reason)
            return
        doubt = result.outcome is Outcome.UNKNOWN
        await outbox.later(work, notice, retry_after(notice.attempts), result.reason, in_doubt=doubt)


def retry_after(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s, ... up to a quarter of an hour."""
    doublings: int = 2 ** min(attempts - 1, 10)
    return min(LONGEST_RETRY, FIRST_RETRY * doublings)


def quiet_until(now: datetime, quiet: Quiet) -> datetime | None:
    """The end of the quiet hours that hold now (civic); None by day. They span midnight."""
    clock = now.timetz().replace(tzinfo=None)
    if clock >= quiet.begins:
        return at(now.date() + timedelta(days=1), quiet.ends)
    return at(now.date(), quiet.ends) if clock < quiet.ends else None


async def _sleep(nudge: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(nudge.wait(), POLL_SECONDS)
    except TimeoutError:
        return
