"""A reply that was not ready in time and that the chat would not take afterwards: the citizen is told by text that it is there."""

from models.base.db import Work
from models.post import outbox
from models.post.notices import Kind

WAITING = Kind("reply_waiting")
KINDS = (WAITING,)


async def tell(work: Work, person_id: int, message_key: str) -> None:
    """Once for each message, however often it was delivered."""
    once = work.index(message_key, "outbox.late_reply").hex()[:16]
    await outbox.queue(work, WAITING, subject=f"person {person_id}", once=once, person_id=person_id)
