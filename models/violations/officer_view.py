"""A case whole, as an officer reads it: its facts, what was done with it and by whom, what was sent, which matters wait at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.base.audit import events
from models.base.db import Work
from models.identity import acts as identity
from models.identity.rules import Plate, mask_phone
from models.post import desk
from models.post.tables import outbox
from models.violations import challenges, officer_acts, officer_photos, plans, refunds, store

MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom the case is laid to: masked, unless it was revealed; `resident_id` only then."""

    name: str
    phone: str
    resident_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the audit trail."""

    at: datetime
    actor: str
    action: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A notice, and how far it came."""

    kind: str
    channel: str
    state: str
    queued_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class View:
    """All of it. The case's plate is masked unless it was revealed."""

    case: store.Case
    holder: Holder
    acts: Sequence[officer_acts.Act]
    history: Sequence[Event]
    messages: Sequence[Message]
    tickets: Sequence[desk.Ticket]
    challenges: Sequence[challenges.Challenge]
    plans: Sequence[plans.Plan]
    refunds: Sequence[refunds.Refund]
    photos: Sequence[officer_photos.Seen]


async def show(work: Work, number: str) -> View:
    """With personal data masked. Raises Refusal for an unknown case."""
    case = await officer_acts.known(work, number)
    contact = await identity.contact(work, case.liable_id)
    phone = mask_phone(contact.phone) if contact.phone else ""
    holder = Holder(contact.called, phone, "")
    return await _view(work, replace(case, plate=Plate("", case.plate).masked), holder)


async def reveal(work: Work, number: str, officer: str, reasons: str) -> View:
    """With personal data in clear, which is on record with its reason. Raises Refusal for an unknown case."""
    case = await officer_acts.reveal(work, number, officer, reasons)
    contact = await identity.contact(work, case.liable_id)
    ids = await identity.resident_ids(work, [case.liable_id])
    holder = Holder(contact.name, contact.phone or "", ids[case.liable_id])
    return await _view(work, case, holder)


async def _view(work: Work, case: store.Case, holder: Holder) -> View:
    return View(
        case=case,
        holder=holder,
        acts=await officer_acts.file_of(work, case.number),
        history=await _history(work, case.number),
        messages=await _messages(work, case.number),
        tickets=await desk.about(work, f"case {case.number}"),
        challenges=await challenges.of_case(work, case.number),
        plans=await plans.of_case(work, case.number),
        refunds=await refunds.of_case(work, case.number),
        photos=await officer_photos.of_case(work, case.number),
    )


async def _history(work: Work, number: str) -> list[Event]:
    """From the audit trail, the oldest first."""
    about = select(events).where(events.c.subject == f"case {number}").order_by(events.c.id)
    return [
        Event(row.at, row.actor, row.action, row.details) for row in await work.all(about.limit(MOST_EVENTS))
    ]


async def _messages(work: Work, number: str) -> list[Message]:
    columns = (outbox.c.kind, outbox.c.channel, outbox.c.state, outbox.c.created_at, outbox.c.sent_at)
    about = select(*columns).where(outbox.c.subject == number).order_by(outbox.c.id)
    rows = await work.all(about.limit(MOST_EVENTS))
    return [Message(row.kind, row.channel, row.state, row.created_at, row.sent_at) for row in rows]
