"""The rules of a case as pure functions: states, what may be decided online, terms, surcharge, today's bill (domain 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.base.calendar import ONE_DAY, Calendar, after_natural_days, after_rolling_days
from models.base.money import percent
from models.base.tariff import Handling, Payment

LIMITATION_YEARS = 2  # APL 36: what is older is not fined any more


class State(StrEnum):
    """`recorded -> notified -> decided -> served -> overdue -> paid | erased | voided`."""

    RECORDED = "recorded"
    NOTIFIED = "notified"
    DECIDED = "decided"
    SERVED = "served"
    OVERDUE = "overdue"
    PAID = "paid"
    ERASED = "erased"
    VOIDED = "voided"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.RECORDED: frozenset({State.NOTIFIED, State.DECIDED, State.ERASED}),
    State.NOTIFIED: frozenset({State.DECIDED, State.ERASED}),
    State.DECIDED: frozenset({State.SERVED, State.PAID, State.VOIDED}),
    State.SERVED: frozenset({State.OVERDUE, State.PAID, State.VOIDED}),
    State.OVERDUE: frozenset({State.PAID, State.VOIDED}),
    State.PAID: frozenset({State.VOIDED}),
    State.ERASED: frozenset(),
    State.VOIDED: frozenset(),
}
# The one step back: the carrier says later that the text never arrived.
SERVICE_FAILED = (State.SERVED, State.DECIDED)
UNDECIDED = frozenset({State.RECORDED, State.NOTIFIED})
PAYABLE = frozenset({State.DECIDED, State.SERVED, State.OVERDUE})
OPEN = UNDECIDED | PAYABLE
CLOSED = frozenset(State) - OPEN


def sources(target: State) -> frozenset[State]:
    """The states from which a case may move to `target`."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)


class Reason(StrEnum):
    """Why a case is not decided online; each is a sentence `accept.<reason>` that names the way on."""

    NOT_OPEN = "not_open"
    CHALLENGED = "challenged"
    NOMINATED = "nominated"
    NOMINATION_CHECKED = "nomination_checked"
    RULE_CHANGED = "rule_changed"
    NO_AMOUNT = "no_amount"
    GRAVE = "grave"
    UNKNOWN_POINTS = "unknown_points"
    OVER_LIMIT = "over_limit"
    MINOR = "minor"
    NO_LICENCE = "no_licence"
    POINTS_FULL = "points_full"


def too_old(happened_on: date, today: date) -> bool:
    """Two calendar years have gone by (APL 36)."""
    last = (happened_on.year + LIMITATION_YEARS, happened_on.month, happened_on.day)
    return last < (today.year, today.month, today.day)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a case would cost: `fine` in fen, None while an officer must set it; `points` None where the catalogue knows none.

    `nominated`: the state of the nomination that the case waits for. `grave`: there may be more than money and points.
    """

    state: State
    fine: int | None
    points: int | None
    challenged: bool = False
    nominated: str | None = None
    grave: bool = False


def obstacle(case: Forecast, age: int, handling: Handling) -> Reason | None:
    """What stands against deciding online (practice: up to 200 yuan and 6 points); under-18s are dealt with more lightly, in person."""
    checks = (
        (case.state not in UNDECIDED, Reason.NOT_OPEN),
        (case.challenged, Reason.CHALLENGED),
        (case.nominated == "open", Reason.NOMINATED),
        (case.nominated is not None, Reason.NOMINATION_CHECKED),
        (not case.fine, Reason.NO_AMOUNT),
        (case.grave, Reason.GRAVE),
        (case.points is None, Reason.UNKNOWN_POINTS),
        ((case.fine or 0) > handling.online_fine_limit, Reason.OVER_LIMIT),
        ((case.points or 0) > handling.online_points_limit, Reason.OVER_LIMIT),
        (age < 18, Reason.MINOR),
    )
    return next((reason for failed, reason in checks if failed), None)


def handle_by(notified_on: date, handling: Handling) -> date:
    """The last day to handle a record: natural days after the notice (PR 20)."""
    return after_natural_days(notified_on, handling.handle_within_days)


def due_on(served_on: date, calendar: Calendar, payment: Payment) -> date:
    """The last day to pay: 15 natural days after service, the end rolling to a working day (APL 67)."""
    return after_rolling_days(calendar, served_on, payment.days_to_pay)


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days that add no surcharge, from the first to the last, both included; `until` is None while they go on (APL 73; city)."""

    since: date
    until: date | None = None


def days_late(due: date, today: date, suspensions: Iterable[Suspension] = ()) -> int:
    """The days after the last one to pay, without those that are suspended."""
    late, seen = (today - due).days, due
    for each in sorted(suspensions, key=lambda suspension: suspension.since):
        first, last = max(each.since, seen + ONE_DAY), min(each.until or today, today)
        if first <= last:
            late, seen = late - (last - first).days - 1, last
    return max(late, 0)


def surcharge(
    principal: int, due: date | None, today: date, payment: Payment, suspensions: Iterable[Suspension] = ()
) -> int:
    """Fen added by `today`: 3 % of the principal for each day after the last one, never more than the principal (APL 72)."""
    if due is None or today <= due:
        return 0
    cap = percent(principal, payment.surcharge_cap_percent)
    return min(
        cap, percent(principal, payment.surcharge_percent_per_day * days_late(due, today, suspensions))
    )


def capped_on(due: date, payment: Payment, suspensions: Iterable[Suspension] = ()) -> date | None:
    """From which day on nothing more is added; None while a suspension goes on: then nobody knows."""
    known = tuple(suspensions)
    if any(each.until is None for each in known):
        return None
    needed = -(-payment.surcharge_cap_percent // payment.surcharge_percent_per_day)
    day = due + timedelta(days=needed)
    while (missing := needed - days_late(due, day, known)) > 0:
        day += timedelta(days=missing)
    return day


@dataclass(frozen=True, slots=True)
class Lateness:
    """What paying late makes of a fine, in fen: so much a day, so much at most. `capped_on`: see `capped_on`."""

    daily: int
    most: int
    capped_on: date | None


def lateness(
    principal: int, due: date | None, payment: Payment, suspensions: Iterable[Suspension] = ()
) -> Lateness:
    """Of a fine, whether or not it is decided; with its last day, on which day it ends to grow."""
    return Lateness(
        percent(principal, payment.surcharge_percent_per_day),
        principal + percent(principal, payment.surcharge_cap_percent),
        capped_on(due, payment, suspensions) if due else None,
    )


@dataclass(frozen=True, slots=True)
class Bill:
    """What a decided case costs on a day, in fen."""

    principal: int
    surcharge: int

    @property
    def total(self) -> int:
        return self.principal + self.surcharge


def bill(
    principal: int, due: date | None, today: date, payment: Payment, suspensions: Iterable[Suspension] = ()
) -> Bill:
    """The whole of what is to be paid today."""
    return Bill(principal, surcharge(principal, due, today, payment, suspensions))
