"""Who did what to whose record: events written in the transaction, linked into a hash chain by the sealer afterwards.

Linking inside each transaction would make every writer wait for the one before; so events go in unlinked and the leader's sealer
links them in batches. `verify` recomputes the chain and reports the unsealed tail. Events carry no personal data, only ids.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, String, Table, func, insert, select
from sqlalchemy.engine import Row

from models.base import bulk
from models.base.db import Instant, Key, Work, metadata

BATCH = 500
GENESIS = bytes(32)

events = Table(
    "audit_events",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("person_id", Key),
    Column("details", JSON, nullable=False),
    Index(None, "person_id", "id"),
    Index(None, "subject", "id"),
)
links = Table(
    "audit_links",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=False),
    Column("event_id", Key, ForeignKey(events.c.id), nullable=False, unique=True),
    Column("hash", LargeBinary(32), nullable=False),
)
UNSEALED = (
    select(events)
    .where(~select(links.c.event_id).where(links.c.event_id == events.c.id).exists())
    .order_by(events.c.id)
)
LAST_LINK = select(links).order_by(links.c.number.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: links checked, the number of the first wrong one (None: all right), events not sealed yet."""

    checked: int
    broken_at: int | None
    unsealed: int


async def record(
    work: Work, action: str, subject: str, *, person_id: int | None = None, **details: Any
) -> None:
    """Write one event in the same transaction. `subject` names what was acted upon (`case 442012003481`)."""
    row = {"at": work.now, "actor": work.actor, "action": action, "subject": subject, "person_id": person_id}
    await work.run(insert(events), row | {"details": details})


async def record_all(
    work: Work, action: str, touched: Iterable[tuple[str, int | None]], **details: Any
) -> None:
    """The same event for many at once: (subject, person) of each, in this order."""
    same = {"at": work.now, "actor": work.actor, "action": action, "details": details}
    await bulk.append(work, events, [{**same, "subject": about, "person_id": who} for about, who in touched])


async def seal(work: Work) -> int:
    """Link a batch of events; returns how many. Only the leader seals, so numbers never meet."""
    last = await work.first(LAST_LINK)
    number, previous = (last.number, last.hash) if last else (0, GENESIS)
    rows = []
    for event in await work.all(UNSEALED.limit(BATCH)):
        number, previous = number + 1, _link(previous, event)
        rows.append({"number": number, "event_id": event.id, "hash": previous})
    await work.run_many(insert(links), rows)
    return len(rows)


async def verify(work: Work) -> Verdict:
    """Recompute the chain from its beginning, in batches.

    An event deleted together with its link at the very end cannot be seen from within: keep the last hash elsewhere, too.
    """
    number, previous = 0, GENESIS
    chain = select(links.c.number, links.c.hash, events).join(events).order_by(links.c.number).limit(BATCH)
    while rows := await work.all(chain.where(links.c.number > number)):
        for row in rows:
            previous = _link(previous, row)
            if row.number != number + 1 or row.hash != previous:
                return Verdict(number, number + 1, await _unsealed(work))
            number = row.number
    return Verdict(number, await _lost_event(work), await _unsealed(work))


async def _lost_event(work: Work) -> int | None:
    """A link whose event is gone."""
    lost = (
        select(links.c.number)
        .outerjoin(events)
        .where(events.c.id.is_(None))
        .order_by(links.c.number)
        .limit(1)
    )
    found: int | None = await work.scalar(lost)
    return found


async def _unsealed(work: Work) -> int:
    return int(await work.scalar(select(func.count()).select_from(UNSEALED.subquery())) or 0)


def _link(previous: bytes, event: Row[Any]) -> bytes:
    at: datetime = event.at
    fields = [
        event.id,
        at.isoformat(),
        event.actor,
        event.action,
        event.subject,
        event.person_id,
        event.details,
    ]
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + body.encode()).digest()
