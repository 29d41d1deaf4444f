"""What the school's acts decide by: whose consent is needed, when an update may be taken back, when a quiet guardian is told."""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum

LINK = re.compile(r"https://[^\s\x00-\x1f\x7f<>\"']{4,400}")


class RequestState(StrEnum):
    """Of somebody who asks to be let into a class: asked -> confirmed | declined | withdrawn."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


def born_by(today: date, age: int) -> date:
    """Whoever was born on this day or before is of that age today. Who was born on a 29 February is so from 1 March of other years."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # today is a 29 February, and that year has none
        return date(today.year - age, 2, 28)


def needs_consent(born_on: date, today: date, age: int) -> bool:
    """Is the child under the age from which no guardian need consent to the keeping of its data? (PIPL 31)"""
    return born_on > born_by(today, age)


def is_over(last_day: date, today: date, keep_days: int) -> bool:
    """Is the data of a school year to go? Natural days after its last one (PIPL 19)."""
    return today > last_day + timedelta(days=keep_days)


def is_link(text: str) -> bool:
    """May this go with an update, to be opened by families? One address, and a safe one."""
    return LINK.fullmatch(text) is not None


def may_undo(undo_until: datetime, wall: datetime) -> bool:
    """May an update still be taken back? Both are instants of the wall; the last second counts."""
    return wall <= undo_until


def quiet_until(now: datetime, begins: time, ends: time) -> datetime | None:
    """The end of the quiet hours that hold now (civic), None outside of them. They may span midnight; equal ends are none at all."""
    clock = now.timetz().replace(tzinfo=None)
    if begins < ends:
        quiet, tomorrow = begins <= clock < ends, False
    else:
        quiet, tomorrow = begins != ends and (clock >= begins or clock < ends), clock >= begins
    if not quiet:
        return None
    day = now.date() + timedelta(days=1) if tomorrow else now.date()
    return datetime.combine(day, ends, now.tzinfo)
