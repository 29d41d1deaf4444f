"""Which of two versions of an offence is the lighter one, as a pure function (APL 37).

What was done is judged by the rule of its day. Where the rule is another one by the day of the decision, the later applies if it is
lighter, or no longer calls it an offence. A later rule that is lighter in one thing and heavier in another is for an officer to weigh.
"""

from dataclasses import dataclass
from enum import StrEnum


class Later(StrEnum):
    """What a later rule means for a case that is not decided yet."""

    SAME = "same"  # or heavier: the rule of the day stays
    LIGHTER = "lighter"
    UNSURE = "unsure"  # an officer looks


@dataclass(frozen=True, slots=True)
class Penalty:
    """What a version of an offence brings: `low` and `high` in fen, equal where the fine is fixed, None where only `words` tell; `points`
    None where nobody knows; `grave` with suspension, detention or revocation beside it."""

    low: int | None
    high: int | None
    words: str
    points: int | None
    grave: bool


def later(old: Penalty, new: Penalty | None) -> Later:
    """`new` is the rule in force now; None where the offence was withdrawn, which may mean that another code took its place."""
    if new is None:
        return Later.UNSURE
    if _content(old) == _content(new):
        return Later.SAME
    steps = [_step(old.low, new.low), _step(old.high, new.high), _step(old.points, new.points)]
    steps.append(_step(int(old.grave), int(new.grave)))
    if None in steps:
        return Later.UNSURE
    lighter, heavier = -1 in steps, 1 in steps
    if lighter and heavier:
        return Later.UNSURE
    return Later.LIGHTER if lighter else Later.SAME


def _content(penalty: Penalty) -> tuple[object, ...]:
    """A fine that figures tell is those figures, however they are written."""
    words = "" if penalty.low is not None else penalty.words
    return penalty.low, penalty.high, words, penalty.points, penalty.grave


def _step(old: int | None, new: int | None) -> int | None:
    """-1 lighter, 0 the same, 1 heavier; None where that cannot be told."""
    if old is None or new is None:
        return None
    return (new > old) - (new < old)
