"""The holiday calendar: does it know this year and the next?"""

from collections.abc import Sequence
from datetime import date

import chinese_calendar

from bot.doctor.finding import Finding, ok, warn
from bot.settings import Settings
from models.base.clock import CityCivic, SystemWall

MEND = "update the package chinesecalendar; the State Council publishes a year's days off in November before"


async def look(settings: Settings) -> Sequence[Finding]:
    """By the city's clock, which is not the demo's."""
    del settings
    return [coverage(CityCivic(SystemWall()).now().date())]


def coverage(today: date) -> Finding:
    """What is known on this day."""
    unknown = [str(year) for year in (today.year, today.year + 1) if not _knows(year)]
    if unknown:
        years = " and ".join(unknown)
        return warn(f"days off of {years} are not known: Monday to Friday are taken as worked", MEND)
    return ok(f"days off of {today.year} and {today.year + 1} are known")


def _knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 7, 1))
    except NotImplementedError:
        return False
    return True
