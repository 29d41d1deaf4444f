"""Whatever happens to two cases in whatever order: no illegal transition, no early lock, and the books agree."""

from contextlib import suppress
from datetime import timedelta
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import func, select

from models.base.db import City
from models.base.errors import Refusal
from models.flows import plan
from models.flows.settlement import Settlement
from models.licences.tables import ledger as points
from models.post.outbox import outbox
from models.restrictions import acts as restrictions
from models.violations import balance, plans, store
from models.violations.payments import Order
from models.violations.plan_rules import PlanKind, PlanState
from models.violations.refund_rules import RefundState
from models.violations.rules import TRANSITIONS, UNDECIDED, State
from models.violations.store import Case
from models.violations.tables import ledger, payments, refunds
from tests.databases import Databases
from tests.flows.machine import AnyCourse, walk
from tests.helpers import paid_trade

RECORDS = ("R1", "R2")
FINE, PART = 20000, 5000
ACTS = ("decide", "order", "part", "plan", "consent", "revoke", "record again")
which = st.sampled_from(RECORDS)


class AnyLife(AnyCourse):
    """One citizen, two cases."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, str] = {}
        self.states: dict[str, State] = {}
        self.orders: list[Order] = []

    async def at_the_end(self) -> None:
        await self.life.deliver_all()
        await self._wallet_agrees()

    def case(self, record: str) -> Case:
        return cast("Case", self.run(self.life.case(self.numbers[record])))

    def cases(self) -> list[Case]:
        return [self.case(record) for record in self.numbers]

    @initialize(consent=st.sampled_from([True, True, False]), days=st.sampled_from([23, 22, 16, 15, 0]))
    def two_cases(self, consent: bool, days: int) -> None:
        """Both recorded, the first decided, and then some days: before due, due, overdue, the eve of the lock, locked."""
        self.run(self.life.consent(self.life.people.li_ming, given=consent))
        self.numbers = {record: self.run(self.life.record(record)) for record in RECORDS}
        self.decide("R1")
        self.order("R1", "o-early")
        self.days_pass(days)

    @rule(act=st.sampled_from(ACTS), record=which)
    def somebody_acts(self, act: str, record: str) -> None:
        """Few rules with many acts: hypothesis switches whole rules off in most lives."""
        match act:
            case "decide":
                self.decide(record)
            case "order":
                self.order(record, "o-wife")
            case "part":
                self.order(record, "o-wife", PART)
            case "plan":
                self.plan(record)
            case "record again":
                assert not self.run(self.life.enter_again(record)).new
            case _:
                self.run(self.life.consent(self.life.people.li_ming, given=act == "consent"))

    @rule(count=st.sampled_from([0, 1, 7, 16]))
    def days_pass(self, count: int) -> None:
        """No day: what is due is delivered."""
        self.run(self.life.deliver_all())
        for _ in range(count):
            self.moves_only_by_the_table()
            self.run(self.life.days(1))

    @rule(data=st.data(), record=which, at_once=st.booleans())
    def money_comes(self, data: st.DataObject, record: str, at_once: bool) -> None:
        """Today's bill, or any order made before: for the first time or again, in time or long after it expired."""
        if at_once:
            self.order(record, "o-li")
        order = self.orders[-1] if at_once else data.draw(st.sampled_from(self.orders))
        trade = paid_trade(order, self.life.database.wall.now())
        assert self.run(self.life.settle(trade)) is not Settlement.MISMATCH

    def decide(self, record: str) -> None:
        if self.case(record).state in UNDECIDED:
            self.run(self.life.decide(self.numbers[record]))

    def order(self, record: str, openid: str, amount: int | None = None) -> None:
        """The whole bill, or a part while more than that is open."""
        case = self.case(record)
        if case.payable and (amount is None or sum(each.principal for each in case.paid) + amount < FINE):
            self.orders.append(self.run(self.life.order(self.numbers[record], openid, amount=amount)))

    def plan(self, record: str) -> None:
        """A month is asked for, then granted, then taken back."""
        self.run(self._plan(self.case(record)))

    async def _plan(self, case: Case) -> None:
        month = [self.life.database.civic.now().date() + timedelta(days=30)]
        person = self.life.people.li_ming
        async with self.life.database.begin("somebody") as work:
            waits = await plans.open_of(work, case)
            with suppress(Refusal):  # undecided, closed, too little, asked before
                if waits is None:
                    await plan.ask(work, person, case.number, PlanKind.DEFERRAL, "no wages this month")
                elif waits.state is PlanState.ASKED:
                    await plan.grant(work, waits.id, "officer:7", month, "so it is")
                else:
                    await plan.withdraw(work, person, case.number)

    @invariant()
    def everything_agrees(self) -> None:
        self.moves_only_by_the_table()
        self.run(self._books_agree())
        if not self.run(self.life.waiting()):
            self.run(self._wallet_agrees())

    def moves_only_by_the_table(self) -> None:
        for case in self.cases():
            before = self.states.get(case.number, case.state)
            assert case.state is before or case.state in TRANSITIONS[before]
            self.states[case.number] = case.state

    async def _books_agree(self) -> None:
        """Owed is what was decided and not paid; the treasury has what came in; points are those of the decisions."""
        async with self.life.database.read() as work:
            cases = [await store.case(work, number) for number in self.numbers.values()]
            for case in filter(None, cases):
                paid = sum(each.principal for each in case.paid)
                owed = (case.fine or 0) - paid if case.payable else 0
                assert await ledger.balance(work, f"fine:{case.number}") == owed
            decided = sum(case.points or 0 for case in cases if case and case.state not in UNDECIDED)
            assert -await points.balance(work, "issued") == decided
            came_in = await work.scalar(select(func.coalesce(func.sum(payments.c.amount), 0)))
            surplus = await work.scalar(select(func.coalesce(func.sum(payments.c.surplus), 0)))
            assert await balance.imbalance(work) == 0
            done = refunds.c.state == RefundState.DONE
            went_back = await work.scalar(select(func.coalesce(func.sum(refunds.c.amount), 0)).where(done))
            assert await ledger.balance(work, "treasury") == came_in - went_back
            assert await ledger.balance(work, "surplus") == went_back - surplus

    @invariant()
    def only_what_is_overdue_and_was_warned_in_time_is_restricted(self) -> None:
        warned = {notice.subject: day for day, notice in self.life.diary if notice.kind == "overdue_warning"}
        for restriction in self.run(self.life.read(restrictions.in_force, self.life.people.li_ming)):
            assert self.states[restriction.case_number] is State.OVERDUE
            assert self.run(self.life.case(restriction.case_number)).plan != PlanState.GRANTED
            assert restriction.since >= warned[restriction.case_number] + timedelta(days=7)

    async def _wallet_agrees(self) -> None:
        """Once everything is sent, the wallet's last word is ours."""
        async with self.life.database.read() as work:
            in_force = await restrictions.in_force(work, self.life.people.li_ming)
            of_wallet = outbox.c.kind.in_(["wallet_lock", "wallet_unlock"]) & (outbox.c.state == "sent")
            words = [
                row.kind
                for row in await work.all(select(outbox.c.kind).where(of_wallet).order_by(outbox.c.id))
            ]
            assert bool(in_force) == (words[-1:] == ["wallet_lock"])


def test_any_life(city: City, databases: Databases):
    walk(AnyLife, city, databases, lives=15, steps=12)
