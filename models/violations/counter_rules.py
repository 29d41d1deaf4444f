"""Money that was paid at the counter of the treasury's bank, as pure functions: whether an entry can be right, how it is laid to its cases,
and what is moved when WeChat Pay had brought the same money (domain 5; docs/decisions/0026)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from models.violations.amount_rules import Bill, Part, spread
from models.violations.rules import UNDECIDED, State


class Till(StrEnum):
    """Where money comes in, and goes out."""

    WECHAT = "wechat"
    COUNTER = "counter"


class Wrong(StrEnum):
    """Why an entry cannot be right."""

    UNDECIDED = (
        "undecided"  # nothing was owed: the record is open, or was erased before anybody decided on it
    )
    BEFORE = "before"  # the bank takes nothing before there is a decision
    FUTURE = "future"


def wrong_entry(state: State, decided_on: date | None, paid_on: date, today: date) -> Wrong | None:
    """What stands against the bank's having taken money for this case on that day."""
    if paid_on > today:
        return Wrong.FUTURE
    if state in UNDECIDED or decided_on is None:
        return Wrong.UNDECIDED
    return Wrong.BEFORE if paid_on < decided_on else None


def lay(amount: int, bills: Sequence[tuple[str, Bill | None]]) -> list[Part]:
    """All of an amount over the cases of a receipt, in the order given: what is open on each on the bank's day, the principal first.

    None is a case that is closed. What is more than open is laid to the first of those, which somebody else has paid or which was taken
    back; where there is none, to the last case.
    """
    parts = {part.case_number: part for part in spread(amount, [(no, open_) for no, open_ in bills if open_])}
    if over := amount - sum(part.total for part in parts.values()):
        number = next((no for no, open_ in bills if open_ is None), bills[-1][0])
        part = parts.get(number, Part(number, 0, 0, whole=False))
        parts[number] = replace(part, principal=part.principal + over)
    return [parts[number] for number, _ in bills if number in parts]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a payment at the counter takes over from one by WeChat Pay, in fen."""

    principal: int
    surcharge: int


def take_over(surplus: int, principal: int, surcharge: int) -> Moved | None:
    """The counter's money that was not needed (`surplus`) takes the place of what a payment by WeChat Pay brought to the case; None where
    that is less: it would have to go back two ways."""
    if surplus > principal + surcharge:
        return None
    taken = min(surplus, principal)
    return Moved(taken, surplus - taken)
