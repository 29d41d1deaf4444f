"""What can be done in the town: by whom, with what, and how it is told whether it was done.

An act has its candidates: those for whom it may succeed (`likely`), or, in a wild step, anybody and anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import Any

from models.base.ports import Receipt, ReceiptStatus, RefundState, TradeState
from models.flows.settlement import Settlement
from models.identity.rules import Plate
from models.violations.payments import Order
from tests.flows.town_books import TOLD, Facts, Row
from tests.flows.town_laws import PAYABLE, UNDECIDED, a_day, owed
from tests.flows.townsfolk import COMPANY_NO, FOLK, VAN, WHY, Townsfolk
from tests.helpers import HORN, OVERLOAD, PARKING, RED_LIGHT, SPEEDING, paid_trade

Pick = Callable[[Sequence[Any]], Any]
OFFICER, OTHER, SUPERVISOR = 0, 1, 2
REASON = "红灯时我在让救护车"
CODES = (PARKING, SPEEDING, SPEEDING, RED_LIGHT, OVERLOAD, HORN)
OPENIDS = ("o-li", "o-wang", "")


@dataclass
class Acts:
    """`facts` are those after the last step, `step` is its kind; `consents` is who agreed to electronic service."""

    town: Townsfolk
    facts: Facts = field(init=False)
    step: str = ""
    worked: bool = False
    consents: set[int] = field(init=False)
    orders: list[Order] = field(default_factory=list)
    paid: list[Any] = field(default_factory=list)
    references: int = 0

    def __post_init__(self) -> None:
        self.consents = {self.town.people[each] for each in (0, 1, 2)}

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

    # who and what

    def _cases(self) -> list[str]:
        return list(self.facts.cases)

    def _where(self, *states: str, **more: Any) -> list[str]:
        """Cases that are in these states, in dispute or not, and waiting for a driver or not."""
        found = []
        for number, case in self.facts.cases.items():
            paused, nominated = self.facts.paused(number), self.facts.nominated(number) is not None
            if case.state in states and more.get("paused", paused) == paused:
                if more.get("nominated", nominated) == nominated:
                    found.append(number)
        return found

    def _writes(self, person: int) -> bool:
        each = self.town.folk_of(person)
        return each is None or bool(each.openid)

    def _written(self, numbers: Sequence[str]) -> list[str]:
        return [number for number in numbers if self._writes(self.facts.cases[number].liable_id)]

    def _writers(self) -> list[int]:
        return [
            *(person for person in self.town.people if self._writes(person)),
            self.town.company,
        ]

    async def _says(
        self, number: str, pick: Pick, wild: bool, text: str, *done: str, person: int | None = None
    ) -> bool:
        """Whoever may, or in a wild step anybody, writes this; whether one of these sentences came back."""
        liable = self.facts.cases[number].liable_id if number in self.facts.cases else 0
        who = person or (pick(self._writers()) if wild else liable)
        if not self._writes(who):
            return False
        chat = await self.town.say(who, text)
        return any(chat.heard(key) for key in done)

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

    def _open_challenges(self) -> list[Row]:
        return [each for each in self.facts.challenges.values() if each.state == "open"]

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

    def _plans(self, *states: str) -> list[Row]:
        return [each for each in self.facts.payment_plans.values() if each.state in states]

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

    def _drivers(self) -> list[int]:
        return [
            each for each, who in zip(self.town.people, FOLK, strict=True) if who.licence_since and who.adult
        ]

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

    def _nominations(self, state: str) -> list[Row]:
        return [each for each in self.facts.nominations.values() if each.state == state]

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

    # officers

    def _figure_now(self) -> list[str]:
        return [number for number in self._where(*UNDECIDED) if self.facts.cases[number].fine is None]

    async def figure(self, number: str, pick: Pick, wild: bool) -> bool:
        del wild
        return self._ok(
            await self.town.act("cases", "figure", number, fine_fen=pick([20000, 50000]), reasons=WHY)
        )

    def _erase_now(self) -> list[str]:
        return self._where(*UNDECIDED)

    async def erase(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("cases", "erase", number, ground="rescue", reasons=WHY))

    def _void_now(self) -> list[str]:
        return self._where(*PAYABLE, "paid")

    async def void(self, number: str, pick: Pick, wild: bool) -> bool:
        who = pick([OFFICER, SUPERVISOR]) if wild else SUPERVISOR
        return self._ok(await self.town.act("cases", "void", number, who, ground="procedure", reasons=WHY))

    def _extend_now(self) -> list[str]:
        done = {each.case_number for each in self.facts.officer_acts.values() if each.act == "extend"}
        return [number for number in self._where("notified") if number not in done]

    async def extend(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        until = max(a_day(self.facts.cases[number].handle_by), self.town.today) + timedelta(days=20)
        return self._ok(await self.town.act("cases", "extend", number, until=str(until), reasons=WHY))

    def _lying(self) -> list[str]:
        announced = {
            each.case_number
            for each in self.facts.silent_cases
            if self.facts.silent_owners[each.silence_id].state == "announced"
        }
        return [
            number
            for number in self._where("notified")
            if a_day(self.facts.cases[number].handle_by) < self.town.today and number not in announced
        ]

    def _announce_now(self) -> list[str]:
        lying = self._lying()
        return lying if len(lying) >= 5 else []

    async def announce(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("cases", "announce", number, reasons=WHY))

    def _announced(self) -> list[int]:
        return [key for key, each in self.facts.silent_owners.items() if each.state == "announced"]

    def _decide_silence_now(self) -> list[int]:
        over = self.facts.silent_owners
        return [each for each in self._announced() if a_day(over[each].announced_until) < self.town.today]

    def _withdraw_silence_now(self) -> list[int]:
        return self._announced()

    def _decide_silence_wild(self) -> list[int]:
        return list(self.facts.silent_owners)

    _withdraw_silence_wild = _decide_silence_wild

    async def decide_silence(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("announcements", "decide", key, SUPERVISOR, reasons=WHY))

    async def withdraw_silence(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("announcements", "withdraw", key))

    def _verify_now(self) -> list[int]:
        return [each.id for each in self._nominations("consented")]

    def _verify_wild(self) -> list[int]:
        return list(self.facts.nominations)

    async def verify(self, key: int, pick: Pick, wild: bool) -> bool:
        del wild
        return self._ok(
            await self.town.act("nominations", "verify", key, ok=pick([True, True, False]), reasons=WHY)
        )

    def _answer_now(self) -> list[int]:
        return [each.id for each in self._open_challenges()]

    def _answer_wild(self) -> list[int]:
        return list(self.facts.challenges)

    async def answer(self, key: int, pick: Pick, wild: bool) -> bool:
        case = self.facts.cases[self.facts.challenges[key].case_number]
        fits = ["upheld", "erased" if case.state in UNDECIDED else "voided"]
        outcome = pick(["upheld", "erased", "voided", "withdrawn"] if wild else fits)
        return self._ok(
            await self.town.act(
                "challenges", "decide", key, SUPERVISOR, outcome=outcome, ground="rescue", reasons=WHY
            )
        )

    def _grant_now(self) -> list[int]:
        return [each.id for each in self._plans("asked")]

    def _grant_wild(self) -> list[int]:
        return list(self.facts.payment_plans)

    _refuse_now, _refuse_wild = _grant_now, _grant_wild

    async def grant(self, key: int, pick: Pick, wild: bool) -> bool:
        plan = self.facts.payment_plans[key]
        spans = [2, 9] if plan.kind == "instalments" else [pick([2, 30])]
        days = [
            str(self.town.today + timedelta(days=each))
            for each in (spans if not wild else pick([[0], [3], [3, 4]]))
        ]
        return self._ok(await self.town.act("plans", "grant", key, days=days, reasons=WHY))

    async def refuse(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("plans", "refuse", key, reasons=WHY))

    # the wallet, by hand

    def _lock_now(self) -> list[str]:
        held = {each.basis for each in self.facts.locks()}
        return [
            number
            for number in self._where("overdue", paused=False)
            if f"case {number}" not in held
            and a_day(self.facts.cases[number].due_on) + timedelta(days=8) <= self.town.today
        ]

    async def lock(self, number: str, pick: Pick, wild: bool) -> bool:
        days = pick([0, 7, 10]) if wild else 7
        served = str(self.town.today - timedelta(days=days))
        return self._ok(await self.town.act("cases", "lock", number, OFFICER, served_on=served, reasons=WHY))

    def _unlock_now(self) -> list[str]:
        return [each.basis.removeprefix("case ") for each in self.facts.locks()]

    async def unlock(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("cases", "unlock", number, OFFICER, reasons=WHY))

    def _confirm_now(self) -> list[int]:
        return [key for key, each in self.facts.lock_requests.items() if each.state == "asked"]

    def _confirm_wild(self) -> list[int]:
        return list(self.facts.lock_requests)

    _turn_down_now, _turn_down_wild = _confirm_now, _confirm_wild

    async def confirm(self, key: int, pick: Pick, wild: bool) -> bool:
        who = pick([OFFICER, OTHER]) if wild else OTHER
        return self._ok(await self.town.act("lock-requests", "confirm", key, who, reasons=WHY))

    async def turn_down(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("lock-requests", "refuse", key, OFFICER, reasons=WHY))

    # points

    def _study_now(self) -> list[int]:
        return [person for person in self._drivers() if self.facts.lots(person)]

    def _study_wild(self) -> list[int]:
        return self.town.people

    async def study(self, person: int, pick: Pick, wild: bool) -> bool:
        """Whatever helps: for a held licence its study and exam, else an hour on site."""
        del wild
        self.references += 1
        hold, today = self.facts.held(person), self.town.today
        what: dict[str, Any] = {"kind": "on_site", "first_day": str(today), "minutes": 60, "passed": True}
        if hold and pick([True, True, False]):
            first, last = a_day(hold.since), min(today, a_day(hold.since) + timedelta(days=29))
            await self._learn(person, {"kind": "full_study", "first_day": str(first), "last_day": str(last)})
            what = {"kind": "full_exam", "first_day": str(today), "passed": True}
        return await self._learn(person, what)

    async def _learn(self, person: int, what: dict[str, Any]) -> bool:
        self.references += 1
        named = {"resident_id": FOLK[self.town.people.index(person)].entry.claim.resident_id}
        return self._ok(
            await self.town.act("educations", "record", f"S-{self.references:04}", OFFICER, **named, **what)
        )

    # cameras, the post, the clock

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

    @staticmethod
    def _ok(answer: Any) -> bool:
        return not isinstance(answer, str)

    async def everybody_was_told_once(self) -> None:
        """A receipt for each case that was paid, one word for each refund that arrived; on each channel once."""
        told = {}
        for kind, subject, channel, count in await self.town.eyes.rows(TOLD):
            told[kind, subject] = max(count, told.get((kind, subject), 0))
        for number, case in self.facts.cases.items():
            closed = case.state == "paid" or any(
                each.reason == "voided" for each in self.facts.of("refunds", number)
            )
            count = told.get(("payment_receipt", number), 0)
            assert count <= 1 and (count == 1 or case.state != "paid"), (number, count, closed)
            done = sum(each.state == "done" for each in self.facts.of("refunds", number))
            assert told.get(("refund_done", number), 0) == done


STEP_OF = {"deliver": "post", "days": "jobs"}
# How often each is chosen among those for which there is somebody now: what seldom is possible is then seldom missed.
ACTS = {
    **{
        "accept": 3,
        "object": 2,
        "review": 1,
        "withdraw_objection": 2,
        "defer": 3,
        "withdraw_plan": 2,
        "e_service": 1,
    },
    **{
        "nominate": 5,
        "withdraw": 5,
        "consent_as_driver": 8,
        "decline": 2,
        "order": 4,
        "pay": 6,
        "figure": 3,
        "erase": 1,
    },
    **{
        "void": 1,
        "extend": 1,
        "announce": 2,
        "decide_silence": 12,
        "withdraw_silence": 1,
        "verify": 8,
        "answer": 6,
    },
    **{
        "grant": 5,
        "refuse": 2,
        "lock": 6,
        "unlock": 1,
        "confirm": 8,
        "turn_down": 2,
        "study": 4,
        "record": 4,
    },
    **{"deliver": 6, "not_arrived": 6, "days": 7, "hours": 1},
}
