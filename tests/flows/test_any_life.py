"""Whatever happens to two cases in whatever order: no illegal transition, no early lock, and the books agree."""

import asyncio
import shutil
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from models.base.db import City, Database
from models.base.ids import Ids
from models.flows.settlement import Settlement
from models.licences import acts as licences
from models.post.outbox import outbox
from models.restrictions import acts as restrictions
from models.violations.rules import PAYABLE, TRANSITIONS, UNDECIDED, State
from models.violations.store import Case
from models.violations.tables import ledger, payments
from tests.conftest import FixedClock
from tests.flows.life import Life
from tests.helpers import paid_trade, town

RECORDS = ("R1", "R2")
which = st.sampled_from(RECORDS)


class AnyLife(RuleBasedStateMachine):
    """One citizen, two cases; every step is a whole unit of work on a real database."""

    def __init__(self, city: City, file: Path) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        clocks = FixedClock(), FixedClock()
        city = replace(city, ids=Ids(Random(7)))
        database = Database(f"sqlite+aiosqlite:///{file}", city=city, civic=clocks[0], wall=clocks[1])
        self.life = Life(database, clocks, self.run(town(database)))
        self.numbers: dict[str, str] = {}
        self.states: dict[str, State] = {}
        self.orders: dict[str, list[Any]] = {record: [] for record in RECORDS}

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)

    def teardown(self) -> None:
        self.run(self.life.database.close())
        self.runner.close()

    def case(self, record: str) -> Case | None:
        return self.run(self.life.case(self.numbers[record])) if record in self.numbers else None

    def cases(self) -> list[Case]:
        return [case for record in RECORDS if (case := self.case(record))]

    @rule(record=which)
    def record(self, record: str) -> None:
        """Once, or again, which is harmless only while nothing differs: so only once here."""
        if record not in self.numbers:
            self.numbers[record] = self.run(self.life.record(record))

    @rule(given=st.booleans())
    def consent(self, given: bool) -> None:
        self.run(self.life.consent(self.life.people.li_ming, given=given))

    @precondition(lambda self: self.numbers)
    @rule(record=which)
    def accept(self, record: str) -> None:
        case = self.case(record)
        if case and case.state in UNDECIDED:
            self.run(self.life.accept(case.number))

    @precondition(lambda self: self.numbers)
    @rule(count=st.sampled_from([1, 3, 8]))
    def days_pass(self, count: int) -> None:
        for _ in range(count):
            self.run(self.life.days(1))
            self.moves_only_by_the_table()

    @precondition(lambda self: self.numbers)
    @rule(record=which, openid=st.sampled_from(["o-li", "o-wife"]))
    def order(self, record: str, openid: str) -> None:
        case = self.case(record)
        if case and case.state in PAYABLE:
            self.orders[record].append(self.run(self.life.order(case.number, openid)))

    @precondition(lambda self: any(self.orders.values()))
    @rule(record=which, latest=st.booleans(), deliver=st.booleans())
    def pay(self, record: str, latest: bool, deliver: bool) -> None:
        """The latest order or the first one again, in time or long after it expired."""
        if self.orders[record]:
            order = self.orders[record][-1 if latest else 0]
            trade = paid_trade(order, self.life.database.wall.now())
            assert self.run(self.life.settle(trade)) is not Settlement.MISMATCH
            if deliver:
                self.run(self.life.deliver_all())

    @invariant()
    def moves_only_by_the_table(self) -> None:
        for case in self.cases():
            before = self.states.get(case.number, case.state)
            assert case.state is before or case.state in TRANSITIONS[before]
            self.states[case.number] = case.state

    @invariant()
    def the_fines_account_is_what_is_owed(self) -> None:
        for case in self.cases():
            owed = case.fine if case.state in PAYABLE else 0
            assert self.run(self.life.read(ledger.balance, f"fine:{case.number}")) == owed

    @invariant()
    def the_treasury_has_what_came_in(self) -> None:
        self.run(self._money_agrees())

    async def _money_agrees(self) -> None:
        async with self.life.database.read() as work:
            sums = select(
                func.coalesce(func.sum(payments.c.amount), 0), func.coalesce(func.sum(payments.c.surplus), 0)
            )
            [(came_in, surplus)] = await work.all(sums)
            assert await ledger.balance(work, "treasury") == came_in
            assert await ledger.balance(work, "surplus") == -surplus

    @invariant()
    def points_are_those_of_the_decisions(self) -> None:
        decided = sum(case.points or 0 for case in self.cases() if case.state not in UNDECIDED)
        posted = self.run(self.life.read(licences.ledger.balance, f"driver:{self.life.people.li_ming}"))
        assert posted == decided

    @invariant()
    def only_what_is_overdue_and_was_warned_in_time_is_restricted(self) -> None:
        warned = {notice.subject: day for day, notice in self.life.diary if notice.kind == "overdue_warning"}
        overdue = {f"case {case.number}" for case in self.cases() if case.state is State.OVERDUE}
        for restriction in self.run(self.life.read(restrictions.in_force, self.life.people.li_ming)):
            assert restriction.basis in overdue
            assert restriction.since >= warned[restriction.case_number] + timedelta(days=7)

    @invariant()
    def the_wallet_knows_once_everything_is_sent(self) -> None:
        if not self.run(self.life.waiting()):
            self.run(self._wallet_agrees())

    async def _wallet_agrees(self) -> None:
        async with self.life.database.read() as work:
            in_force = await restrictions.in_force(work, self.life.people.li_ming)
            told = select(outbox.c.kind).where(
                outbox.c.kind.in_(["wallet_lock", "wallet_unlock"]), outbox.c.state == "sent"
            )
            words = [row.kind for row in await work.all(told.order_by(outbox.c.id))]
            assert bool(in_force) == (words[-1:] == ["wallet_lock"])


def test_any_life(city: City, migrated: Path, tmp_path: Path):
    def begin() -> AnyLife:
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
        shutil.copy(migrated, file)
        return AnyLife(city, file)

    few = settings(max_examples=12, stateful_step_count=25, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(begin, settings=few)
