"""When somebody may object to a record or ask for the review of a decision, and by when they are answered (domain 2).

An objection goes to the traffic police while the case is open (PR 5, 22); a review to the organ of reconsideration, within 60 days of
knowing of the decision, paid or not (Administrative Reconsideration Law 20). Neither moves the day to pay: the law does not suspend a
decision for them. The surcharge alone stops, from the day of filing to the day of the answer, both included (APL 73; for an objection
the city's own rule). So an answer never makes anybody owe for the days that it took.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.base.calendar import (
    Calendar,
    after_natural_days,
    after_rolling_days,
    after_working_days,
    next_workday,
)
from models.base.tariff import Challenges, Handling
from models.violations.rules import OPEN, PAYABLE, UNDECIDED, State

REASON_LENGTH = 500  # characters; a citizen can send about 600 at once


class Kind(StrEnum):
    """Who is asked."""

    OBJECTION = "objection"
    REVIEW = "review"


class ChallengeState(StrEnum):
    """`open -> upheld | erased | voided | withdrawn`."""

    OPEN = "open"
    UPHELD = "upheld"  # the record, or the decision, stands
    ERASED = "erased"  # the record goes: it was not decided yet
    VOIDED = "voided"  # the decision goes
    WITHDRAWN = "withdrawn"


class Obstacle(StrEnum):
    """Why a challenge is not taken; each is a sentence `object.<obstacle>` that names the way on."""

    OPEN_ALREADY = "open_already"
    NOMINATED = "nominated"
    CLOSED = "closed"
    PAID = "paid"
    ANSWERED = "answered"
    ANSWERED_OPEN = "answered_open"
    UNDECIDED = "undecided"
    TOO_LATE = "too_late"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answer depends on. `knew_on`: the day on which the person came to know of the decision; `answered`: the kinds of
    challenges of this case that were answered before."""

    state: State
    challenged: bool
    knew_on: date | None
    answered: Collection[Kind] = ()
    nominated: bool = False

    @property
    def decided(self) -> bool:
        return self.state in PAYABLE | {State.PAID}


def obstacle(
    kind: Kind, case: Standing, today: date, calendar: Calendar, handling: Handling
) -> Obstacle | None:
    """What stands against filing today."""
    if case.challenged:
        return Obstacle.OPEN_ALREADY
    if case.state in (State.ERASED, State.VOIDED):
        return Obstacle.CLOSED
    if case.nominated:
        return Obstacle.NOMINATED
    if kind is Kind.REVIEW:
        return _against_review(case, today, calendar, handling)
    if case.state not in OPEN:
        return Obstacle.PAID
    if kind in case.answered:
        return Obstacle.ANSWERED if case.decided else Obstacle.ANSWERED_OPEN
    return None


def _against_review(case: Standing, today: date, calendar: Calendar, handling: Handling) -> Obstacle | None:
    if not case.decided or case.knew_on is None:
        return Obstacle.UNDECIDED
    if today > review_until(case.knew_on, calendar, handling):
        return Obstacle.TOO_LATE
    return Obstacle.REVIEWED if Kind.REVIEW in case.answered else None


def review_until(knew_on: date, calendar: Calendar, handling: Handling) -> date:
    """The last day to ask for a review: 60 natural days from knowing, the end rolling to a working day (Reconsideration Law 20, 88)."""
    return after_rolling_days(calendar, knew_on, handling.review_within_days)


def answer_by(kind: Kind, filed_on: date, calendar: Calendar, challenges: Challenges) -> date:
    """The last day of the answer: working days for an objection (PR 5), natural days for a review (Reconsideration Law 62)."""
    if kind is Kind.OBJECTION:
        return after_working_days(calendar, filed_on, challenges.answer_working_days)
    return after_natural_days(filed_on, challenges.review_answer_days)


def is_watched(answer_due: date, today: date, calendar: Calendar) -> bool:
    """An officer is alerted on the working day before the last one, on it, and ever after."""
    return answer_due <= next_workday(calendar, after_natural_days(today, 1))


def fits(outcome: ChallengeState, state: State) -> bool:
    """Can a challenge of a case in this state end like this? What is not decided is erased, what is decided is voided."""
    if outcome is ChallengeState.ERASED:
        return state in UNDECIDED
    if outcome is ChallengeState.VOIDED:
        return state in PAYABLE | {State.PAID}
    return outcome is ChallengeState.UPHELD and state in OPEN | {State.PAID}
