"""What may become of a refund, as pure functions: why it is owed, how it ends, when it may be tried again.

owed -> done                    it has arrived, as far as WeChat Pay says
     -> failed -> owed          ABNORMAL, or refused: an officer has it tried again under the same number
               -> replaced      CLOSED: that number is spent, nothing left the account; another takes its place
               -> done          mended at WeChat Pay's own desk
"""

from collections.abc import Iterable
from enum import StrEnum

from models.violations.rules import PAYABLE, State

# WeChat Pay's word for a refund that came to nothing: the money stayed with the merchant, and the number can not be used again.
SPENT = "CLOSED"


class Why(StrEnum):
    """Why money goes back; the citizen reads it (`refund.why.<name>`)."""

    VOIDED = "voided"  # the decision was taken back after it was paid
    DOUBLE = "double"  # another payment had closed the case
    LATE = "late"  # the amount did not hold any more, the case is still open
    WITHDRAWN = "withdrawn"  # the case was erased or voided before the money came
    MORE = "more"  # more came than was open: the rest goes back


class RefundState(StrEnum):
    """What has become of it."""

    OWED = "owed"
    DONE = "done"
    FAILED = "failed"
    REPLACED = "replaced"


# From which states each is reached. What is done stays done.
SOURCES = {
    RefundState.DONE: frozenset({RefundState.OWED, RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.OWED}),
    RefundState.OWED: frozenset({RefundState.FAILED}),
    RefundState.REPLACED: frozenset({RefundState.FAILED}),
}


def why_surplus(state: State, *, closed_by_it: bool) -> Why:
    """Why a payment, or some of it, was not needed. `state` is the case's after the booking; `closed_by_it`: this payment did that."""
    if closed_by_it:
        return Why.MORE
    if state in PAYABLE:
        return Why.LATE
    return Why.DOUBLE if state is State.PAID else Why.WITHDRAWN


def refundable(paid: int, promised: Iterable[int]) -> int:
    """How many fen of a payment may still be given back, with what was promised of it before."""
    return paid - sum(promised)


def may_be_tried_again(state: RefundState) -> bool:
    """Only what has failed; an owed one is being asked about anyway, and what is done is not done twice."""
    return state is RefundState.FAILED


def needs_another_number(code: str | None) -> bool:
    """Whether WeChat Pay would answer the same number with the same end."""
    return code == SPENT
