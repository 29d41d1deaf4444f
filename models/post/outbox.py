"""What goes out: one row for each message to each channel, written in the transaction of what it tells.

    pending -> claimed (a lease, committed before anything is sent) -> sent -> delivered | failed
                `-> pending again (later)                 dropped: no longer true; failed: refused by the provider

A claim whose lease ran out is claimed again with `sent_before` set: the provider is asked before anything is sent twice.
Receipts only move a status forward; a final status is never overwritten.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
    update,
)

from models.base.db import Instant, Key, Work, metadata
from models.base.ports import Receipt
from models.post.notices import Channel, Kind, Notice, pack, unpack

DUE = "outbox"  # what sleepers are nudged with
PARAMS = "outbox.params"

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("kind", String(48), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("person_id", Key),
    Column("subject", String(64), nullable=False),
    Column("params", Text, nullable=False),
    Column("key", String(96), nullable=False, unique=True),
    Column("state", String(10), nullable=False, server_default="pending"),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_before", Boolean, nullable=False, server_default="0"),
    Column("provider_id", String(64)),
    Column("reason", String(64)),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("receipt_at", Instant),
    Index(None, "subject", "kind"),
)
Index(
    "ix_outbox_due",
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "pending",
    postgresql_where=outbox.c.state == "pending",
)
Index(
    "ix_outbox_claimed",
    outbox.c.lease_until,
    sqlite_where=outbox.c.state == "claimed",
    postgresql_where=outbox.c.state == "claimed",
)


async def queue(
    work: Work,
    kind: Kind,
    *,
    subject: str,
    once: str,
    person_id: int | None = None,
    params: Mapping[str, Any] | None = None,
    to: str = "",
    language: str = "",
    due_at: datetime | None = None,
) -> None:
    """Queue a notice on each of its kind's channels. `once` makes it single: the same kind, subject and `once` again changes nothing.

    `subject` names what it is about (a case number); `to` is a phone other than the person's own,
    `language` the reader's where no person of the registers tells it; `due_at` is civic, now by default.
    """
    sealed = work.seal(pack({**(params or {}), "to": to, "language": language}), PARAMS)
    for channel in kind.channels:
        row = {
            "kind": kind.name,
            "channel": channel.value,
            "person_id": person_id,
            "subject": subject,
            "params": sealed,
            "key": f"{kind.name}.{subject}.{once}.{channel.value}",
            "due_at": due_at or work.now,
            "created_at": work.now,
        }
        if await work.insert_new(outbox, row):
            work.nudges.add(DUE)


async def claim(work: Work, *, limit: int, lease: timedelta) -> list[Notice]:
    """Claim due rows, and rows whose lease ran out, oldest first, under a lease of wall time."""
    due = and_(outbox.c.state == "pending", outbox.c.due_at <= work.now)
    abandoned = and_(outbox.c.state == "claimed", outbox.c.lease_until < work.wall)
    chosen = (
        select(outbox.c.id).where(or_(due, abandoned)).order_by(outbox.c.due_at, outbox.c.id).limit(limit)
    )
    claimed = (
        update(outbox)
        .where(outbox.c.id.in_(chosen.with_for_update(skip_locked=True)))
        .values(
            state="claimed",
            lease_until=work.wall + lease,
            attempts=outbox.c.attempts + 1,
            sent_before=outbox.c.sent_before | (outbox.c.state == "claimed"),
        )
        .returning(outbox)
    )
    rows = sorted(await work.all(claimed), key=lambda row: (row.due_at, row.id))
    return [_notice(work, row) for row in rows]


async def drop(work: Work, ids: Iterable[int], reason: str) -> None:
    """No longer true: not sent."""
    await work.run(update(outbox).where(outbox.c.id.in_(list(ids))).values(state="dropped", reason=reason))


async def sent(work: Work, notice: Notice, provider_id: str) -> bool:
    """The provider has it. The day on which this is recorded is the day of service. False when another already said so."""
    values = {"state": "sent", "provider_id": provider_id or None, "sent_at": work.now, "reason": None}
    return await _finish(work, notice, values)


async def failed(work: Work, notice: Notice, reason: str) -> bool:
    """The provider will never take it."""
    return await _finish(work, notice, {"state": "failed", "reason": reason[:64]})


async def later(work: Work, notice: Notice, after: timedelta, reason: str, *, in_doubt: bool) -> None:
    """Try again; `in_doubt`: the provider may have it, so ask first."""
    values = {"state": "pending", "due_at": work.now + after, "reason": reason[:64]}
    await _finish(work, notice, values | ({"sent_before": True} if in_doubt else {}))


async def by_sms(work: Work, notice: Notice) -> None:
    """The chat would not take it: the same notice goes by SMS."""
    await _finish(work, notice, {"state": "pending", "channel": Channel.SMS.value, "sent_before": False})


async def receive(work: Work, receipt: Receipt) -> tuple[Notice, bool] | None:
    """Record a delivery receipt. None when it is no news (unknown, repeated, after a final one); else the notice, and whether
    it is also the first we hear of its having been sent (the carrier was faster than our own record)."""
    values = {"state": receipt.status.value, "receipt_at": receipt.at, "reason": receipt.reason[:64] or None}
    for state, also in (("sent", {}), ("claimed", {"sent_at": work.now, "lease_until": None})):
        known = and_(outbox.c.key == receipt.key, outbox.c.state == state)
        if row := await work.first(update(outbox).where(known).values(**values, **also).returning(outbox)):
            return _notice(work, row), bool(also)
    return None


async def was_sent(work: Work, kind: Kind, subject: str) -> bool:
    """Has a notice of this kind about this subject left, or may it have?"""
    gone = outbox.c.state.in_(("sent", "delivered")) | outbox.c.sent_before
    mine = (outbox.c.kind == kind.name) & (outbox.c.subject == subject) & gone
    return await work.scalar(select(outbox.c.id).where(mine).limit(1)) is not None


async def _finish(work: Work, notice: Notice, values: Mapping[str, Any]) -> bool:
    mine = and_(outbox.c.id == notice.id, outbox.c.state == "claimed", outbox.c.attempts == notice.attempts)
    return bool((await work.run(update(outbox).where(mine).values(**values, lease_until=None))).rowcount)


def _notice(work: Work, row: Any) -> Notice:
    params = unpack(work.open(row.params, PARAMS))
    return Notice(
        id=row.id,
        kind=row.kind,
        channel=Channel(row.channel),
        person_id=row.person_id,
        subject=row.subject,
        to=params.pop("to", ""),
        language=params.pop("language", ""),
        params=params,
        key=row.key,
        attempts=row.attempts,
        sent_before=row.sent_before,
        created_at=row.created_at,
    )
