"""What the person is told of a matter: that it is listed, changed, free for a while, over; and what became of a plea."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models.base import bulk
from models.base.db import Work
from models.base.texts import texts
from models.identity import acts as identity
from models.post import outbox
from models.post.notices import Channel, Kind, Notice
from models.restrictions.listed import Listed, scopes_in
from models.restrictions.tables import matters


async def _still_open(work: Work, notices: Sequence[Notice]) -> set[int]:
    mine = bulk.among(work, matters.c.number, {notice.subject for notice in notices})
    rows = await work.all(select(matters.c.number).where(mine, matters.c.closed_on.is_(None)))
    still = {row.number for row in rows}
    return {notice.id for notice in notices if notice.subject in still}


async def tell(work: Work, kind: Kind, matter: Listed, *, once: str, **params: Any) -> None:
    """Queue it to the person, in the words of the person's language. `scopes` are named in it, as they are now."""
    spoken = texts((await identity.contact(work, matter.person_id)).language)
    same: Mapping[str, Any] = {
        "number": matter.number,
        "what": spoken.say(f"matter.{matter.kind}"),
        "scopes": scopes_in(spoken, matter.scopes),
        "authority": matter.authority,
        "resolve": spoken.say(f"matter.resolve.{matter.kind}"),
    }
    person = matter.person_id
    await outbox.queue(
        work, kind, subject=matter.number, once=once, person_id=person, params={**same, **params}
    )


def _confirmed(name: str) -> Kind:
    """By WeChat and by SMS, at any hour, as an unlocking is."""
    return Kind(name, channels=(Channel.CHAT, Channel.SMS), in_quiet_hours=True)


LISTED = Kind("matter_listed", still_true=_still_open)
AMENDED = Kind("matter_amended", still_true=_still_open)
FREED = Kind("matter_freed", still_true=_still_open, channels=(Channel.CHAT, Channel.SMS))
PAID = Kind("matter_paid", channels=(Channel.CHAT,), chat_else_sms=True)
ENDED = _confirmed("matter_ended")
STANDS = Kind("plea_upheld", channels=(Channel.CHAT,), chat_else_sms=True)
STRUCK = _confirmed("plea_struck")
KINDS = (LISTED, AMENDED, FREED, PAID, ENDED, STANDS, STRUCK)
