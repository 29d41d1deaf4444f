"""Whose consent is needed, when a year's data goes, when an update may be taken back, when a quiet guardian is told."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base.clock import CITY_ZONE
from models.schools import rules


@pytest.mark.parametrize(
    ("born_on", "today", "expected"),
    [
        pytest.param(date(2012, 3, 3), date(2026, 3, 2), True, id="the day before turning 14"),
        pytest.param(date(2012, 3, 2), date(2026, 3, 2), False, id="14 today"),
        pytest.param(date(2012, 2, 29), date(2026, 2, 28), True, id="born on a 29 February, the day before"),
        pytest.param(date(2012, 2, 29), date(2026, 3, 1), False, id="born on a 29 February, on 1 March"),
        pytest.param(date(2014, 2, 28), date(2028, 2, 28), False, id="14 in a leap year"),
        pytest.param(date(2014, 3, 1), date(2028, 2, 29), True, id="on a 29 February, born on 1 March"),
    ],
)
def test_whose_guardian_must_consent(born_on: date, today: date, expected: bool):
    assert rules.needs_consent(born_on, today, 14) is expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 7, 10), False, id="the last day of the year"),
        pytest.param(date(2026, 8, 9), False, id="the last day of keeping"),
        pytest.param(date(2026, 8, 10), True, id="the day after"),
    ],
)
def test_when_a_years_data_goes(today: date, expected: bool):
    assert rules.is_over(date(2026, 7, 10), today, 30) is expected


@pytest.mark.parametrize(
    ("now", "begins", "ends", "expected"),
    [
        pytest.param("03-02 21:59", 22, 7, None, id="before the night"),
        pytest.param("03-02 22:00", 22, 7, "03-03 07:00", id="it begins"),
        pytest.param("03-03 06:59", 22, 7, "03-03 07:00", id="after midnight"),
        pytest.param("03-03 07:00", 22, 7, None, id="it has ended"),
        pytest.param("03-02 09:00", 9, 18, "03-02 18:00", id="by day"),
        pytest.param("03-02 18:00", 9, 18, None, id="after the day"),
        pytest.param("03-02 23:30", 22, 0, "03-03 00:00", id="until midnight"),
        pytest.param("03-03 00:00", 22, 0, None, id="at midnight"),
        pytest.param("03-02 12:00", 7, 7, None, id="equal hours are none"),
    ],
)
def test_until_when_it_is_quiet(now: str, begins: int, ends: int, expected: str | None):
    found = rules.quiet_until(instant(now), time(begins), time(ends))
    assert found == (instant(expected) if expected else None)


@given(
    minutes=st.integers(0, 366 * 24 * 60),
    begins=st.integers(0, 23),
    ends=st.integers(0, 23),
)
def test_quiet_hours_end_within_a_day_at_their_hour_and_are_then_over(minutes: int, begins: int, ends: int):
    at = instant("01-01 00:00") + timedelta(minutes=minutes)
    until = rules.quiet_until(at, time(begins), time(ends))
    if until is not None:
        assert at < until <= at + timedelta(days=1)
        assert until.timetz().replace(tzinfo=None) == time(ends)
        assert rules.quiet_until(until, time(begins), time(ends)) is None


def test_the_last_second_of_taking_back():
    until = instant("03-02 10:01")
    assert rules.may_undo(until, until)
    assert not rules.may_undo(until, until + timedelta(seconds=1))


def instant(written: str) -> datetime:
    return datetime.strptime(f"2026-{written}", "%Y-%m-%d %H:%M").replace(tzinfo=CITY_ZONE)
