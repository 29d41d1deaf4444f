"""When points may be taken off a licence, and how many (PM 25-27), as pure functions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.base.tariff import Education, Points


class Learnt(StrEnum):
    """What was learnt or done, and is recorded with a reference number."""

    ONLINE = "online"
    ON_SITE = "on_site"
    ACTIVITY = "activity"
    FULL_STUDY = "full_study"
    FULL_EXAM = "full_exam"
    CHEATED = "cheated"


class Serious(StrEnum):
    """Punishments that bar reductions for three cycles (PM 26)."""

    HIT_AND_RUN = "hit_and_run"
    DRINK_DRIVING = "drink_driving"
    FORGED = "forged"
    TRADING = "trading"


class Obstacle(StrEnum):
    """Why no points are taken off; each is a sentence `reduce.<obstacle>` that says what to do."""

    HELD = "held"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    PROBATION = "probation"
    NO_POINTS = "no_points"
    OPEN = "open"
    UNINSPECTED = "uninspected"
    TWO_STUDIES = "two_studies"
    HIT_AND_RUN = "hit_and_run"
    DRINK_DRIVING = "drink_driving"
    FORGED = "forged"
    TRADING = "trading"
    CHEATED = "cheated"
    MOST = "most"


class Short(StrEnum):
    """What a study or an activity lacks; each is a sentence `reduce.<short>`."""

    TOO_SHORT = "too_short"
    TOO_SPREAD = "too_spread"
    NOT_PASSED = "not_passed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a driver today. `wrong` is what the licence's standing stands against it, if anything; `full_studies` are
    those of this cycle and the last; `punished` and `cheated` look back over the bar's cycles; `taken` is of the running cycle."""

    total: int
    wrong: Obstacle | None = None
    probation_until: date | None = None
    open_records: bool = False
    uninspected: bool = False
    full_studies: int = 0
    punished: Collection[Serious] = ()
    cheated: bool = False
    taken: int = 0


def obstacle(facts: Facts, today: date, points: Points) -> Obstacle | None:
    """What stands against a reduction (PM 25-26)."""
    on_probation = facts.probation_until is not None and today <= facts.probation_until
    checks = (
        (facts.total >= points.limit, Obstacle.HELD),
        (facts.wrong is not None, facts.wrong),
        (on_probation, Obstacle.PROBATION),
        (facts.total <= 0, Obstacle.NO_POINTS),
        (facts.open_records, Obstacle.OPEN),
        (facts.uninspected, Obstacle.UNINSPECTED),
        (facts.full_studies >= points.reduction_full_studies, Obstacle.TWO_STUDIES),
        *((ground in facts.punished, Obstacle(ground)) for ground in Serious),
        (facts.cheated, Obstacle.CHEATED),
        (facts.taken >= points.reduction_most, Obstacle.MOST),
    )
    return next((why for failed, why in checks if failed), None)


def short_of(minutes: int, first: date, last: date, *, passed: bool, asked: Education) -> Short | None:
    """What it lacks to count (PM 27)."""
    if minutes < asked.minutes:
        return Short.TOO_SHORT
    if (last - first).days >= asked.within_days:
        return Short.TOO_SPREAD
    return Short.NOT_PASSED if asked.exam and not passed else None


def worth(asked: Education, facts: Facts, points: Points) -> int:
    """Points it takes off: never more than there are, nor than the cycle still allows."""
    return max(0, min(asked.points, facts.total, points.reduction_most - facts.taken))
