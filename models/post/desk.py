"""What a person must look at: handed-over conversations, failed service, money that fits no open case.

open -> taken by somebody -> closed with what came of it
     <- released
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Index, Row, String, Table, Text, insert, select, update

from models.base import audit
from models.base.calendar import after_working_days
from models.base.db import Instant, Key, Work, metadata
from models.base.errors import Refusal
from models.base.locks import alone

OUTCOME = "desk_tickets.outcome"
tickets = Table(
    "desk_tickets",
    metadata,
    Column("number", String(8), primary_key=True),
    Column("topic", String(32), nullable=False, index=True),
    Column("subject", String(64), nullable=False),
    Column("person_id", Key),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("due_on", Date),
    Column("taken_by", String(64)),
    Column("taken_at", Instant),
    Column("closed_by", String(64)),
    Column("outcome", Text),
    Index(None, "subject"),
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A matter of the desk. `due_on` is the last working day to have dealt with it; None where an earlier version opened it."""

    number: str
    topic: str
    subject: str
    opened_at: datetime
    due_on: date | None
    taken_by: str | None
    closed_at: datetime | None
    outcome: str | None


async def open_ticket(
    work: Work, topic: str, subject: str, person_id: int | None = None, *, due_on: date | None = None
) -> str:
    """Open a ticket, or find the open one of this topic and subject; returns its number. `due_on` is the tariff's unless it is given."""
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
        "due_on": due_on
        or after_working_days(work.city.calendar, work.today, work.city.tariff.desk.working_days),
    }
    await work.run(insert(tickets), row)
    await audit.record(work, f"desk.{topic}", f"ticket {number}", person_id=person_id)
    return number


async def ticket(work: Work, number: str) -> Ticket:
    """The ticket of this number. Raises Refusal when there is none."""
    row = await work.first(select(tickets).where(tickets.c.number == number))
    if row is None:
        raise Refusal("officer.no_ticket", number=number)
    return _ticket(work, row)


async def about(work: Work, subject: str) -> list[Ticket]:
    """All tickets about this, open or closed, the oldest first."""
    mine = select(tickets).where(tickets.c.subject == subject)
    return [_ticket(work, row) for row in await work.all(mine.order_by(tickets.c.opened_at))]


async def take(work: Work, number: str, officer: str) -> None:
    """It is this officer's now; again changes nothing. Raises Refusal when somebody else has it, or it is closed."""
    free = tickets.c.taken_by.is_(None)
    if await _change(work, number, free, taken_by=officer, taken_at=work.now):
        await audit.record(work, "ticket.taken", f"ticket {number}")
        return
    known = await ticket(work, number)
    if known.closed_at or known.taken_by != officer:
        raise _refusal(known)


async def release(work: Work, number: str, officer: str, *, anybodys: bool = False) -> None:
    """It is nobody's again. Raises Refusal when it is not this officer's, unless `anybodys` may be released."""
    mine = tickets.c.taken_by.is_not(None) if anybodys else tickets.c.taken_by == officer
    if not await _change(work, number, mine, taken_by=None, taken_at=None):
        raise _refusal(await ticket(work, number))
    await audit.record(work, "ticket.released", f"ticket {number}")


async def close(work: Work, number: str, officer: str, outcome: str) -> None:
    """Dealt with: `outcome` says what came of it. Raises Refusal when it is not this officer's, or closed."""
    values = {"closed_at": work.now, "closed_by": officer, "outcome": work.seal(outcome, OUTCOME)}
    if not await _change(work, number, tickets.c.taken_by == officer, **values):
        raise _refusal(await ticket(work, number))
    await audit.record(work, "ticket.closed", f"ticket {number}")


async def settled(work: Work, subject: str, *topics: str, outcome: str) -> None:
    """What these tickets were about has come to its end elsewhere: nobody need look at them any more."""
    mine = (tickets.c.subject == subject) & tickets.c.topic.in_(topics) & tickets.c.closed_at.is_(None)
    values = {"closed_at": work.now, "closed_by": work.actor, "outcome": work.seal(outcome, OUTCOME)}
    await work.run(update(tickets).where(mine).values(**values))


async def _change(work: Work, number: str, which: ColumnElement[bool], **values: Any) -> bool:
    """Of an open ticket, under guard."""
    mine = (tickets.c.number == number) & tickets.c.closed_at.is_(None) & which
    return bool((await work.run(update(tickets).where(mine).values(**values))).rowcount)


def _refusal(known: Ticket) -> Refusal:
    """Why nothing can be done with this ticket."""
    if known.closed_at:
        return Refusal("officer.ticket_closed", number=known.number)
    if known.taken_by is None:
        return Refusal("officer.ticket_free", number=known.number)
    return Refusal("officer.ticket_taken", number=known.number, by=known.taken_by)


def _ticket(work: Work, row: Row[Any]) -> Ticket:
    outcome = work.open(row.outcome, OUTCOME) if row.outcome else None
    return Ticket(
        number=row.number,
        topic=row.topic,
        subject=row.subject,
        opened_at=row.opened_at,
        due_on=row.due_on,
        taken_by=row.taken_by,
        closed_at=row.closed_at,
        outcome=outcome,
    )
