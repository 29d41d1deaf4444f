"""The cycle of licence points: twelve months from the day of first licence (PM 3)."""

from datetime import date

import pytest

from models.licences.rules import cycle_end, cycle_start

JUNE = date(2015, 6, 1)
LEAP = date(2016, 2, 29)


@pytest.mark.parametrize(
    ("first", "today", "began", "ends"),
    [
        pytest.param(JUNE, date(2026, 3, 2), date(2025, 6, 1), date(2026, 6, 1), id="in the middle"),
        pytest.param(JUNE, date(2026, 5, 31), date(2025, 6, 1), date(2026, 6, 1), id="on its last day"),
        pytest.param(JUNE, date(2026, 6, 1), date(2026, 6, 1), date(2027, 6, 1), id="on the day it begins"),
        pytest.param(
            LEAP, date(2026, 2, 28), date(2025, 3, 1), date(2026, 3, 1), id="29 February: the day before"
        ),
        pytest.param(
            LEAP, date(2026, 3, 1), date(2026, 3, 1), date(2027, 3, 1), id="29 February: begins on 1 March"
        ),
        pytest.param(
            LEAP, date(2028, 2, 28), date(2027, 3, 1), date(2028, 2, 29), id="before a leap year's own day"
        ),
        pytest.param(LEAP, date(2028, 2, 29), date(2028, 2, 29), date(2029, 3, 1), id="on the leap day"),
    ],
)
def test_cycles_follow_each_other_without_a_gap(first: date, today: date, began: date, ends: date):
    assert (cycle_start(first, today), cycle_end(first, today)) == (began, ends)
