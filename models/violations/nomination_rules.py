"""Naming who drove, as pure functions: states, and what stands against it (domain 4).

open -> consented (an officer verifies) -> verified | rejected | ended
     |-> verified (consent was enough)
     `-> declined | lapsed | withdrawn | ended (the record was erased)
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.base.calendar import ONE_DAY, after_natural_days
from models.base.tariff import Handling, Nomination

FULL_AGE = 18
# Which licence classes drive which kind of plate (regulation on licences, annex 1). What else a class takes is left to an officer:
# the register of vehicles has no gearbox and no weight.
CLASS = re.compile(r"[A-D][0-9]?|[EFMNP]")
SMALL = frozenset({"A1", "A2", "A3", "B1", "B2", "C1", "C2", "C5"})
LARGE = frozenset({"A1", "A2", "A3", "B1", "B2"})
DRIVEN_WITH = {
    "01": LARGE,
    "51": LARGE,
    "02": SMALL,
    "52": SMALL,
    "07": frozenset({"D", "E"}),
    "08": frozenset({"D", "E", "F"}),
    "15": frozenset({"A2", "C6"}),
}


class NominationState(StrEnum):
    """See the module."""

    OPEN = "open"
    CONSENTED = "consented"
    VERIFIED = "verified"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    ENDED = "ended"


TRANSITIONS: dict[NominationState, frozenset[NominationState]] = {
    NominationState.OPEN: frozenset(
        {
            NominationState.CONSENTED,
            NominationState.VERIFIED,
            NominationState.DECLINED,
            NominationState.LAPSED,
            NominationState.WITHDRAWN,
            NominationState.ENDED,
        }
    ),
    NominationState.CONSENTED: frozenset(
        {NominationState.VERIFIED, NominationState.REJECTED, NominationState.ENDED}
    ),
}
LIVE = frozenset(TRANSITIONS)  # the case waits for the end of it
AGREED = frozenset({NominationState.CONSENTED, NominationState.VERIFIED})
PAIRED = LIVE | AGREED  # what makes a pair of driver and car


def sources(target: NominationState) -> frozenset[NominationState]:
    """The states from which a nomination may move to `target`."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)


class Unnameable(StrEnum):
    """Why nobody, or nobody of this name, can be named for a case; each is a sentence `nominate.<reason>` that names the way on."""

    NOT_YOURS = "not_yours"
    DECIDED = "decided"
    CLOSED = "closed"
    CAME_TO_YOU = "came_to_you"
    ALREADY = "already"
    BEING_CHECKED = "being_checked"
    OBJECTED = "objected"
    TERM_OVER = "term_over"
    TOO_MANY_TRIES = "too_many_tries"
    UNKNOWN_NAME = "unknown_name"
    SHARED_NAME = "shared_name"
    SHARED_ENDING = "shared_ending"
    OWN_NAME = "own_name"


class Obstacle(StrEnum):
    """Why this person cannot be named; each is a sentence `nominate.<obstacle>` for the owner that names the way on."""

    MINOR = "minor"
    NO_LICENCE = "no_licence"
    LICENCE_HELD = "licence_held"
    LICENCE_SUSPENDED = "licence_suspended"
    LICENCE_REVOKED = "licence_revoked"
    LICENCE_EXPIRED = "licence_expired"
    WRONG_CLASS = "wrong_class"
    POINTS_FULL = "points_full"
    CARS_FULL = "cars_full"
    DRIVERS_FULL = "drivers_full"
    PAIR_TODAY = "pair_today"
    PAIRS_THIS_YEAR = "pairs_this_year"
    OLDER_THAN_PAIR = "older_than_pair"


# What may have come up since; each is a sentence `takeover.<obstacle>` for the driver, too.
OF_DRIVER = frozenset(
    {
        Obstacle.MINOR,
        Obstacle.NO_LICENCE,
        Obstacle.LICENCE_HELD,
        Obstacle.LICENCE_SUSPENDED,
        Obstacle.LICENCE_REVOKED,
        Obstacle.LICENCE_EXPIRED,
        Obstacle.WRONG_CLASS,
        Obstacle.POINTS_FULL,
    }
)


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence is good for today: its classes, what is wrong with it, and how many points are left on it."""

    classes: str
    wrong: Obstacle | None
    left: int


def last_day(today: date, handle_by: date, nomination: Nomination) -> date:
    """The last day to answer: natural days, and the owner keeps a day of the own term after it. Before today: too late to ask."""
    return min(after_natural_days(today, nomination.answer_within_days), handle_by - ONE_DAY)


def driver_obstacle(
    age: int, licence: Licence | None, plate_kind: str, points: int | None
) -> Obstacle | None:
    """What stands against this driver for a case of this kind of plate and so many points (unknown ones are an officer's to weigh)."""
    if age < FULL_AGE:
        return Obstacle.MINOR
    if licence is None:
        return Obstacle.NO_LICENCE
    if licence.wrong is not None:
        return licence.wrong
    if not may_drive(licence.classes, plate_kind):
        return Obstacle.WRONG_CLASS
    return Obstacle.POINTS_FULL if points and points >= licence.left else None


def may_drive(classes: str, plate_kind: str) -> bool:
    """Whether one of the classes on a licence (`C1`, `A2D`) drives vehicles of this kind of plate."""
    return not DRIVEN_WITH.get(plate_kind, frozenset()).isdisjoint(CLASS.findall(classes))


@dataclass(frozen=True, slots=True)
class Pair:
    """A driver with a car of somebody else: named for it, and not turned down, for the first and for the last time."""

    vehicle_id: int
    driver_id: int
    first: date
    last: date


def pair_obstacle(
    pairs: Collection[Pair], vehicle_id: int, driver_id: int, today: date, nomination: Nomination
) -> Obstacle | None:
    """The limits of practice for a new pair; `pairs` are those of the driver and those of the car. A pair that is current passes."""
    oldest = today - timedelta(days=nomination.pair_lasts_days)
    current = [pair for pair in pairs if pair.last >= oldest]
    if any((pair.vehicle_id, pair.driver_id) == (vehicle_id, driver_id) for pair in current):
        return None
    of_driver = [pair for pair in current if pair.driver_id == driver_id]
    of_car = [pair for pair in current if pair.vehicle_id == vehicle_id]
    new_today = [pair for pair in of_driver if pair.first == today]
    this_year = [pair for pair in of_driver if pair.first.year == today.year]
    limits = (
        (len(of_driver) >= nomination.cars_a_driver, Obstacle.CARS_FULL),
        (len(of_car) >= nomination.drivers_a_car, Obstacle.DRIVERS_FULL),
        (len(this_year) >= nomination.new_pairs_a_year, Obstacle.PAIRS_THIS_YEAR),
        (len(new_today) >= nomination.new_pairs_a_day, Obstacle.PAIR_TODAY),
    )
    return next((obstacle for reached, obstacle in limits if reached), None)


def older_than_pair(
    pairs: Collection[Pair],
    vehicle_id: int,
    driver_id: int,
    day: date,
    points: int | None,
    nomination: Nomination,
) -> bool:
    """Where the city wants it: a record that brings points is older than the pair, or as old as it."""
    if not nomination.points_only_after_pair or points == 0:
        return False
    known = (pair.first for pair in pairs if (pair.vehicle_id, pair.driver_id) == (vehicle_id, driver_id))
    return not any(first < day for first in known)


def consent_is_enough(fine: int | None, points: int | None, handling: Handling) -> bool:
    """Within the online limits the driver's consent is the verification (PR 21, practice); above, or open, an officer verifies."""
    if fine is None or points is None:
        return False
    return fine <= handling.online_fine_limit and points <= handling.online_points_limit
