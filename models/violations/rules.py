"""The rules of a case as pure functions: states, what may be decided online, terms (domain 2). What it costs is in `amount_rules`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.base.calendar import Calendar, after_natural_days, after_rolling_days
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
    HELD = "held"


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
