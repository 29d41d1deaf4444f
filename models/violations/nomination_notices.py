"""What owner and driver are told of a nomination; of each other they learn the surname."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.base import bulk
from models.base.db import Work
from models.base.money import Fen
from models.base.texts import texts
from models.identity import acts as identity
from models.identity.rules import Plate
from models.post import desk
from models.post.notices import Channel, Kind, Notice
from models.post.outbox import Draft
from models.violations import rules
from models.violations.nomination_rules import NominationState
from models.violations.nomination_store import Nomination
from models.violations.notices import while_in
from models.violations.store import Case
from models.violations.tables import nominations

SUBJECT = "nomination "
BY_CHAT: dict[str, Any] = {"channels": (Channel.CHAT,), "chat_else_sms": True}


async def _still_asked(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Nobody is asked what was answered or taken back."""
    ids = {int(notice.subject.removeprefix(SUBJECT)): notice.id for notice in notices}
    waiting = bulk.among(work, nominations.c.id, ids) & (nominations.c.state == NominationState.OPEN)
    return {ids[row.id] for row in await work.all(select(nominations.c.id).where(waiting))}


async def _not_reached(work: Work, notice: Notice) -> None:
    """An officer finds another way; until then the days run, and the case goes back when they are over."""
    await desk.open_ticket(work, "not_reached", notice.subject, notice.person_id)


ASKED = Kind("nomination_asked", **BY_CHAT, still_true=_still_asked, on_failed=_not_reached)
ASKED_NO_AMOUNT = Kind(
    "nomination_asked_no_amount", **BY_CHAT, still_true=_still_asked, on_failed=_not_reached
)
TAKEN = Kind("nomination_taken", **BY_CHAT)
CHECKED = Kind("nomination_checked", **BY_CHAT)
DECLINED = Kind("nomination_declined", **BY_CHAT, still_true=while_in(*rules.UNDECIDED))
LAPSED = Kind("nomination_lapsed", **BY_CHAT, still_true=while_in(*rules.UNDECIDED))
REJECTED = Kind("nomination_rejected", **BY_CHAT, still_true=while_in(*rules.UNDECIDED))
MOVED = Kind("nomination_moved", **BY_CHAT, still_true=while_in(*rules.UNDECIDED))
OVER = Kind("nomination_over", **BY_CHAT)
KINDS = (ASKED, ASKED_NO_AMOUNT, TAKEN, CHECKED, DECLINED, LAPSED, REJECTED, MOVED, OVER)


def asked(work: Work, nomination: Nomination, case: Case, asker: str, language: str) -> Draft:
    """To the driver: who asks, what for, what it costs, by when, and the code of the answer."""
    params = {
        "asker": asker,
        "plate": Plate("", case.plate).masked,
        "day": case.day,
        "place": case.place,
        "conduct": case.what(texts(language)),
        "by": nomination.expires_on,
        "code": nomination.code,
    }
    kind = ASKED_NO_AMOUNT
    if case.fine is not None and case.points is not None:
        kind = ASKED
        params |= {"amount": Fen(case.fine), "points": case.points}
    return Draft(kind, f"{SUBJECT}{nomination.id}", "asked", nomination.driver_id, params)


async def back(work: Work, kind: Kind, nomination: Nomination, case: Case) -> Draft:
    """To the owner: the case is with the owner again, and by when it is to be handled."""
    params = await _about(work, nomination.driver_id, case) | {"by": case.handle_by}
    return Draft(kind, case.number, _once(nomination), nomination.owner_id, params)


async def owner_told(work: Work, kind: Kind, nomination: Nomination, case: Case) -> Draft:
    """To the owner: what the driver's consent came to."""
    params = await _about(work, nomination.driver_id, case)
    return Draft(kind, case.number, _once(nomination), nomination.owner_id, params)


async def moved(work: Work, nomination: Nomination, case: Case) -> Draft:
    """To the driver: an officer has verified it."""
    params = await _about(work, nomination.owner_id, case) | {"by": case.handle_by}
    return Draft(MOVED, case.number, _once(nomination), nomination.driver_id, params)


async def over(work: Work, nomination: Nomination, case: Case) -> Draft:
    """To the driver: nothing is asked any more."""
    params = await _about(work, nomination.owner_id, case)
    return Draft(OVER, case.number, _once(nomination), nomination.driver_id, params)


async def _about(work: Work, other_id: int, case: Case) -> dict[str, Any]:
    other = await identity.contact(work, other_id)
    return {"name": other.called, "plate": Plate("", case.plate).masked, "number": case.number}


def _once(nomination: Nomination) -> str:
    return f"{SUBJECT}{nomination.id}"
