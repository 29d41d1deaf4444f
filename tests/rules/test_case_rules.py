"""The rules of a case: terms, surcharge, what may be decided online, how it moves (domain 2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base.calendar import StateCalendar
from models.base.tariff import load_tariff
from models.violations.amount_rules import bill, surcharge
from models.violations.rules import (
    TRANSITIONS,
    Forecast,
    Reason,
    State,
    due_on,
    handle_by,
    obstacle,
    sources,
)

TARIFF = load_tariff()
PAYMENT, HANDLING = TARIFF.payment, TARIFF.handling
STATE_CALENDAR = StateCalendar()
DUE = date(2026, 3, 16)


def test_the_worked_case_of_the_law():
    """Received on 1 March: the last day is 16 March, the surcharge runs from the 17th."""
    assert due_on(date(2026, 3, 1), STATE_CALENDAR, PAYMENT) == DUE
    assert surcharge(20000, DUE, DUE, PAYMENT) == 0
    assert surcharge(20000, DUE, date(2026, 3, 17), PAYMENT) == 600


@pytest.mark.parametrize(
    ("served", "due"),
    [
        pytest.param(date(2026, 3, 6), date(2026, 3, 23), id="a Saturday rolls to Monday"),
        pytest.param(date(2026, 2, 13), date(2026, 2, 28), id="a made-up Saturday does not roll"),
        pytest.param(date(2026, 9, 16), date(2026, 10, 8), id="1 October rolls over the holiday"),
    ],
)
def test_a_last_day_off_rolls_to_the_next_working_day(served: date, due: date):
    assert due_on(served, STATE_CALENDAR, PAYMENT) == due
    assert surcharge(20000, due, due, PAYMENT) == 0


def test_thirty_natural_days_to_handle_a_record():
    assert handle_by(date(2026, 3, 2), HANDLING) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("principal", "days_late", "added"),
    [
        pytest.param(20000, 0, 0, id="on the last day"),
        pytest.param(20000, 1, 600, id="200 yuan: 6 on the first day"),
        pytest.param(20000, 33, 19800, id="198 after 33 days"),
        pytest.param(20000, 34, 20000, id="day 34 carries the remainder of 2"),
        pytest.param(20000, 400, 20000, id="never more than the principal"),
        pytest.param(15000, 34, 15000, id="150 yuan: capped on day 34 too"),
        pytest.param(3333, 1, 99, id="99.99 fen a day round down"),
        pytest.param(0, 10, 0, id="nothing of nothing"),
    ],
)
def test_the_surcharge_is_three_percent_a_day_up_to_the_principal(principal: int, days_late: int, added: int):
    assert surcharge(principal, DUE, DUE + timedelta(days=days_late), PAYMENT) == added


def test_nothing_is_added_before_the_decision_is_served():
    assert surcharge(20000, None, date(2036, 1, 1), PAYMENT) == 0


def test_the_bill_adds_up():
    today = bill(20000, DUE, DUE + timedelta(days=2), PAYMENT)
    assert (today.principal, today.surcharge, today.total) == (20000, 1200, 21200)


principals = st.integers(0, 10_000_000)
days = st.integers(-400, 800)


@given(principals, days)
@settings(derandomize=True, database=None)
def test_surcharge_is_nothing_until_due_and_never_more_than_the_principal(principal: int, late: int):
    added = surcharge(principal, DUE, DUE + timedelta(days=late), PAYMENT)
    assert 0 <= added <= principal
    assert late > 0 or added == 0


@given(principals, days)
@settings(derandomize=True, database=None)
def test_surcharge_never_falls_from_day_to_day(principal: int, late: int):
    today = DUE + timedelta(days=late)
    tomorrow = today + timedelta(days=1)
    assert surcharge(principal, DUE, today, PAYMENT) <= surcharge(principal, DUE, tomorrow, PAYMENT)


@pytest.mark.parametrize(
    ("state", "fine", "points", "age", "expected"),
    [
        pytest.param(State.NOTIFIED, 20000, 6, 18, None, id="200 yuan and 6 points, inclusive, at 18"),
        pytest.param(State.RECORDED, 5000, 0, 40, None, id="before the notice was sent"),
        pytest.param(State.NOTIFIED, 20001, 0, 40, Reason.OVER_LIMIT, id="a fen over 200 yuan"),
        pytest.param(State.NOTIFIED, 20000, 9, 40, Reason.OVER_LIMIT, id="9 points"),
        pytest.param(State.NOTIFIED, None, 3, 40, Reason.NO_AMOUNT, id="an officer must set the fine"),
        pytest.param(State.NOTIFIED, 20000, None, 40, Reason.UNKNOWN_POINTS, id="a blank is not 0 points"),
        pytest.param(State.NOTIFIED, 20000, 3, 17, Reason.MINOR, id="under 18: more lightly, in person"),
        pytest.param(State.DECIDED, 20000, 3, 40, Reason.NOT_OPEN, id="decided already"),
        pytest.param(State.PAID, 20000, 3, 40, Reason.NOT_OPEN, id="paid"),
        pytest.param(
            State.ERASED, None, None, 10, Reason.NOT_OPEN, id="closed goes before every other reason"
        ),
    ],
)
def test_what_stands_against_deciding_online(
    state: State, fine: int | None, points: int | None, age: int, expected: Reason | None
):
    assert obstacle(Forecast(state, fine, points), age, HANDLING) is expected


def test_only_closed_cases_go_nowhere():
    assert {state for state, targets in TRANSITIONS.items() if not targets} == {State.ERASED, State.VOIDED}


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        pytest.param(State.RECORDED, set(), id="recorded: only the beginning"),
        pytest.param(State.NOTIFIED, {State.RECORDED}, id="notified"),
        pytest.param(State.DECIDED, {State.RECORDED, State.NOTIFIED}, id="decided"),
        pytest.param(State.SERVED, {State.DECIDED}, id="served"),
        pytest.param(State.OVERDUE, {State.SERVED}, id="overdue: never without service"),
        pytest.param(State.PAID, {State.DECIDED, State.SERVED, State.OVERDUE}, id="paid"),
        pytest.param(State.ERASED, {State.RECORDED, State.NOTIFIED}, id="erased: before the decision"),
        pytest.param(
            State.VOIDED,
            {State.DECIDED, State.SERVED, State.OVERDUE, State.PAID},
            id="voided: after it, even paid",
        ),
    ],
)
def test_from_where_a_case_may_come(target: State, allowed: set[State]):
    assert sources(target) == allowed
