"""What an officer may set, as pure functions: the figure of a fine, the term of a record, when silence may be acted upon."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.base.calendar import after_months, after_natural_days
from models.base.tariff import Handling
from models.violations.grounds import Paper


@dataclass(frozen=True, slots=True)
class Range:
    """What the catalogue allows, in fen; `low` and `high` are None where only words tell."""

    low: int | None
    high: int | None

    @property
    def fixed(self) -> bool:
        return self.low is not None and self.low == self.high


class Wrong(StrEnum):
    """Why a figure cannot be set."""

    FIXED = "fixed"
    NOTHING = "nothing"
    OUT_OF_RANGE = "out_of_range"
    STANDS = "stands"
    NOT_LOWER = "not_lower"


def wrong_figure(bounds: Range, standing: int | None, replaces: int | None, figure: int) -> Wrong | None:
    """What stands against this figure (fen), or None.

    A figure that the owner was told may be lowered after hearing them, never raised (APL 45). `replaces` is the figure its officer
    knows of: another that was set meanwhile is not overwritten.
    """
    checks = (
        (bounds.fixed, Wrong.FIXED),
        (figure <= 0, Wrong.NOTHING),
        (bounds.low is not None and figure < bounds.low, Wrong.OUT_OF_RANGE),
        (bounds.high is not None and figure > bounds.high, Wrong.OUT_OF_RANGE),
        (standing != replaces, Wrong.STANDS),
        (standing is not None and figure >= standing, Wrong.NOT_LOWER),
    )
    return next((wrong for failed, wrong in checks if failed), None)


def latest_extension(handle_by: date, months: int) -> date:
    """So many months after the term's last day (PR 53)."""
    return after_months(handle_by, months)


def served_on(how: Paper, day: date, handling: Handling) -> date:
    """The day of service on paper: a letter's own, or natural days after that of a public notice (PR 55-56)."""
    return after_natural_days(day, handling.public_notice_days if how is Paper.PUBLIC_NOTICE else 0)


def announcement_over(announced_until: date, today: date) -> bool:
    """The announced days have been lived through: a decision comes on the day after the last of them (PR 54)."""
    return today > announced_until
