"""Refunds by rule: why money goes back, how much may, what can become of it; and which lines of a bill agree with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.violations.bill_rules import payment_agrees, refund_agrees
from models.violations.refund_rules import (
    SOURCES,
    RefundState,
    Why,
    may_be_tried_again,
    needs_another_number,
    refundable,
    why_surplus,
)
from models.violations.rules import State

OWED, DONE, FAILED, REPLACED = RefundState


@pytest.mark.parametrize(
    ("state", "closed_by_it", "why"),
    [
        pytest.param(State.PAID, False, Why.DOUBLE, id="another payment closed it"),
        pytest.param(State.PAID, True, Why.MORE, id="this one did, and was more than was open"),
        pytest.param(State.VOIDED, False, Why.WITHDRAWN, id="voided meanwhile"),
        pytest.param(State.ERASED, False, Why.WITHDRAWN, id="erased meanwhile"),
        pytest.param(State.OVERDUE, False, Why.LATE, id="still owed: the amount did not hold"),
        pytest.param(State.SERVED, False, Why.LATE, id="the same, in time"),
    ],
)
def test_why_a_payment_goes_back(state: State, closed_by_it: bool, why: Why):
    assert why_surplus(state, closed_by_it=closed_by_it) is why


@given(st.integers(1, 10**7), st.lists(st.integers(1, 10**7)))
def test_what_is_promised_step_by_step_is_never_more_than_came(paid: int, wanted: list[int]):
    promised: list[int] = []
    for amount in wanted:
        if amount <= refundable(paid, promised):
            promised.append(amount)
    assert sum(promised) <= paid


@pytest.mark.parametrize("state", RefundState)
def test_what_is_done_stays_done(state: RefundState):
    assert DONE not in SOURCES[state]
    assert REPLACED not in SOURCES[state]


@pytest.mark.parametrize(
    ("state", "again"), [(OWED, False), (DONE, False), (FAILED, True), (REPLACED, False)]
)
def test_only_what_failed_is_tried_again(state: RefundState, again: bool):
    assert may_be_tried_again(state) is again


@pytest.mark.parametrize(
    ("code", "another"),
    [("CLOSED", True), ("ABNORMAL", False), ("USER_ACCOUNT_ABNORMAL", False), (None, False)],
)
def test_a_closed_number_is_spent(code: str | None, another: bool):
    assert needs_another_number(code) is another


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        pytest.param("SUCCESS", {DONE}, id="arrived"),
        pytest.param("PROCESSING", {OWED, DONE, FAILED, REPLACED}, id="on its way then: we may know more"),
        pytest.param("FAIL", {FAILED, REPLACED, OWED}, id="came to nothing: it may be tried again by now"),
        pytest.param("CHANGE", set(), id="a word nobody knows"),
    ],
)
def test_which_states_of_a_refund_agree(theirs: str, ours: set[RefundState]):
    assert {state for state in RefundState if refund_agrees(theirs, state)} == ours


@pytest.mark.parametrize(("state", "agrees"), [("SUCCESS", True), ("REVOKED", False), ("", False)])
def test_which_states_of_a_payment_agree(state: str, agrees: bool):
    assert payment_agrees(state) is agrees
