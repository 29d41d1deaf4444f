"""Who may be named for what, and by when: the rules of nomination, case by case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.base.tariff import Nomination, load_tariff
from models.violations import nomination_rules as rules
from models.violations.nomination_rules import LIVE, TRANSITIONS, Licence, NominationState, Obstacle, Pair

TARIFF = load_tariff()
PRACTICE = TARIFF.nomination
TODAY = date(2026, 3, 2)
CAR, DRIVER = 7, 70
GOOD = Licence("C1", None, 12)


def figures(**changed: object) -> Nomination:
    """The practice, but for this."""
    return PRACTICE.model_copy(update=changed)


@pytest.mark.parametrize(
    ("age", "licence", "kind", "points", "obstacle"),
    [
        pytest.param(18, GOOD, "02", 3, None, id="18 years, C1, a small car"),
        pytest.param(17, GOOD, "02", 3, Obstacle.MINOR, id="17 years"),
        pytest.param(40, None, "02", 0, Obstacle.NO_LICENCE, id="no licence, not even for no points"),
        pytest.param(
            40, replace(GOOD, wrong=Obstacle.LICENCE_HELD), "02", 0, Obstacle.LICENCE_HELD, id="held"
        ),
        pytest.param(
            40,
            replace(GOOD, wrong=Obstacle.LICENCE_REVOKED),
            "01",
            12,
            Obstacle.LICENCE_REVOKED,
            id="revoked goes before the class and the points",
        ),
        pytest.param(40, GOOD, "01", 3, Obstacle.WRONG_CLASS, id="C1, a large vehicle"),
        pytest.param(40, replace(GOOD, classes="A2D"), "01", 3, None, id="A2D, a large vehicle"),
        pytest.param(40, replace(GOOD, classes="D"), "52", 3, Obstacle.WRONG_CLASS, id="a motorcycle's"),
        pytest.param(40, replace(GOOD, left=4), "02", 3, None, id="one point is left"),
        pytest.param(40, replace(GOOD, left=3), "02", 3, Obstacle.POINTS_FULL, id="12 would be reached"),
        pytest.param(40, replace(GOOD, left=0), "02", 0, None, id="no points are always possible"),
        pytest.param(
            40, replace(GOOD, left=1), "02", None, None, id="unknown points: an officer weighs them"
        ),
    ],
)
def test_what_stands_against_a_driver(
    age: int, licence: Licence | None, kind: str, points: int | None, obstacle: Obstacle | None
) -> None:
    assert rules.driver_obstacle(age, licence, kind, points) is obstacle


def pair(vehicle: int, driver: int, days_ago: int = 10, last: int | None = None) -> Pair:
    """A pair that was made so many days ago, and used last so many."""
    first = TODAY - timedelta(days=days_ago)
    return Pair(vehicle, driver, first, first if last is None else TODAY - timedelta(days=last))


@pytest.mark.parametrize(
    ("pairs", "obstacle"),
    [
        pytest.param([], None, id="the first"),
        pytest.param([pair(1, DRIVER), pair(2, DRIVER)], None, id="a third car"),
        pytest.param([pair(n, DRIVER) for n in (1, 2, 3)], Obstacle.CARS_FULL, id="a fourth car"),
        pytest.param([pair(n, DRIVER) for n in (1, 2, CAR)], None, id="the third car again"),
        pytest.param([pair(CAR, n) for n in (1, 2)], None, id="a third driver"),
        pytest.param([pair(CAR, n) for n in (1, 2, 3)], Obstacle.DRIVERS_FULL, id="a fourth driver"),
        pytest.param([pair(1, DRIVER, 0)], Obstacle.PAIR_TODAY, id="another new pair today"),
        pytest.param([pair(1, DRIVER, 1)], None, id="a new pair yesterday"),
        pytest.param([pair(1, DRIVER, 100, last=0)], None, id="an old pair used today"),
        pytest.param([pair(CAR, 1, 0)], None, id="the car has a new driver today: that is another's day"),
        pytest.param([pair(n, DRIVER, 400) for n in (1, 2, 3)], None, id="pairs of long ago are none"),
        pytest.param(
            [pair(n, DRIVER, 400, last=365) for n in (1, 2, 3)], Obstacle.CARS_FULL, id="a year, to the day"
        ),
    ],
)
def test_the_limits_of_practice(pairs: list[Pair], obstacle: Obstacle | None) -> None:
    assert rules.pair_obstacle(pairs, CAR, DRIVER, TODAY, PRACTICE) is obstacle


@pytest.mark.parametrize(
    ("made", "obstacle"),
    [
        pytest.param([10] * 4, None, id="a fifth pair this year"),
        pytest.param([10] * 5, Obstacle.PAIRS_THIS_YEAR, id="a sixth"),
        pytest.param([10] * 4 + [80], None, id="one of them was last year's"),
    ],
)
def test_so_many_new_pairs_a_calendar_year(made: list[int], obstacle: Obstacle | None) -> None:
    pairs = [pair(number, DRIVER, days) for number, days in enumerate(made, 100)]
    assert rules.pair_obstacle(pairs, CAR, DRIVER, TODAY, figures(cars_a_driver=9)) is obstacle


@pytest.mark.parametrize(
    ("pairs", "points", "older"),
    [
        pytest.param([], 3, True, id="no pair yet"),
        pytest.param([], 0, False, id="no pair yet, and no points"),
        pytest.param([], None, True, id="no pair yet, and the points are not known"),
        pytest.param([pair(CAR, DRIVER, 2)], 3, False, id="the pair is older"),
        pytest.param([pair(CAR, DRIVER, 1)], 3, True, id="the pair is of the same day"),
        pytest.param([pair(CAR, 1, 9), pair(1, DRIVER, 9)], 3, True, id="pairs of others"),
    ],
)
def test_a_record_with_points_must_be_later_than_the_pair_where_the_city_says_so(
    pairs: list[Pair], points: int | None, older: bool
) -> None:
    day = TODAY - timedelta(days=1)
    switched_on = figures(points_only_after_pair=True)
    assert rules.older_than_pair(pairs, CAR, DRIVER, day, points, switched_on) is older
    assert not rules.older_than_pair(pairs, CAR, DRIVER, day, points, PRACTICE)


@pytest.mark.parametrize(
    ("days_left", "answer_in"),
    [
        pytest.param(30, 7, id="seven days"),
        pytest.param(8, 7, id="just so"),
        pytest.param(7, 6, id="the owner keeps a day"),
        pytest.param(1, 0, id="today"),
        pytest.param(0, -1, id="too late to ask"),
    ],
)
def test_the_last_day_to_answer_is_inside_the_owners_own_term(days_left: int, answer_in: int) -> None:
    by = TODAY + timedelta(days=days_left)
    assert rules.last_day(TODAY, by, PRACTICE) == TODAY + timedelta(days=answer_in)


@pytest.mark.parametrize(
    ("fine", "points", "enough"),
    [
        pytest.param(20000, 6, True, id="200 yuan and 6 points"),
        pytest.param(20001, 6, False, id="a fen more"),
        pytest.param(20000, 9, False, id="9 points"),
        pytest.param(None, 6, False, id="an officer sets the fine"),
        pytest.param(20000, None, False, id="unknown points"),
    ],
)
def test_when_consent_is_the_verification(fine: int | None, points: int | None, enough: bool) -> None:
    assert rules.consent_is_enough(fine, points, TARIFF.handling) is enough


def test_what_is_over_stays_over() -> None:
    assert set(NominationState) - LIVE == {state for state in NominationState if state not in TRANSITIONS}
    assert rules.sources(NominationState.WITHDRAWN) == {NominationState.OPEN}
    assert rules.sources(NominationState.VERIFIED) == {NominationState.OPEN, NominationState.CONSENTED}
