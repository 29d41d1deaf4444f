"""Deferral and instalments as pure functions: who may ask, by when they are answered, what is paid when, when a plan is broken.

Who cannot pay at once for financial difficulty may ask for a later day or for parts (APL 66). From the day of asking to the day on which
it ends, both included, nothing is added (city).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from models.base.calendar import Calendar, after_natural_days, after_working_days, next_workday
from models.base.tariff import Plans
from models.violations.rules import PAYABLE, UNDECIDED, State

LEAST_INSTALMENTS = 2  # one is a deferral


class PlanKind(StrEnum):
    """Later, or in parts."""

    DEFERRAL = "deferral"
    INSTALMENTS = "instalments"


class PlanState(StrEnum):
    """`asked -> granted | refused`, `granted -> kept | broken`; either may be withdrawn, or ended with its case."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"  # the case was paid before the answer, or its decision went


class Unplannable(StrEnum):
    """Why no plan can be asked for; each is a sentence `plan.<reason>` that names the way on."""

    OPEN_ALREADY = "open_already"
    UNDECIDED = "undecided"
    CLOSED = "closed"
    TOO_LITTLE = "too_little"
    TOO_LATE = "too_late"
    ASKED_BEFORE = "asked_before"


class WrongDays(StrEnum):
    """Why an officer's days are none of a plan; each is a sentence `officer.plan_<reason>`."""

    COUNT = "count"
    ORDER = "order"
    PAST = "past"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking depends on: the case's state and last day, what is open (fen), the plan that waits or runs, how often it was asked."""

    state: State
    due_on: date | None
    open: int
    planned: bool
    asked: int


def obstacle(case: Asking, today: date, plans: Plans) -> Unplannable | None:
    """What stands against asking today."""
    late = case.due_on is not None and today > case.due_on
    checks = (
        (case.state in UNDECIDED, Unplannable.UNDECIDED),
        (case.state not in PAYABLE, Unplannable.CLOSED),
        (case.planned, Unplannable.OPEN_ALREADY),
        (case.open < plans.least, Unplannable.TOO_LITTLE),
        (late and not plans.after_last_day, Unplannable.TOO_LATE),
        (case.asked >= plans.asks, Unplannable.ASKED_BEFORE),
    )
    return next((reason for failed, reason in checks if failed), None)


def answer_by(asked_on: date, calendar: Calendar, plans: Plans) -> date:
    """The last day of the answer, in working days (city)."""
    return after_working_days(calendar, asked_on, plans.answer_working_days)


def wrong_days(kind: PlanKind, days: Sequence[date], today: date, plans: Plans) -> WrongDays | None:
    """What stands against granting these days."""
    deferral = kind is PlanKind.DEFERRAL
    counts = range(1, 2) if deferral else range(LEAST_INSTALMENTS, plans.most_instalments + 1)
    if len(days) not in counts:
        return WrongDays.COUNT
    if any(later <= earlier for earlier, later in pairwise(days)):
        return WrongDays.ORDER
    if days[0] <= today:
        return WrongDays.PAST
    longest = plans.deferral_days if deferral else plans.instalment_days
    return WrongDays.TOO_FAR if days[-1] > after_natural_days(today, longest) else None


@dataclass(frozen=True, slots=True)
class Instalment:
    """`amount` fen by the end of `due_on`."""

    due_on: date
    amount: int


def instalments(total: int, days: Sequence[date], calendar: Calendar) -> list[Instalment]:
    """What is open (fen) in equal parts, the last with the remainder; a day off rolls to the next working day (as APL 67 with 85)."""
    share = total // len(days)
    amounts = [share] * (len(days) - 1) + [total - share * (len(days) - 1)]
    return [
        Instalment(next_workday(calendar, day), amount) for day, amount in zip(days, amounts, strict=True)
    ]


def unpaid(plan: Iterable[Instalment], paid: int) -> list[Instalment]:
    """What is left of each instalment once so many fen came in since the grant: the first ones first."""
    left = []
    for each in plan:
        covered = min(paid, each.amount)
        paid -= covered
        if covered < each.amount:
            left.append(Instalment(each.due_on, each.amount - covered))
    return left


def is_missed(left: Sequence[Instalment], today: date, plans: Plans) -> bool:
    """Something is unpaid, its day and the days of grace have gone by."""
    return bool(left) and today > after_natural_days(left[0].due_on, plans.grace_days)


def is_reminded(left: Sequence[Instalment], today: date, plans: Plans) -> bool:
    """Today the citizen is reminded of the next instalment."""
    return bool(left) and today in {
        left[0].due_on - timedelta(days=days) for days in plans.reminder_days_before
    }
