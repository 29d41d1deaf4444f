"""What can be done in the town, and how often each is chosen.

An act has its candidates: those for whom it may succeed (`likely`), or, in a wild step, anybody and anything.
"""

from datetime import UTC
from typing import Any

from models.base.ports import Receipt, ReceiptStatus, RefundState
from models.identity.rules import Plate
from tests.flows.town_books import TOLD
from tests.flows.town_citizens import Citizens
from tests.flows.town_folks import CODES, Pick
from tests.flows.town_officers import Officers
from tests.flows.townsfolk import FOLK, VAN


class Acts(Citizens, Officers):
    """All of them, and what nobody does: cameras, the post, the clock."""

    def likely(self, name: str) -> list[Any]:
        """For whom or what it may succeed now."""
        found: list[Any] = getattr(self, f"_{name}_now")()
        return found

    async def do(self, name: str, pick: Pick, *, wild: bool) -> bool:
        """Whether it was done."""
        self.step = STEP_OF.get(name, name)
        anything: list[Any] = getattr(self, f"_{name}_wild", self._cases)()
        candidates = (anything if wild else self.likely(name)) or self.likely(name)
        if not candidates:
            return False
        done: bool = await getattr(self, name)(pick(candidates), pick, wild)
        return done

    def _record_now(self) -> list[Plate]:
        return [VAN, *(each.plate for each in FOLK if each.plate)]

    _record_wild = _record_now

    async def record(self, plate: Plate, pick: Pick, wild: bool) -> bool:
        """A new one; in a wild step the last one comes again, and is no other."""
        if wild and self.town.last_report:
            assert not (await self.town.enter(self.town.last_report)).new
        await self.town.record(plate, pick(CODES))
        return True

    def _deliver_now(self) -> list[str]:
        return ["all"]

    _deliver_wild = _deliver_now

    async def deliver(self, which: str, pick: Pick, wild: bool) -> bool:
        del which, pick, wild
        self.town.fakes.payments.arrived = RefundState.DONE
        await self.town.deliver()
        return True

    def _not_arrived_now(self) -> list[Any]:
        """Texts that served something."""
        return [
            each for each in self.town.fakes.sms.sent if each.template in {"decision_made", "overdue_warning"}
        ][-4:]

    def _not_arrived_wild(self) -> list[Any]:
        return self.town.fakes.sms.sent[-20:]

    async def not_arrived(self, sent: Any, pick: Pick, wild: bool) -> bool:
        """The carrier says so, days later perhaps; however often."""
        del pick, wild
        now = self.town.clock.now().astimezone(UTC)
        await self.town.post.receive([Receipt("", sent.key, ReceiptStatus.FAILED, now, "DB:0141")])
        return True

    def _days_now(self) -> list[int]:
        return [1, 1, 1, 2, 3, 8]

    _days_wild = _days_now

    async def days(self, count: int, pick: Pick, wild: bool) -> bool:
        """So many go by, and their jobs run: each morning, or all at once when the scheduler comes back."""
        del wild
        self.town.clock.move(days=count)
        self.worked = not pick([True, True, True, False]) or await self.town.work_a_day()
        return True

    def _hours_now(self) -> list[int]:
        return [1, 6, 25]

    _hours_wild = _hours_now

    async def hours(self, count: int, pick: Pick, wild: bool) -> bool:
        """The clock goes on, and no job runs yet."""
        del pick, wild
        self.town.clock.move(hours=count)
        return True

    async def everybody_was_told_once(self) -> None:
        """A receipt for each case that was paid, one word for each refund that arrived; on each channel once."""
        told: dict[tuple[str, str], int] = {}
        for kind, subject, _, count in await self.town.eyes.rows(TOLD):
            told[kind, subject] = max(count, told.get((kind, subject), 0))
        for number, case in self.facts.cases.items():
            receipts = told.get(("payment_receipt", number), 0)
            assert receipts <= 1
            assert receipts or case.state != "paid"
            arrived = sum(each.state == "done" for each in self.facts.of("refunds", number))
            assert told.get(("refund_done", number), 0) == arrived


STEP_OF = {"deliver": "post", "days": "jobs"}
# How often each is chosen among those for which there is somebody now: what seldom is possible is then seldom missed.
ACTS = {
    "accept": 3,
    "object": 2,
    "review": 1,
    "withdraw_objection": 2,
    "defer": 3,
    "withdraw_plan": 2,
    "e_service": 1,
    "nominate": 5,
    "withdraw": 5,
    "consent_as_driver": 8,
    "decline": 2,
    "order": 4,
    "pay": 6,
    "figure": 3,
    "erase": 1,
    "serve": 2,
    "void": 1,
    "extend": 1,
    "announce": 2,
    "decide_silence": 12,
    "withdraw_silence": 1,
    "verify": 8,
    "answer": 6,
    "grant": 5,
    "refuse": 2,
    "lock": 6,
    "unlock": 1,
    "confirm": 8,
    "turn_down": 2,
    "study": 4,
    "record": 4,
    "deliver": 6,
    "not_arrived": 6,
    "days": 7,
    "hours": 1,
}
