"""What points come to: lots, the end of a cycle (PM 15), what is taken back (PM 16), how long study takes (PM 18)."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.base.tariff import load_tariff
from models.licences import rules
from models.licences.rules import Closing, Lot, Reversal

POINTS = load_tariff().points
JUNE = date(2015, 6, 1)
LEAP = date(2016, 2, 29)
DAY = date(2026, 3, 2)


@given(first=st.dates(date(1960, 1, 1), date(2026, 1, 1)), today=st.dates(date(2026, 1, 2), date(2059, 1, 1)))
@example(first=date(2016, 2, 29), today=date(2026, 3, 1))
@example(first=date(2016, 2, 29), today=date(2028, 2, 29))
@example(first=date(2016, 2, 29), today=date(2028, 3, 1))
@example(first=date(2015, 3, 1), today=date(2026, 3, 1))
@example(first=date(2015, 2, 28), today=date(2026, 2, 28))
def test_whose_cycle_begins_is_found_by_the_day_of_first_issue(first: date, today: date):
    assert (rules.cycle_start(first, today) == today) == (first in rules.first_days(today))


@pytest.mark.parametrize(
    ("first", "count", "since"),
    [
        pytest.param(JUNE, 1, date(2025, 6, 1), id="the running one"),
        pytest.param(JUNE, 2, date(2024, 6, 1), id="this and the last"),
        pytest.param(JUNE, 3, date(2023, 6, 1), id="the last three"),
        pytest.param(LEAP, 3, date(2024, 2, 29), id="back to a leap day"),
    ],
)
def test_how_far_back_the_last_cycles_go(first: date, count: int, since: date):
    assert rules.cycles_back(first, DAY, count) == since


@dataclass(frozen=True)
class Moved:
    """An entry, from the driver's side."""

    reference: str
    change: int
    reason: str = "decision"
    day: date = DAY


def test_entries_come_to_lots():
    entries = [
        Moved("A", 3),
        Moved("B", 6),
        Moved("study 1", -2, "reduced"),
        Moved("A@2026-06-01", -3, "cleared"),
        Moved("B@2026-06-01", -6, "carried_out"),
        Moved("B@2026-06-01", 6, "carried_in", date(2026, 6, 1)),
    ]
    assert rules.lots(entries) == [
        Lot("B", 6, date(2026, 6, 1), carried=True),
        Lot("study 1", -2, DAY),
    ]


A, B, C = (Lot(name, points, DAY) for name, points in (("A", 3), ("B", 6), ("C", 1)))
OFF = Lot("study 1", -2, DAY)


@pytest.mark.parametrize(
    ("lots", "unpaid", "overdue", "carried", "cleared"),
    [
        pytest.param([A, B], "", False, {}, {"A": 3, "B": 6}, id="all paid: all clears"),
        pytest.param([A, B], "B", False, {}, {"A": 3, "B": 6}, id="unpaid, but nothing overdue: all clears"),
        pytest.param([A, B], "B", True, {"B": 6}, {"A": 3}, id="overdue: what is unpaid carries over"),
        pytest.param(
            [A, B, C], "BC", True, {"B": 6, "C": 1}, {"A": 3}, id="and so does what is unpaid beside it"
        ),
        pytest.param([A], "X", True, {}, {"A": 3}, id="what is overdue brought no points: all clears"),
        pytest.param([A, OFF], "", False, {}, {"A": 3, "study 1": -2}, id="a reduction goes with its cycle"),
        pytest.param(
            [A, B, OFF], "B", True, {"B": 6}, {"A": 3, "study 1": -2}, id="and is used up by what clears"
        ),
        pytest.param(
            [A, OFF], "A", True, {"A": 1}, {"A": 2, "study 1": -2}, id="never more carries than there is"
        ),
        pytest.param([B, Lot("D", 6, DAY)], "B", True, {}, {}, id="at twelve nothing moves by itself"),
        pytest.param([], "", True, {}, {}, id="nothing, nothing"),
    ],
)
def test_the_end_of_a_cycle(
    lots: list[Lot], unpaid: str, overdue: bool, carried: dict[str, int], cleared: dict[str, int]
):
    assert rules.closing(lots, set(unpaid), overdue=overdue, limit=12) == Closing(carried, cleared)


@given(
    points=st.lists(st.sampled_from([1, 3, 6, 9]), max_size=5),
    off=st.integers(0, 6),
    unpaid=st.sets(st.integers(0, 4)),
    overdue=st.booleans(),
)
def test_the_end_of_a_cycle_moves_all_of_it_or_nothing(
    points: list[int], off: int, unpaid: set[int], overdue: bool
):
    total = sum(points) - min(off, sum(points))
    lots = [Lot(str(number), each, DAY) for number, each in enumerate(points)]
    lots += [Lot("study", total - sum(points), DAY)] if total != sum(points) else []
    what = rules.closing(lots, {str(each) for each in unpaid}, overdue=overdue, limit=12)
    moved = sum(what.carried.values()) + sum(what.cleared.values())
    assert moved == (total if total < 12 else 0)
    assert all(each > 0 for each in what.carried.values())
    assert sum(what.cleared.values()) >= 0


@pytest.mark.parametrize(
    ("lot", "total", "cleared", "back"),
    [
        pytest.param(3, 9, 0, Reversal(3, 0), id="what stands goes"),
        pytest.param(3, 1, 0, Reversal(1, 0), id="what a study took off is not taken off twice"),
        pytest.param(3, 0, 0, Reversal(0, 0), id="nobody has less than none"),
        pytest.param(0, 6, 3, Reversal(0, 3), id="cleared points go where they were cleared"),
        pytest.param(1, 4, 2, Reversal(1, 2), id="part carried, part cleared"),
    ],
)
def test_what_is_taken_back_goes_from_where_it_is(lot: int, total: int, cleared: int, back: Reversal):
    assert rules.reversal(lot, total, cleared) == back


@pytest.mark.parametrize(
    ("licence_class", "total", "earlier", "days"),
    [
        pytest.param("C1", 12, 0, 7, id="seven days"),
        pytest.param("C1", 23, 0, 7, id="up to 23 points"),
        pytest.param("C1", 24, 0, 14, id="seven more at 24"),
        pytest.param("C1", 12, 1, 14, id="or the second time in a cycle"),
        pytest.param("C1", 12, 20, 60, id="sixty at most"),
        pytest.param("A1", 12, 0, 30, id="thirty for coaches"),
        pytest.param("A1D", 12, 0, 30, id="among other classes"),
        pytest.param("B2", 24, 0, 60, id="thirty more"),
        pytest.param("B2", 12, 9, 120, id="120 at most"),
    ],
)
def test_how_long_study_takes(licence_class: str, total: int, earlier: int, days: int):
    assert rules.study_days(licence_class, total, earlier, POINTS) == days


def test_a_day_that_was_recorded_twice_counts_once():
    spans = [(date(2026, 3, 2), date(2026, 3, 5)), (date(2026, 3, 5), date(2026, 3, 6))]
    assert rules.days_covered(spans) == 5
