"""The cycle of licence points (PM 3): twelve months from the day of first licence."""

from datetime import date


def anniversary(first: date, year: int) -> date:
    """The day a cycle begins in a year; 29 February begins on 1 March in common years."""
    try:
        return first.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def cycle_start(first: date, today: date) -> date:
    """The first day of the cycle that holds today."""
    this_year = anniversary(first, today.year)
    return this_year if this_year <= today else anniversary(first, today.year - 1)


def cycle_end(first: date, today: date) -> date:
    """The day on which the next cycle begins."""
    return anniversary(first, cycle_start(first, today).year + 1)
