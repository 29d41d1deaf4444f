"""What a driver is told of points: held, given back, carried over, cleared, taken off."""

from collections.abc import Sequence

from sqlalchemy import select

from models.base import bulk
from models.base.db import Work
from models.licences.tables import holds
from models.post.notices import Channel, Kind, Notice


async def _still_held(work: Work, notices: Sequence[Notice]) -> set[int]:
    """A licence that was given back meanwhile is not told to be held."""
    about = {notice.id: int(notice.subject.removeprefix("hold ")) for notice in notices}
    mine = bulk.among(work, holds.c.id, set(about.values())) & holds.c.ended_on.is_(None)
    open_ = {row.id for row in await work.all(select(holds.c.id).where(mine))}
    return {notice_id for notice_id, hold_id in about.items() if hold_id in open_}


HELD = Kind("licence_held", still_true=_still_held)
CLEARED = Kind("licence_cleared", channels=(Channel.CHAT,), chat_else_sms=True)
RELEASED = Kind("licence_released", channels=(Channel.CHAT,), chat_else_sms=True)
CARRIED = Kind("points_carried", channels=(Channel.CHAT,), chat_else_sms=True)
# Good news that nobody need act upon: who does not read the chat finds it there later.
CYCLE_CLEARED = Kind("points_cleared", channels=(Channel.CHAT,))
REDUCED = Kind("points_reduced", channels=(Channel.CHAT,), chat_else_sms=True)
KINDS = (HELD, CLEARED, RELEASED, CARRIED, CYCLE_CLEARED, REDUCED)
