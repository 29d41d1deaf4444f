"""Licence points as pure functions: cycles, what a decision's points have come to, what clears and what carries over (domain 3).

A lot is what one reference has in a driver's account: the points of one decision, or below nothing those that a reduction took off.
An entry's reference is its lot, and what happened to the lot behind an `@` where the same may happen to it again.
"""

import re
from calendar import isleap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from models.base.tariff import Points

CLASS = re.compile(r"[A-Z][0-9]?")  # one of several: A1 and D in A1D
LONGEST_LICENCE = 100  # years: nobody drives for longer
CARRIED_IN = "carried_in"  # the reason of an entry that brings points of the cycle before


def anniversary(first: date, year: int) -> date:
    """The day a cycle begins in a year; 29 February begins on 1 March in common years."""
    try:
        return first.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def cycle_start(first: date, today: date) -> date:
    """The first day of the cycle that holds today (PM 3)."""
    this_year = anniversary(first, today.year)
    return this_year if this_year <= today else anniversary(first, today.year - 1)


def cycle_end(first: date, today: date) -> date:
    """The day on which the next cycle begins."""
    return anniversary(first, cycle_start(first, today).year + 1)


def ends(first: date, since: date, today: date) -> list[date]:
    """The days on which cycles began after `since` and up to today, in order: each ends the one before."""
    began = [anniversary(first, year) for year in range(since.year, today.year + 1)]
    return [day for day in began if since < day <= today]


def cycles_back(first: date, today: date, count: int) -> date:
    """The first day of the last `count` cycles, the running one included: 1 is the running one's, 2 that of the one before."""
    return anniversary(first, cycle_start(first, today).year - (count - 1))


def first_days(today: date) -> list[date]:
    """All days of first issue, of a century, whose cycles begin today: on 1 March of a common year also those of 29 February."""
    years = range(today.year - LONGEST_LICENCE, today.year)
    leap = [date(year, 2, 29) for year in years if isleap(year)]
    if (today.month, today.day) == (2, 29):
        return leap
    same = [today.replace(year=year) for year in years]
    return same + leap if (today.month, today.day) == (3, 1) and not isleap(today.year) else same


class Entry(Protocol):
    """An entry of a driver's account; `change` is signed from its point of view."""

    @property
    def reference(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def change(self) -> int: ...
    @property
    def day(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one reference. `day` is the first day it counts on in its cycle; `carried`: it came from the cycle before."""

    reference: str
    points: int
    day: date
    carried: bool = False


def lots(entries: Iterable[Entry]) -> list[Lot]:
    """What an account's entries have come to, the oldest first; what is settled is left out."""
    found: dict[str, Lot] = {}
    for entry in entries:
        name = entry.reference.partition("@")[0]
        before = found.get(name, Lot(name, 0, entry.day))
        moved = entry.reason == CARRIED_IN
        day = entry.day if moved else before.day
        found[name] = Lot(name, before.points + entry.change, day, carried=moved or before.carried)
    return [lot for lot in found.values() if lot.points]


@dataclass(frozen=True, slots=True)
class Closing:
    """What becomes of each lot at the end of a cycle: points that go over into the next one, and points that go (signed)."""

    carried: Mapping[str, int]
    cleared: Mapping[str, int]


NOTHING = Closing({}, {})


def closing(ended: Sequence[Lot], unpaid: Collection[str], *, overdue: bool, limit: int) -> Closing:
    """At the end of their cycle points under the limit clear; but when any fine of the person is `overdue` and unpaid, those of
    violations whose fine is still unpaid carry over (PM 15). At the limit nothing clears before study, exam and payment (PM 17, 23)."""
    left = sum(lot.points for lot in ended)
    if left >= limit:
        return NOTHING
    carried: dict[str, int] = {}
    for lot in ended:
        moved = min(lot.points, left)
        if overdue and lot.reference in unpaid and moved > 0:
            carried[lot.reference] = moved
            left -= moved
    cleared = {lot.reference: lot.points - carried.get(lot.reference, 0) for lot in ended}
    return Closing(carried, {name: points for name, points in cleared.items() if points})


@dataclass(frozen=True, slots=True)
class Reversal:
    """Points to be taken back from what stands, and from what was cleared at the end of a cycle."""

    standing: int
    cleared: int


def reversal(lot_points: int, total: int, cleared: int) -> Reversal:
    """The points of a decision that is taken back go wherever they are by now (PM 16). Those that a reduction took off already
    are not taken off again: nobody has less than no points."""
    return Reversal(max(0, min(lot_points, total)), max(0, cleared))


def heavy(licence_class: str, points: Points) -> bool:
    """Does it allow one of the classes for which study takes longer?"""
    return not set(CLASS.findall(licence_class)).isdisjoint(points.heavy_classes)


def study_days(licence_class: str, total: int, earlier: int, points: Points) -> int:
    """Days of study to get a held licence back: seven (thirty for heavy classes), as many more for each full-score study earlier in
    the cycle and each further twelve points, up to 60 (120) (PM 18)."""
    is_heavy = heavy(licence_class, points)
    base = points.full_study_days_heavy if is_heavy else points.full_study_days
    most = points.full_study_most_heavy if is_heavy else points.full_study_most
    return min(most, base * max(1, earlier + total // points.limit))


def days_covered(spans: Iterable[tuple[date, date]]) -> int:
    """How many days these spans cover, ends included; a day that two of them name counts once."""
    return len(
        {first + timedelta(days=day) for first, last in spans for day in range((last - first).days + 1)}
    )
