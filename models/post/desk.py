"""What a person must look at: handed-over conversations, failed service, money that fits no open case."""

from sqlalchemy import Column, String, Table, insert, select

from models.base import audit
from models.base.db import Instant, Key, Work, metadata
from models.base.locks import alone

tickets = Table(
    "desk_tickets",
    metadata,
    Column("number", String(8), primary_key=True),
    Column("topic", String(32), nullable=False, index=True),
    Column("subject", String(64), nullable=False),
    Column("person_id", Key),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
)


async def open_ticket(work: Work, topic: str, subject: str, person_id: int | None = None) -> str:
    """Open a ticket, or find the open one of this topic and subject; returns its number."""
    await alone(work, f"ticket {topic} {subject}")
    mine = (tickets.c.topic == topic) & (tickets.c.subject == subject) & tickets.c.closed_at.is_(None)
    known: str | None = await work.scalar(select(tickets.c.number).where(mine))
    if known:
        return known
    number = work.city.ids.ticket_no()
    row = {
        "number": number,
        "topic": topic,
        "subject": subject,
        "person_id": person_id,
        "opened_at": work.now,
    }
    await work.run(insert(tickets), row)
    await audit.record(work, f"desk.{topic}", f"ticket {number}", person_id=person_id)
    return number
