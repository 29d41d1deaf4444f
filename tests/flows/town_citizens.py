"""What citizens do: with their cases, with who drove, with their money. What is refused is told by its sentence."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from models.base.ports import TradeState
from models.flows.settlement import Settlement
from models.violations.payments import Order
from tests.flows.town_books import Row
from tests.flows.town_folks import OPENIDS, REASON, Folks, Pick
from tests.flows.town_money import PAYABLE, UNDECIDED, owed
from tests.flows.townsfolk import FOLK
from tests.helpers import paid_trade


class Citizens(Folks):
    """In the chat, and on the page where one pays."""

    # the citizen with a case

    def _accept_now(self) -> list[str]:
        return [
            number
            for number in self._written(self._where(*UNDECIDED, paused=False, nominated=False))
            if self.facts.cases[number].fine in range(1, 20001)
            and self.facts.cases[number].points is not None
        ]

    async def accept(self, number: str, pick: Pick, wild: bool) -> bool:
        return await self._says(number, pick, wild, f"确认 {number}", "accept.done", "accept.done_by_letter")

    def _object_now(self) -> list[str]:
        fresh = self._where(*UNDECIDED, *PAYABLE, nominated=False)
        return self._written([number for number in fresh if not self.facts.of("challenges", number)])

    async def object(self, number: str, pick: Pick, wild: bool) -> bool:
        return await self._says(number, pick, wild, f"申诉 {number} {REASON}", "object.filed")

    def _review_now(self) -> list[str]:
        decided = self._where(*PAYABLE, "paid")
        return self._written([number for number in decided if not [*self.facts.of("challenges", number)]])

    async def review(self, number: str, pick: Pick, wild: bool) -> bool:
        return await self._says(number, pick, wild, f"复议 {number} {REASON}", "object.filed")

    def _withdraw_objection_now(self) -> list[str]:
        return [each.case_number for each in self._open_challenges()]

    async def withdraw_objection(self, number: str, pick: Pick, wild: bool) -> bool:
        return await self._says(number, pick, wild, f"撤回申诉 {number}", "object.withdrawn")

    def _defer_now(self) -> list[str]:
        fresh = [
            number
            for number in self._where(*PAYABLE)
            if not any(each.state in {"asked", "granted"} for each in self.facts.of("payment_plans", number))
        ]
        return self._written([each for each in fresh if len(self.facts.of("payment_plans", each)) < 2])

    async def defer(self, number: str, pick: Pick, wild: bool) -> bool:
        text = pick([f"延期 {number} 这个月失业了", f"分期 {number} 2 这个月失业了"])
        return await self._says(number, pick, wild, text, "plan.filed")

    def _withdraw_plan_now(self) -> list[str]:
        return [each.case_number for each in self._plans("asked", "granted")]

    async def withdraw_plan(self, number: str, pick: Pick, wild: bool) -> bool:
        return await self._says(number, pick, wild, f"撤回延期 {number}", "plan.withdrawn")

    def _e_service_now(self) -> list[int]:
        return self._writers()

    _e_service_wild = _e_service_now

    async def e_service(self, person: int, pick: Pick, wild: bool) -> bool:
        """Revoked by who had agreed, given by who had not."""
        del wild
        given = person not in self.consents or pick([False, True, True])
        await self.town.say(person, f"电子送达 {'同意' if given else '不同意'}")
        (self.consents.add if given else self.consents.discard)(person)
        return True

    # who drove

    def _nominate_now(self) -> list[str]:
        free = self._where(*UNDECIDED, paused=False, nominated=False)
        moved = {each.case_number for each in self.facts.nominations.values() if each.state == "verified"}
        return self._written([number for number in free if number not in moved])

    async def nominate(self, number: str, pick: Pick, wild: bool) -> bool:
        name = FOLK[
            self.town.people.index(pick(self._drivers() if not wild else self.town.people))
        ].entry.claim.name
        done = await self._says(number, pick, wild, f"转给 {number} {name}", "nominate.asked")
        if not done:  # who is named in vain is counted
            self.facts = await self.town.look(self.facts.last_event)
        return done

    def _withdraw_now(self) -> list[str]:
        return [each.case_number for each in self._nominations("open")]

    async def withdraw(self, number: str, pick: Pick, wild: bool) -> bool:
        return await self._says(number, pick, wild, f"撤回 {number}", "withdraw.done")

    def _asked(self) -> list[Row]:
        return [each for each in self._nominations("open") if self._writes(each.driver_id)]

    def _nominations_wild(self) -> list[Row]:
        return [each for each in self.facts.nominations.values() if self._writes(each.driver_id)]

    _consent_as_driver_now = _decline_now = _asked
    _consent_as_driver_wild = _decline_wild = _nominations_wild

    async def consent_as_driver(self, asked: Row, pick: Pick, wild: bool) -> bool:
        return await self._answers(asked, pick, wild, "同意", "takeover.done", "takeover.checked")

    async def decline(self, asked: Row, pick: Pick, wild: bool) -> bool:
        return await self._answers(asked, pick, wild, "拒绝", "takeover.declined")

    async def _answers(self, asked: Row, pick: Pick, wild: bool, word: str, *done: str) -> bool:
        code = await self.town.code(asked.id)
        person = pick([asked.driver_id, *self._writers()]) if wild else asked.driver_id
        return await self._says(asked.case_number, pick, wild, f"{word} {code}", *done, person=person)

    # money

    def _order_now(self) -> list[str]:
        return self._where(*PAYABLE)

    async def order(self, number: str, pick: Pick, wild: bool) -> bool:
        """Of one case, of a part of it, or of all that somebody can pay."""
        numbers, amount = [number], None
        sort = pick(["whole", "whole", "part", "all"])
        if sort == "all":
            mine = self.facts.cases[number].liable_id
            numbers += [
                each
                for each in self._order_now()
                if each != number and self.facts.cases[each].liable_id == mine
            ]
        elif sort == "part":
            amount = pick([5000, 7500, 10100])
        made = await self.town.order(numbers[:9], pick(OPENIDS), amount)
        if isinstance(made, str):
            return False
        if not wild:
            due = [owed(self.facts, each, self.town.today) for each in numbers[:9]]
            assert made.total == (amount or sum(map(sum, due))), (made, due)
        if made not in self.orders:
            self.orders.append(made)
        return True

    def _pay_now(self) -> list[Order]:
        booked = {each.order_number for each in self.facts.payments.values()}
        return [each for each in self.orders if each.number not in booked][-6:]

    def _pay_wild(self) -> list[Order]:
        return self.orders

    async def pay(self, order: Order, pick: Pick, wild: bool) -> bool:
        """Now, or the news is late; of another amount; of one that was not paid. In a wild step perhaps again."""
        now = self.town.clock.now().astimezone(UTC)
        sort = pick(["now", "now", "now", "now", "news is late", "odd", "unpaid"])
        trade = paid_trade(order, now)
        if sort == "news is late":
            trade = replace(trade, paid_at=min(now, order.expires_at - timedelta(minutes=1)))
        elif sort == "odd":
            trade = replace(trade, total=trade.total + 1)
        elif sort == "unpaid":
            trade = replace(trade, state=TradeState.OPEN)
        known = order.number in {each.order_number for each in self.facts.payments.values()}
        told = await self.town.settle(trade)
        if sort == "odd":
            assert told is Settlement.MISMATCH
        elif sort == "unpaid":
            assert told is Settlement.NOT_PAID
        else:
            assert (told is Settlement.ALREADY) == known
            if not known:
                await self._booked(order, trade, told)
        return told in {Settlement.BOOKED, Settlement.SURPLUS}

    async def _booked(self, order: Order, trade: Any, told: Settlement) -> None:
        """What was taken of each part is what was open, and the rest goes back."""
        now, taken = await self.town.look(self.facts.last_event), 0
        in_time = trade.paid_at <= order.expires_at
        for part in order.parts:
            case = self.facts.cases[part.case_number]
            row = next(
                each
                for each in now.of("payment_parts", part.case_number)
                if each.order_number == order.number
            )
            principal, added = (0, 0)
            if case.state in PAYABLE:
                principal, added = owed(self.facts, part.case_number, self.town.today)
            if part.whole and not in_time and part.total != principal + added:
                principal = added = 0
            want = min(part.total, principal), min(max(0, part.total - principal), added)
            assert (row.paid_principal, row.paid_surcharge) == want, (row, want)
            assert row.surplus == part.total - sum(want)
            taken += sum(want)
            closes = bool(sum(want)) and (part.whole or sum(want) == principal + added)
            state = now.cases[part.case_number].state
            assert state == ("paid" if closes else case.state), (state, part, want)
        assert (told is Settlement.BOOKED) == (taken > 0)
