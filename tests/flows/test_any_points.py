"""Whatever is decided, paid, taken back, studied and closed in whatever order: the entries add up, nobody has less than no points,
and a licence is held exactly while twelve or more stand."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from models.base.db import City
from models.base.errors import Refusal
from models.licences import account, holds, rules
from models.licences.reduction_rules import Learnt
from models.violations.rules import PAYABLE, State
from tests.databases import Databases
from tests.flows import driving
from tests.flows.machine import AnyCourse, walk
from tests.helpers import RED_LIGHT, SPEEDING

ACTS = ("decide", "decide", "study", "reduce", "void", "pay", "close")


class AnyPoints(AnyCourse):
    """One driver whose cycles begin on 1 June. Late: the next cycle has begun, and its job has not run."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[str] = []
        self.cycle = date(2026, 6, 1)
        self.references = 0

    @initialize(consent=st.sampled_from([True, True, False]), decided=st.sampled_from([2, 1, 3, 0]))
    def begin(self, consent: bool, decided: int) -> None:
        """Without consent nothing is served, and no fine gets overdue. With two decisions the licence is held to
        begin with, with one it is paid and some of its points are taken off."""
        self.run(self.life.consent(self.life.people.li_ming, given=consent))
        for _ in range(decided):
            self.decide(RED_LIGHT)
        if decided == 1:
            self.end("pay", self.numbers[0])
            self.learn(Learnt.ON_SITE, minutes=60, passed=True)

    @rule(act=st.sampled_from(ACTS), much=st.booleans(), which=st.integers(0, 9))
    def something_happens(self, act: str, much: bool, which: int) -> None:
        """One rule with many acts: hypothesis switches whole rules off in most lives. `much`: six points; or all is paid before."""
        if much and act in {"pay", "reduce", "study"}:
            for number in self.numbers:
                self.end("pay", number)
        match act:
            case "decide":
                self.decide(RED_LIGHT if much else SPEEDING)
            case "reduce":
                self.learn(Learnt.ON_SITE, minutes=60, passed=True)
            case "study":
                self.study()
            case "close":
                self.close(late=which > 6)
            case _ if self.numbers:
                self.end(act, self.numbers[which % len(self.numbers)])

    def decide(self, code: str) -> None:
        self.numbers.append(self.run(driving.decided(self.life, f"R{len(self.numbers)}", code)))

    def end(self, act: str, number: str) -> None:
        state = self.run(self.life.case(number)).state
        if act == "pay" and state in PAYABLE:
            self.run(self.life.pay(number))
        elif act == "void" and state in PAYABLE | {State.PAID}:
            self.run(driving.void(self.life, number))

    def learn(self, kind: Learnt, first: date | None = None, **more: object) -> None:
        """Refused or not: what it does is what is looked at."""
        self.references += 1
        last = self.life.database.civic.now().date()
        try:
            self.run(driving.learn(self.life, f"L-{self.references:04}", kind, first or last, last, **more))
        except Refusal:
            return

    def study(self) -> None:
        """As many days as any hold here may take, and the exam."""
        first = self.life.database.civic.now().date()
        driving.set_clock(self.life, min(first + timedelta(days=34), self.cycle - timedelta(days=1)))
        self.learn(Learnt.FULL_STUDY, first)
        self.learn(Learnt.FULL_EXAM, passed=True)

    def close(self, *, late: bool) -> None:
        if late:
            driving.set_clock(self.life, self.cycle)
        else:
            self.run(driving.close(self.life, self.cycle))
            self.run(self.nothing_of_a_cycle_that_is_over_stands_unless_it_is_held())
        self.cycle = rules.anniversary(self.cycle, self.cycle.year + 1)

    async def nothing_of_a_cycle_that_is_over_stands_unless_it_is_held(self) -> None:
        me = self.life.people.li_ming
        standing = await self.life.read(account.lots, me)
        held = await self.life.read(holds.is_held, me)
        assert held or all(lot.day >= self.cycle and lot.carried for lot in standing)

    @invariant()
    def the_books_are_right(self) -> None:
        self.run(self._books_are_right())

    async def _books_are_right(self) -> None:
        me = self.life.people.li_ming
        books = await driving.books(self.life)  # together nothing
        points = await self.life.read(account.total, me)
        assert points >= 0
        assert points == sum(lot.points for lot in await self.life.read(account.lots, me))
        assert books.get(account.CARRIED, 0) == 0
        assert books.get(account.CLEARED, 0) + books.get(account.REDUCED, 0) >= 0
        assert await self.life.read(holds.is_held, me) == (points >= 12)


def test_any_points(city: City, databases: Databases):
    walk(AnyPoints, city, databases, lives=8, steps=12)
