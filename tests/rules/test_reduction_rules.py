"""When points are taken off (PM 25-27): every reason against it, and how many."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.base.tariff import load_tariff
from models.licences.reduction_rules import Facts, Obstacle, Serious, Short, obstacle, short_of, worth

POINTS = load_tariff().points
TODAY = date(2026, 3, 2)
FREE = Facts(total=6)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        pytest.param({}, None, id="nothing stands against it"),
        pytest.param({"total": 11}, None, id="eleven points"),
        pytest.param({"total": 12}, Obstacle.HELD, id="twelve"),
        pytest.param({"total": 0}, Obstacle.NO_POINTS, id="none to take off"),
        pytest.param({"wrong": Obstacle.SUSPENDED}, Obstacle.SUSPENDED, id="suspended"),
        pytest.param({"wrong": Obstacle.EXPIRED}, Obstacle.EXPIRED, id="overdue"),
        pytest.param({"wrong": Obstacle.HELD}, Obstacle.HELD, id="held elsewhere"),
        pytest.param({"probation_until": TODAY}, Obstacle.PROBATION, id="the last day of probation"),
        pytest.param({"probation_until": date(2026, 3, 1)}, None, id="the day after it"),
        pytest.param({"open_records": True}, Obstacle.OPEN, id="something is open"),
        pytest.param({"uninspected": True}, Obstacle.UNINSPECTED, id="a vehicle not inspected"),
        pytest.param({"full_studies": 1}, None, id="one full-score study"),
        pytest.param({"full_studies": 2}, Obstacle.TWO_STUDIES, id="two"),
        *(pytest.param({"punished": [each]}, Obstacle(each), id=each) for each in Serious),
        pytest.param({"cheated": True}, Obstacle.CHEATED, id="cheating"),
        pytest.param({"taken": 5}, None, id="five taken off"),
        pytest.param({"taken": 6}, Obstacle.MOST, id="six"),
    ],
)
def test_what_stands_against_it(known: dict[str, Any], why: Obstacle | None):
    assert obstacle(replace(FREE, **known), TODAY, POINTS) is why


@pytest.mark.parametrize(
    ("kind", "minutes", "days", "passed", "why"),
    [
        pytest.param("online", 30, 3, True, None, id="half an hour within three days"),
        pytest.param("online", 29, 3, True, Short.TOO_SHORT, id="a minute less"),
        pytest.param("online", 30, 4, True, Short.TOO_SPREAD, id="a day more"),
        pytest.param("online", 30, 1, False, Short.NOT_PASSED, id="not passed"),
        pytest.param("on_site", 60, 1, True, None, id="an hour on site"),
        pytest.param("on_site", 59, 1, True, Short.TOO_SHORT, id="less than an hour"),
        pytest.param("on_site", 60, 1, False, Short.NOT_PASSED, id="on site, not passed"),
        pytest.param("activity", 60, 1, False, None, id="an activity has no exam"),
        pytest.param("activity", 59, 1, False, Short.TOO_SHORT, id="a short activity"),
    ],
)
def test_what_counts(kind: str, minutes: int, days: int, passed: bool, why: Short | None):
    first, last = date(2026, 3, 1), date(2026, 3, days)
    assert short_of(minutes, first, last, passed=passed, asked=getattr(POINTS, kind)) is why


@pytest.mark.parametrize(
    ("kind", "total", "taken", "off"),
    [
        pytest.param("online", 6, 0, 1, id="one online"),
        pytest.param("on_site", 6, 0, 2, id="two on site"),
        pytest.param("activity", 6, 0, 1, id="one for an activity"),
        pytest.param("on_site", 1, 0, 1, id="no more than there are"),
        pytest.param("on_site", 6, 5, 1, id="no more than six in a cycle"),
    ],
)
def test_how_many_are_taken_off(kind: str, total: int, taken: int, off: int):
    facts = replace(FREE, total=total, taken=taken)
    assert worth(getattr(POINTS, kind), facts, POINTS) == off
