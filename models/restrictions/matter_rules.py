"""Matters that restrict travel (domain 6), as pure functions on the tariff's proportionality table: what may be carried, from when to when.

All days are civic; a last day is held, the day after it is free.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.base.calendar import Calendar, after_months, after_natural_days, after_working_days
from models.base.tariff import MatterRule, Travel

ONE_DAY = timedelta(days=1)
Scopes = Mapping[str, Collection[str]]


class Ending(StrEnum):
    """How a matter comes to its end."""

    PERFORMED = "performed"  # the debt was performed
    PAID = "paid"  # the fare was paid
    NOTICE = "notice"  # the court or the police say so
    TIME = "time"  # its last day is over
    STRUCK = "struck"  # an objection or a correction was right


# What may end which; time ends whatever has a last day.
ENDINGS: Mapping[str, frozenset[Ending]] = {
    "time": frozenset({Ending.NOTICE}),
    "performance": frozenset({Ending.PERFORMED, Ending.NOTICE}),
    "payment": frozenset({Ending.PAID, Ending.NOTICE}),
    "notice": frozenset({Ending.NOTICE}),
}


class PleaKind(StrEnum):
    """What somebody says against a matter: before it takes effect, and afterwards."""

    OBJECTION = "objection"
    CORRECTION = "correction"


class PleaState(StrEnum):
    """`open -> upheld (the matter stands) | struck (it goes) | ended (with the matter)`."""

    OPEN = "open"
    UPHELD = "upheld"
    STRUCK = "struck"
    ENDED = "ended"


class Wrong(StrEnum):
    """Why a matter cannot be entered so."""

    INERT = "inert"
    MINOR = "minor"
    NO_SCOPE = "no_scope"
    OUTSIDE = "outside"
    TOO_LONG = "too_long"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day to the last, which is None until something ends it."""

    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """Is this day held?"""
        return self.since <= day and (self.until is None or day <= self.until)


def outside(rule: MatterRule, asked: Scopes) -> str:
    """The first scope that the table does not allow (`hotel`, `rail hard_seat`), or nothing. No class named is the whole mode."""
    for mode, classes in asked.items():
        if mode not in rule.scopes:
            return mode
        allowed = rule.scopes[mode]
        if allowed and not classes:
            return mode
        if allowed and (beyond := sorted(set(classes) - set(allowed))):
            return f"{mode} {beyond[0]}"
    return ""


def takes_effect_on(calendar: Calendar, listed_on: date, rule: MatterRule) -> date:
    """At once, or on the day after the last working day on which a new name can be objected to."""
    if not rule.objection_working_days:
        return listed_on
    return after_working_days(calendar, listed_on, rule.objection_working_days) + ONE_DAY


def longest(rule: MatterRule, since: date) -> date | None:
    """The last day that the table allows; None where it leaves that to the court, or to the payment."""
    if rule.days:
        return after_natural_days(since, rule.days) - ONE_DAY
    return after_months(since, rule.months) - ONE_DAY if rule.months else None


def wrong_until(rule: MatterRule, since: date, until: date | None) -> Wrong | None:
    """What stands against this last day, or None."""
    latest = longest(rule, since)
    if until is not None and until < since:
        return Wrong.OVER
    return Wrong.TOO_LONG if until and latest and until > latest else None


def repeated(rule: MatterRule, occurred_on: date, earlier: Collection[date]) -> bool:
    """Is it the one too many? `earlier` are the days of the person's other matters of this kind."""
    first = after_months(occurred_on, -rule.repeated_months)
    return bool(rule.repeated) and sum(first < day <= occurred_on for day in earlier) + 1 >= rule.repeated


def last_day_after_payment(rule: MatterRule, paid_on: date, *, again: bool) -> date:
    """Free from the day after paying, or so many days later for whoever does it again and again."""
    return after_natural_days(paid_on, rule.repeated_days if again else 0)


def held(classes: Collection[str], asked: str) -> bool:
    """Is this class of the mode held? No classes are the whole mode; who names no class asks of the mode as a whole."""
    return not classes or asked in classes


def plea_of(since: date, today: date) -> PleaKind:
    """An objection keeps a new name from taking effect; once it has, one asks for a correction."""
    return PleaKind.OBJECTION if today < since else PleaKind.CORRECTION


def answer_by(kind: PleaKind, calendar: Calendar, today: date, travel: Travel) -> date:
    """The last day to answer: working days for an objection, natural days for a correction."""
    if kind is PleaKind.OBJECTION:
        return after_working_days(calendar, today, travel.objection_answer_working_days)
    return after_natural_days(today, travel.correction_days)


def is_watched(answer: date, calendar: Calendar, today: date) -> bool:
    """Due by the next working day, today, or late."""
    return answer <= after_working_days(calendar, today, 1)


def wrong_exemption(since: date, until: date, today: date, months: int) -> bool:
    """Not over already, in its order, and a month at most (domain 6)."""
    return until < max(since, today) or until > after_months(since, months) - ONE_DAY
