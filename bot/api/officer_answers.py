"""What officers' calls answer with, as the document has it: the shape of each act of `bot.officer.ACTS`, by its subject and name.

Where an answer is a dataclass written as JSON, the dataclass is its shape.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from models.flows.by_hand import Request
from models.flows.education import Recorded
from models.restrictions.listed import Listed
from models.restrictions.matter_rules import PleaState
from models.restrictions.pleas import Plea
from models.violations.challenge_rules import ChallengeState
from models.violations.counter import Entered
from models.violations.counter_refunds import Repaid
from models.violations.nomination_rules import NominationState
from models.violations.officer_queue import Waits
from models.violations.officer_view import View
from models.violations.plan_rules import Instalment, PlanState

VIEW = View
CASES = list[str]


class Entry(BaseModel):
    """One matter that waits; days are civic. `due_on` is null where none was set when it was opened."""

    kind: Waits
    key: str
    topic: str
    about: str
    since: str
    due_on: date | None
    taken_by: str


class Queue(BaseModel):
    """What waits, the nearest legal deadline first; `next` is what to send as `after` for the next page, null on the last."""

    entries: list[Entry]
    next: str | None


QUEUE = Queue


def _shape(on: str, name: str, **fields: Any) -> tuple[tuple[str, str], Any]:
    """Of one act; these fields and no others."""
    title = f"{on.removesuffix('s').capitalize()}{name.capitalize()}Answer"
    required: Any = {field: (kind, ...) for field, kind in fields.items()}
    return (on, name), create_model(title, __config__=ConfigDict(extra="forbid"), **required)


_MATTER: Mapping[str, Any] = {
    name: kind for name, kind in Listed.__annotations__.items() if name not in ("person_id", "facts")
}
ANSWERS: Mapping[tuple[str, str], Any] = dict(
    (
        (("cases", "reveal"), View),
        _shape("cases", "figure", case=str, fine_fen=int),
        _shape("cases", "erase", case=str, state=str),
        _shape("cases", "void", case=str, state=str, owed_back_fen=int),
        _shape("cases", "extend", case=str, handle_by=date),
        _shape("cases", "serve", case=str, state=str, due_on=date),
        _shape("cases", "announce", announcement=int, cases=CASES, announced_until=date),
        _shape("announcements", "decide", announcement=int, decided=CASES, left=CASES),
        _shape("announcements", "withdraw", announcement=int, state=str),
        _shape("nominations", "verify", nomination=int, case=str, state=NominationState),
        _shape("challenges", "decide", challenge=int, case=str, state=ChallengeState),
        _shape("plans", "grant", plan=int, case=str, state=PlanState, instalments=list[Instalment]),
        _shape("plans", "refuse", plan=int, case=str, state=PlanState),
        _shape("refunds", "retry", refund=str, state=str, replaces=str | None),
        (("counter-receipts", "book"), Entered),
        (("refunds", "repay"), Repaid),
        _shape("educations", "record", education=str, **Recorded.__annotations__),
        (("cases", "lock"), Request),
        (("cases", "unlock"), Request),
        (("lock-requests", "confirm"), Request),
        (("lock-requests", "refuse"), Request),
        _shape("notices", "open", **_MATTER, new=bool),
        _shape("matters", "amend", **_MATTER),
        _shape("matters", "close", **_MATTER),
        _shape("matters", "exempt", **_MATTER),
        _shape("matters", "look", **_MATTER, facts=str, pleas=list[Plea]),
        _shape("pleas", "decide", plea=int, matter=str, state=PleaState),
        _shape("tickets", "take", ticket=str, taken_by=str),
        _shape("tickets", "release", ticket=str, taken_by=None),
        _shape("tickets", "close", ticket=str, state=str),
    )
)
