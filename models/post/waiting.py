"""How far the post is behind: what an operator watches."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select

from models.base.db import Work
from models.post.tables import CLAIMED, PENDING, outbox

# Counting stops here: more is no worse news, and looking must stay cheap.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Notices that are due and not sent, up to `MOST`, and for how many seconds (civic) the oldest has been due."""

    count: int
    oldest_seconds: float


async def waiting(work: Work) -> Waiting:
    """Due rows, and rows whose lease ran out; those that are being sent are not waiting."""
    due, abandoned = PENDING & (outbox.c.due_at <= work.now), CLAIMED & (outbox.c.lease_until < work.wall)
    oldest = [
        await work.scalar(select(outbox.c.due_at).where(due).order_by(outbox.c.due_at).limit(1)),
        await work.scalar(select(outbox.c.due_at).where(abandoned).order_by(outbox.c.lease_until).limit(1)),
    ]
    behind = [(work.now - since).total_seconds() for since in oldest if since is not None]
    count = await _count(work, due) + await _count(work, abandoned)
    return Waiting(min(count, MOST), max(behind, default=0.0))


async def _count(work: Work, which: ColumnElement[bool]) -> int:
    some = select(literal(1)).select_from(outbox).where(which).limit(MOST).subquery()
    return int(await work.scalar(select(func.count()).select_from(some)) or 0)
