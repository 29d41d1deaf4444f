"""Whatever is done to matters, and wherever the clock goes: who is held on which day is what a plain list says."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from models.base.calendar import after_months
from models.base.db import City
from models.base.errors import Refusal
from models.restrictions import acts, listed, matters, pleas
from models.restrictions.matter_rules import Ending, PleaKind, PleaState
from tests.databases import Databases
from tests.flows.machine import AnyCourse, walk
from tests.helpers import COURT, listed_matter

KINDS = ("bail", "rail_misconduct", "fare_evasion", "exit_ban")
MODES = {"bail": "rail", "rail_misconduct": "rail", "fare_evasion": "rail", "exit_ban": "exit"}
HOW = {
    "bail": Ending.NOTICE,
    "exit_ban": Ending.NOTICE,
    "rail_misconduct": Ending.NOTICE,
    "fare_evasion": Ending.PAID,
}
which = st.sampled_from(KINDS)


@dataclass
class Held:
    """What the plain list says of one matter; `until` None: without an end."""

    number: str
    since: date
    until: date | None
    objection: int = 0
    free: list[tuple[date, date]] = field(default_factory=list)
    over: bool = False

    def holds(self, day: date) -> bool:
        """Is this day held?"""
        in_span = self.since <= day and (self.until is None or day <= self.until)
        return in_span and not (self.over or self.objection or any(a <= day <= b for a, b in self.free))


class AnyMatter(AnyCourse):
    """One citizen, one matter of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, Held] = {}

    @property
    def today(self) -> date:
        return self.life.database.civic.now().date()

    def act(self, what: Any, *args: Any, **named: Any) -> Any:
        """In a unit of work; None when it was refused."""

        async def do() -> Any:
            async with self.life.database.begin("somebody") as work:
                with suppress(Refusal):
                    return await what(work, *args, **named)
            return None

        return self.run(do())

    @initialize(days=st.integers(0, 20))
    def all_are_listed(self, days: int) -> None:
        for kind in KINDS:
            found = self.act(listed_matter, kind, document=kind)
            self.held[kind] = Held(found.number, found.span.since, found.span.until)
        self.days_pass(days)

    @rule(days=st.sampled_from([1, 3, 7, 30, 60, -5]))
    def days_pass(self, days: int) -> None:
        """The morning's jobs run where the clock went forward; a clock that was put back undoes nothing."""
        for clock in self.life.clocks:
            clock.move(days=days)
        self.act(matters.end_what_is_over)
        self.act(pleas.watch)
        for each in self.held.values():
            each.over |= each.until is not None and each.until < self.today

    @rule(kind=which)
    def it_is_closed(self, kind: str) -> None:
        mine = self.held[kind]
        if not self.act(matters.close, mine.number, COURT, HOW[kind]) or mine.over:
            return
        if kind == "fare_evasion" and (mine.since <= self.today and not mine.objection):
            mine.until = mine.until or self.today
        else:
            mine.over = True

    @rule(kind=which, length=st.integers(0, 40))
    def a_scope_is_free_for_a_while(self, kind: str, length: int) -> None:
        until = self.today + timedelta(days=length)
        if self.act(matters.exempt, self.held[kind].number, COURT, MODES[kind], self.today, until, "就医"):
            assert until < after_months(self.today, 1)
            self.held[kind].free.append((self.today, until))

    @rule(kind=which)
    def the_person_objects(self, kind: str) -> None:
        mine = self.held[kind]
        plea = self.act(pleas.file, self.life.people.li_ming, mine.number, "不是我")
        if plea and plea.kind is PleaKind.OBJECTION:
            mine.objection = plea.id

    @rule(kind=which, outcome=st.sampled_from([PleaState.UPHELD, PleaState.STRUCK]))
    def an_officer_answers(self, kind: str, outcome: PleaState) -> None:
        mine = self.held[kind]
        for plea in self.run(self.life.read(pleas.of_matter, mine.number)):
            if plea.state is not PleaState.OPEN:
                continue
            self.act(pleas.answer, plea.id, outcome, "已核实")
            mine.over |= outcome is PleaState.STRUCK
            if plea.kind is PleaKind.OBJECTION:
                mine.objection = 0
                mine.since = (
                    max(mine.since, self.today + timedelta(days=1))
                    if mine.since <= self.today
                    else mine.since
                )

    @invariant()
    def the_plain_list_is_right(self) -> None:
        if not self.held:
            return
        for day in (self.today + timedelta(days=offset) for offset in (-1, 0, 1, 9, 120)):
            for mode in ("rail", "exit"):
                mine = [each for kind, each in self.held.items() if MODES[kind] == mode]
                found = self.run(self.life.read(acts.holding, self.life.people.li_ming, mode, "", day))
                expected = {each.number for each in mine if each.holds(day)}
                assert (found.number in expected) if found else not expected, (day, mode, found, mine)

    @invariant()
    def whoever_is_over_is_told_twice_and_once_only(self) -> None:
        """By WeChat and by SMS."""
        for each in self.held.values():
            found = self.run(self.life.read(listed.by_number, each.number))
            assert found.open != each.over, each
            assert bool(found.scopes) == found.open


def test_whatever_happens_to_matters(city: City, databases: Databases):
    walk(AnyMatter, city, databases, lives=8, steps=14)
