"""The state's calendar of work and rest: working days with make-up days, and ends of terms that roll.

Three ways of counting days live side by side (domain 2): natural days, working days, and natural days whose end rolls to the
next working day. Each has one function here, so that a rule names the way it counts.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

import chinese_calendar
import structlog

log = structlog.get_logger()
ONE_DAY = timedelta(days=1)


class Calendar(Protocol):
    """Which days are worked."""

    def is_workday(self, day: date) -> bool: ...


class StateCalendar:
    """The State Council's holiday arrangement; where its year is not yet known: Monday to Friday, with one warning a year."""

    def is_workday(self, day: date) -> bool:
        return _is_workday(day)


@lru_cache(maxsize=4096)
def _is_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn_of_unknown_year(day.year)
        return day.weekday() < 5


@lru_cache(maxsize=64)
def _warn_of_unknown_year(year: int) -> None:
    log.warning("calendar_year_unknown", year=year, used="Monday to Friday")


def next_workday(calendar: Calendar, day: date) -> date:
    """The day itself when it is worked, else the first worked day after it."""
    while not calendar.is_workday(day):
        day += ONE_DAY
    return day


def after_natural_days(day: date, count: int) -> date:
    """The last of `count` natural days; the day of the event itself is not counted."""
    return day + timedelta(days=count)


def after_months(day: date, count: int) -> date:
    """The same day so many months later; where that month is too short, its last day."""
    years, month = divmod(day.month - 1 + count, 12)
    first = date(day.year + years, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), following - ONE_DAY)


def after_rolling_days(calendar: Calendar, day: date, count: int) -> date:
    """As natural days, but an end on a day off rolls to the next working day (APL 67 with 85)."""
    return next_workday(calendar, after_natural_days(day, count))


def after_working_days(calendar: Calendar, day: date, count: int) -> date:
    """The last of `count` working days; the day of the event itself is not counted (PR 2020)."""
    while count > 0:
        day = next_workday(calendar, day + ONE_DAY)
        count -= 1
    return day
