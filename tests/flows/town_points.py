"""What stands on each licence, by a plain list of our own (PM 3, 15-18, 23, 27)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.flows.town_books import Facts, Row
from tests.flows.town_money import PAYABLE, UNDECIDED, a_day

Lots = list[tuple[str, int, date]]  # what they came from, how many, and the first day in their cycle
FULL = 12


@dataclass
class PointBooks:
    """`since` is the day of each driver's licence; `worked` the last day whose jobs have run."""

    since: Mapping[int, date]
    lots: dict[int, Lots] = field(default_factory=dict)
    worked: date = date.min

    def begin(self, facts: Facts) -> None:
        """From what is there to begin with."""
        for person in self.since:
            days = {
                each.reference: a_day(each.day)
                for each in facts.point_postings.values()
                if each.to_account == f"driver:{person}"
            }
            self.lots[person] = [(name, points, days[name]) for name, points in facts.lots(person).items()]

    def standing(self, person: int) -> int:
        return sum(points for _, points, _ in self.lots[person])

    def check(self, before: Facts, now: Facts, step: str, today: date) -> None:
        """After a step: the ledger has what the list has."""
        for person in self.since:
            self._follow(person, before, now, step, today)
            points = sum(now.lots(person).values())
            assert points == self.standing(person) >= 0
            assert (now.held(person) is not None) == (points >= FULL)
        for hold in now.point_holds.values():
            if hold.passed_on and not hold.ended_on:
                unpaid = [name for name in now.lots(hold.person_id) if _state(now, name) in PAYABLE]
                assert unpaid, "study, exam and payment are there, and the licence is held"

    def _follow(self, person: int, before: Facts, now: Facts, step: str, today: date) -> None:
        """Voided, then closed where a cycle is over, then decided or taken off; or all cleared after the full score."""
        found, mine = now.lots(person), self.lots[person]
        if not found and (hold := _cleared_now(person, before, now)):
            assert hold.passed_on is not None
            assert not [
                name for name in before.lots(person) if _state(now, name) not in {"", "paid", "voided"}
            ]
            self.lots[person] = []
            return
        voided = _moved(person, before, now, {"voided"}, exclude=UNDECIDED)
        for number in voided:
            mine = _taken_back(mine, number)
        new: Lots = [
            (number, now.cases[number].points, today)
            for number in _moved(person, before, now, {"decided"}, only=UNDECIDED)
        ]
        touched = bool(voided or new)
        if step == "study":
            off = [
                (name, points, today)
                for name, points in found.items()
                if points < 0 and name not in _names(mine)
            ]
            assert all(points >= -2 for _, points, _ in off)
            new, touched = [*new, *off], touched or bool(off)
        closed = self._closed(person, mine, now if voided else before, today)
        over = step == "jobs" and any(end <= self.worked for end in self._ends(person, mine, today))
        ways = [closed] if touched or over else [closed, mine]  # the job is late, and nobody moved anything
        self.lots[person] = next(
            (
                [*way, *new]
                for way in ways
                if {name: points for name, points, _ in [*way, *new] if points} == found
            ),
            [],
        )
        assert self.lots[person] or not found, f"points of {person}: {found}, not {ways} with {new}"

    def _ends(self, person: int, lots: Lots, today: date) -> list[date]:
        first = self.since[person]
        days = (first.replace(year=year) for year in range(2025, today.year + 1))
        return [day for day in days if any(since < day <= today for _, _, since in lots)]

    def _closed(self, person: int, lots: Lots, facts: Facts, today: date) -> Lots:
        """PM 15: under the limit they clear; with a fine overdue and unpaid those of unpaid fines go over into the next cycle."""
        for end in self._ends(person, lots, today):
            old = [lot for lot in lots if lot[2] < end]
            left = sum(points for _, points, _ in old)
            if left >= FULL:
                continue
            unpaid = {
                number: case.due_on
                for number, case in facts.cases.items()
                if case.liable_id == person and case.state in PAYABLE
            }
            overdue = [
                number
                for number, last in unpaid.items()
                if last and a_day(last) < end and not facts.paused(number)
            ]
            carried: Lots = []
            for name, points, _ in old:
                over = min(points, left) if overdue and name in unpaid else 0
                if over > 0:
                    carried.append((name, over, end))
                    left -= over
            lots = [*carried, *(lot for lot in lots if lot[2] >= end)]
        return lots


def _names(lots: Lots) -> set[str]:
    return {name for name, _, _ in lots}


def _state(facts: Facts, name: str) -> str:
    return facts.cases[name].state if name in facts.cases else ""


def _moved(
    person: int,
    before: Facts,
    now: Facts,
    states: set[str],
    *,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
) -> list[str]:
    """The person's cases that came into one of these states in this step, from these, or from none of these."""
    found = []
    for number, case in now.cases.items():
        was = before.cases.get(number)
        if was is None or case.liable_id != person or case.state == was.state:
            continue
        if case.state in states and was.state not in exclude and (not only or was.state in only):
            found.append(number)
    return found


def _cleared_now(person: int, before: Facts, now: Facts) -> Row | None:
    """The hold that ended in this step by study, exam and payment."""
    held = before.held(person)
    ended = now.point_holds[held.id] if held else None
    return ended if ended and ended.outcome == "cleared" else None


def _taken_back(lots: Lots, number: str) -> Lots:
    """PM 16. What a reduction took off already is not taken off again: nobody has less than no points."""
    total = sum(points for _, points, _ in lots)
    left = [(name, points - min(points, total) * (name == number), day) for name, points, day in lots]
    return [lot for lot in left if lot[1]]
