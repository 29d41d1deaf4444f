"""Three ways of counting days: natural, working, and natural with an end that rolls (domain 2)."""

from collections.abc import Iterator
from datetime import date

import pytest
from structlog.testing import capture_logs

from models.base import calendar
from models.base.calendar import StateCalendar, after_natural_days, after_rolling_days, after_working_days

STATE = StateCalendar()


@pytest.fixture
def warned_of_no_year() -> Iterator[None]:
    """A process that has met no unknown year yet."""
    for cached in (calendar._is_workday, calendar._warn_of_unknown_year):
        cached.cache_clear()
    yield
    for cached in (calendar._is_workday, calendar._warn_of_unknown_year):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param(date(2026, 3, 2), True, id="a Monday"),
        pytest.param(date(2026, 3, 7), False, id="a Saturday"),
        pytest.param(date(2026, 2, 14), True, id="a Saturday made up before the Spring Festival"),
        pytest.param(date(2026, 2, 17), False, id="the Spring Festival"),
        pytest.param(date(2026, 2, 28), True, id="a Saturday made up after the Spring Festival"),
        pytest.param(date(2026, 9, 20), True, id="a Sunday made up for the National Day"),
        pytest.param(date(2026, 10, 1), False, id="the National Day, a Thursday"),
        pytest.param(date(2026, 10, 10), True, id="a Saturday made up after the National Day"),
        pytest.param(date(2024, 2, 29), True, id="29 February of a leap year, a Thursday"),
    ],
)
def test_the_state_council_says_which_days_are_worked(day: date, worked: bool):
    assert STATE.is_workday(day) is worked


def test_an_unknown_year_counts_weekdays_and_warns_once(warned_of_no_year: None):
    with capture_logs() as logs:
        worked = [STATE.is_workday(date(2031, 1, day)) for day in range(1, 8)]
    assert worked == [True, True, True, False, False, True, True]  # 1 January 2031 is a Wednesday
    assert logs == [
        {
            "event": "calendar_year_unknown",
            "log_level": "warning",
            "year": 2031,
            "used": "Monday to Friday",
        }
    ]


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        pytest.param(date(2026, 3, 1), 15, date(2026, 3, 16), id="the day of the event is not counted"),
        pytest.param(date(2024, 2, 14), 15, date(2024, 2, 29), id="a leap year has a 29 February"),
        pytest.param(date(2026, 2, 14), 15, date(2026, 3, 1), id="a common year has none"),
        pytest.param(date(2026, 12, 20), 30, date(2027, 1, 19), id="over the turn of the year"),
    ],
)
def test_natural_days(day: date, count: int, last: date):
    assert after_natural_days(day, count) == last


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        pytest.param(date(2026, 3, 2), 15, date(2026, 3, 17), id="ends on a Tuesday and stays"),
        pytest.param(date(2026, 3, 6), 15, date(2026, 3, 23), id="ends on a Saturday, rolls to Monday"),
        pytest.param(date(2026, 2, 13), 15, date(2026, 2, 28), id="ends on a made-up Saturday and stays"),
        pytest.param(
            date(2026, 9, 16), 15, date(2026, 10, 8), id="ends on 1 October, rolls over the holiday"
        ),
    ],
)
def test_natural_days_whose_end_rolls_to_a_working_day(day: date, count: int, last: date):
    assert after_rolling_days(STATE, day, count) == last


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        pytest.param(date(2026, 3, 2), 5, date(2026, 3, 9), id="a week-end between"),
        pytest.param(
            date(2026, 2, 13), 2, date(2026, 2, 24), id="a made-up Saturday counts, the festival does not"
        ),
        pytest.param(date(2026, 9, 18), 3, date(2026, 9, 22), id="a made-up Sunday counts"),
        pytest.param(date(2026, 3, 2), 0, date(2026, 3, 2), id="no days"),
    ],
)
def test_working_days(day: date, count: int, last: date):
    assert after_working_days(STATE, day, count) == last
