"""Deferral and instalments: who may ask, by when they are answered, which days an officer may grant, when a plan is broken."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base.calendar import StateCalendar
from models.base.tariff import load_tariff
from models.violations.plan_rules import (
    Asking,
    Instalment,
    PlanKind,
    Unplannable,
    WrongDays,
    answer_by,
    instalments,
    is_missed,
    is_reminded,
    obstacle,
    unpaid,
    wrong_days,
)
from models.violations.rules import State

PLANS = load_tariff().plans
CALENDAR = StateCalendar()
TODAY = date(2026, 3, 2)
SERVED = Asking(State.SERVED, date(2026, 3, 17), 20000, planned=False, asked=0)
DEFERRAL, INSTALMENTS = PlanKind.DEFERRAL, PlanKind.INSTALMENTS


def after(*days: int) -> list[date]:
    return [TODAY + timedelta(days=count) for count in days]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="served, not due yet"),
        pytest.param({"due_on": None, "state": State.DECIDED}, None, id="decided, not served yet"),
        pytest.param(
            {"due_on": date(2026, 3, 1), "state": State.OVERDUE}, None, id="late, as the tariff has it"
        ),
        pytest.param({"open": 10000}, None, id="just enough"),
        pytest.param({"open": 9999}, Unplannable.TOO_LITTLE, id="too little"),
        pytest.param({"planned": True}, Unplannable.OPEN_ALREADY, id="one waits or runs"),
        pytest.param({"asked": 1}, None, id="once more"),
        pytest.param({"asked": 2}, Unplannable.ASKED_BEFORE, id="not a third time"),
        pytest.param({"state": State.NOTIFIED}, Unplannable.UNDECIDED, id="nothing to pay yet"),
        pytest.param({"state": State.PAID, "open": 0}, Unplannable.CLOSED, id="nothing to pay any more"),
    ],
)
def test_who_may_ask(changes: dict[str, object], expected: Unplannable | None):
    assert obstacle(replace(SERVED, **changes), TODAY, PLANS) is expected  # type: ignore[arg-type]


def test_a_city_may_close_the_door_on_the_last_day():
    strict = PLANS.model_copy(update={"after_last_day": False})
    asked = [obstacle(SERVED, date(2026, 3, day), strict) for day in (17, 18)]
    assert asked == [None, Unplannable.TOO_LATE]


def test_the_answer_counts_working_days():
    """Asked on the Friday before Qingming: Monday the 6th is a day off."""
    assert answer_by(date(2026, 4, 3), CALENDAR, PLANS) == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        pytest.param(DEFERRAL, after(90), None, id="the longest deferral"),
        pytest.param(DEFERRAL, after(91), WrongDays.TOO_FAR, id="a day too long"),
        pytest.param(DEFERRAL, after(30, 60), WrongDays.COUNT, id="two days are instalments"),
        pytest.param(DEFERRAL, after(0), WrongDays.PAST, id="today is no deferral"),
        pytest.param(INSTALMENTS, after(1, 365), None, id="two, a year apart"),
        pytest.param(INSTALMENTS, after(1, 366), WrongDays.TOO_FAR, id="beyond a year"),
        pytest.param(INSTALMENTS, after(30), WrongDays.COUNT, id="one is a deferral"),
        pytest.param(INSTALMENTS, after(*range(1, 8)), WrongDays.COUNT, id="seven"),
        pytest.param(INSTALMENTS, after(30, 30), WrongDays.ORDER, id="the same day twice"),
        pytest.param(INSTALMENTS, after(60, 30), WrongDays.ORDER, id="out of order"),
    ],
)
def test_which_days_an_officer_may_grant(kind: PlanKind, days: list[date], expected: WrongDays | None):
    assert wrong_days(kind, days, TODAY, PLANS) is expected


def test_instalments_are_equal_and_a_day_off_rolls():
    """10 yuan and a fen in three; Saturday the 4th of April, then Labour Day, then 29 February of a leap year, a Tuesday."""
    days = [date(2026, 4, 4), date(2026, 5, 1), date(2028, 2, 29)]
    assert instalments(1001, days, CALENDAR) == [
        Instalment(date(2026, 4, 7), 333),
        Instalment(date(2026, 5, 6), 333),
        Instalment(date(2028, 2, 29), 335),
    ]


PLAN = [
    Instalment(date(2026, 4, 7), 7000),
    Instalment(date(2026, 5, 6), 7000),
    Instalment(date(2026, 6, 8), 7200),
]


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        pytest.param(0, PLAN, id="nothing"),
        pytest.param(6999, [replace(PLAN[0], amount=1), *PLAN[1:]], id="a fen short"),
        pytest.param(7000, PLAN[1:], id="the first"),
        pytest.param(10000, [replace(PLAN[1], amount=4000), PLAN[2]], id="more than the first"),
        pytest.param(21200, [], id="everything"),
    ],
)
def test_money_counts_for_the_first_instalments_first(paid: int, left: list[Instalment]):
    assert unpaid(PLAN, paid) == left


@pytest.mark.parametrize(
    ("today", "reminded", "missed"),
    [
        pytest.param(date(2026, 4, 3), False, False, id="four days before"),
        pytest.param(date(2026, 4, 4), True, False, id="three days before"),
        pytest.param(date(2026, 4, 7), True, False, id="on the day"),
        pytest.param(date(2026, 4, 10), False, False, id="the last day of grace"),
        pytest.param(date(2026, 4, 11), False, True, id="after it"),
    ],
)
def test_reminded_and_broken(today: date, reminded: bool, missed: bool):
    assert (is_reminded(PLAN, today, PLANS), is_missed(PLAN, today, PLANS)) == (reminded, missed)
    assert not is_missed([], today, PLANS)


@given(st.integers(1, 10**8), st.integers(1, 6), st.integers(0, 2 * 10**8))
@settings(derandomize=True, database=None)
def test_instalments_add_up_and_so_does_what_is_left(total: int, count: int, paid: int):
    plan = instalments(total, after(*range(30, 30 * count + 1, 30)), CALENDAR)
    assert sum(each.amount for each in plan) == total
    assert sum(each.amount for each in unpaid(plan, paid)) == max(0, total - paid)
