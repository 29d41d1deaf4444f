"""How a line of WeChat Pay's bill and what we booked may differ, as pure functions."""

from enum import StrEnum

from models.violations.refund_rules import RefundState


class What(StrEnum):
    """What a line is about."""

    PAYMENT = "payment"
    REFUND = "refund"


class Differs(StrEnum):
    """How."""

    MISSING_HERE = "missing_here"  # the bill has it, our books have not
    MISSING_THERE = "missing_there"  # our books have it, the bill has not
    OTHER_AMOUNT = "other_amount"
    OTHER_STATE = "other_state"
    TWICE = "twice"  # the bill has it on more than one line


class Outcome(StrEnum):
    """How a difference came to its end by itself."""

    BOOKED = "booked"  # the payment was genuine and is booked now
    RECORDED = "recorded"  # the refund's end is recorded now
    OTHER_DAY = "other_day"  # the bill of another day has it
    GONE = "gone"  # the day was compared again, and it is no more


PAID = "SUCCESS"  # the state of a line that took money; any other of a booked payment differs
# With which of our states each state of a refund's line agrees; the bill is a day old, and we may know more.
AGREES = {
    "SUCCESS": frozenset({RefundState.DONE}),
    "PROCESSING": frozenset({RefundState.OWED, RefundState.DONE, RefundState.FAILED, RefundState.REPLACED}),
    "FAIL": frozenset({RefundState.FAILED, RefundState.REPLACED, RefundState.OWED}),
}


def payment_agrees(their_state: str) -> bool:
    """Whether a line of this state is a payment as we book them."""
    return their_state == PAID


def refund_agrees(their_state: str, ours: RefundState) -> bool:
    """Whether the line and our refund may both be right. A word nobody knows agrees with nothing."""
    return ours in AGREES.get(their_state, frozenset())
