"""What goes out: one row for each message to each channel, written in the transaction of what it tells.

    pending -> claimed (a lease, committed before anything is sent) -> sent -> delivered | failed
                `-> pending again (later)                 dropped: no longer true; failed: refused by the provider

A claim whose lease ran out is claimed again with `sent_before` set: the provider is asked before anything is sent twice.
Receipts only move a status forward; a final status is never overwritten.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from models.base import bulk, trace
from models.base.db import Work
from models.base.ports import Receipt
from models.post.claims import COLUMNS, notice_of
from models.post.claims import Cursor as Cursor
from models.post.claims import claim as claim
from models.post.claims import drop as drop
from models.post.claims import give_back as give_back
from models.post.claims import put_off as put_off
from models.post.notices import Channel, Content, Kind, Notice, pack
from models.post.tables import DUE as DUE
from models.post.tables import HELD, PARAMS
from models.post.tables import outbox as outbox

DueAt = Callable[[ColumnElement[int]], ColumnElement[datetime]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice to be queued; see `queue`."""

    kind: Kind
    subject: str
    once: str
    person_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    to: str = ""
    language: str = ""
    due_at: datetime | None = None


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
    await put(work, Draft(kind, subject, once, person_id, params or {}, to, language, due_at))


async def put(work: Work, draft: Draft) -> None:
    """Queue a notice that was written elsewhere."""
    for row in _rows(work, draft):
        if await work.insert_new(outbox, row):
            work.nudges.add(DUE)


async def put_all(work: Work, drafts: Iterable[Draft]) -> None:
    """Queue notices about subjects that this unit of work made: that one is there already is not looked for, it is an error."""
    rows = [row for draft in drafts for row in _rows(work, draft)]
    await bulk.append(work, outbox, rows)
    if rows:
        work.nudges.add(DUE)


async def queue_for(
    work: Work,
    kind: Kind,
    *,
    subject: str,
    params: Mapping[str, Any],
    to: Select[tuple[int]],
    due_at: DueAt | None = None,
    each: int,
) -> int:
    """Queue the same notice for everybody whom `to` selects (`person_id`, each once), in one statement for `each` of them; returns how
    many people. As in `put_all`, that it is there already is an error. `due_at` tells of a person's id when (civic), now by default."""
    people, last, count, found = to.subquery("readers"), 0, 0, each
    while found == each:
        beyond = select(people.c.person_id).where(people.c.person_id > last)
        some = beyond.order_by(people.c.person_id).limit(each).subquery("some")
        for row in _rows(work, Draft(kind, subject, "", params=params)):
            same = {name: literal(value, outbox.c[name].type) for name, value in row.items()}
            own: dict[str, ColumnElement[Any]] = {
                "person_id": some.c.person_id,
                "key": literal(f"{kind.name}.{subject}.")
                .concat(cast(some.c.person_id, String))
                .concat(literal(f".{row['channel']}")),
            }
            if due_at:
                own["due_at"] = due_at(some.c.person_id)
            one = same | own
            queued = insert(outbox).from_select(list(one), select(*one.values()))
            ids = [new.person_id for new in await work.all(queued.returning(outbox.c.person_id))]
        found, last = len(ids), max(ids, default=last)
        count += found
    if count:
        work.nudges.add(DUE)
    return count


async def sent(work: Work, notice: Notice, provider_id: str) -> bool:
    """The provider has it. The day on which this is recorded is the day of service. False when another already said so."""
    return await _finish(work, notice, _as_sent(work, provider_id or None))


async def sent_all(work: Work, answers: Sequence[tuple[Notice, str]]) -> list[Notice]:
    """The same for many: the provider's name for each; returns those of which nobody else had said so."""
    if not bulk.on_postgresql(work):
        return [notice for notice, provider_id in answers if await sent(work, notice, provider_id)]
    rows = [(notice.id, notice.attempts, provider_id) for notice, provider_id in answers]
    given = bulk.given(outbox.c.id, outbox.c.attempts, outbox.c.provider_id, rows=rows)
    mine = HELD & (outbox.c.id == given.c.id) & (outbox.c.attempts == given.c.attempts)
    values = _as_sent(work, func.nullif(given.c.provider_id, ""))
    done = update(outbox).where(mine).values(**values, lease_until=None).returning(outbox.c.id)
    ids = {row.id for row in await work.all(done)}
    return [notice for notice, _ in answers if notice.id in ids]


async def failed(work: Work, notice: Notice, reason: str) -> bool:
    """The provider will never take it."""
    return await _finish(work, notice, {"state": "failed", "reason": reason[:64]})


async def later(work: Work, notice: Notice, after: timedelta, reason: str, *, in_doubt: bool) -> None:
    """Try again; `in_doubt`: the provider may have it, so ask first."""
    values = {"state": "pending", "due_at": work.now + after, "reason": reason[:64]}
    await _finish(work, notice, values | ({"sent_before": True} if in_doubt else {}))


async def by_sms(work: Work, notice: Notice) -> None:
    """The chat would not take it: the same notice goes by SMS, now."""
    by_sms = {"state": "pending", "channel": Channel.SMS.value, "sent_before": False, "due_at": work.now}
    await _finish(work, notice, by_sms)
    work.nudges.add(DUE)


async def receive(work: Work, receipt: Receipt) -> tuple[Notice, bool] | None:
    """Record a delivery receipt. None when it is no news (unknown, repeated, after a final one); else the notice, and whether
    it is also the first we hear of its having been sent (the carrier was faster than our own record)."""
    values = {"state": receipt.status.value, "receipt_at": receipt.at, "reason": receipt.reason[:64] or None}
    heard_first = {"sent_at": work.now, "lease_until": None}
    sent: tuple[ColumnElement[bool], dict[str, Any]] = (outbox.c.state == "sent", {})
    for state, also in (sent, (HELD, heard_first), sent):  # between two looks it may be recorded as sent
        known = and_(outbox.c.key == receipt.key, state)
        if row := await work.first(update(outbox).where(known).values(**values, **also).returning(*COLUMNS)):
            return notice_of(work, row), bool(also)
    return None


async def states(work: Work, kinds: Sequence[str], subject: str) -> list[tuple[str, str, str, int]]:
    """How it stands with what these kinds tell of this subject: state, channel, reason, and of how many."""
    which = (outbox.c.state, outbox.c.channel, func.coalesce(outbox.c.reason, ""))
    mine = outbox.c.kind.in_(kinds) & (outbox.c.subject == subject)
    found = select(*which, func.count()).where(mine).group_by(*which)
    rows: Sequence[Any] = await work.all(found)
    return [(state, channel, reason, count) for state, channel, reason, count in rows]


async def forget(work: Work, kinds: Sequence[str], subjects: Sequence[str]) -> None:
    """What these were about is to be kept nowhere any more."""
    mine = outbox.c.kind.in_(kinds) & bulk.among(work, outbox.c.subject, subjects)
    await work.run(delete(outbox).where(mine))


async def was_sent(work: Work, kind: Kind, subject: str) -> bool:
    """Has a notice of this kind about this subject left, or may it have?"""
    gone = outbox.c.state.in_(("sent", "delivered")) | outbox.c.sent_before
    mine = (outbox.c.kind == kind.name) & (outbox.c.subject == subject) & gone
    return await work.scalar(select(outbox.c.id).where(mine).limit(1)) is not None


def _rows(work: Work, draft: Draft) -> Iterator[dict[str, Any]]:
    """A row for each of the kind's channels."""
    kind, now = draft.kind, work.now
    sealed = work.seal(pack(Content(draft.params, draft.to, draft.language)), PARAMS)
    for channel in kind.channels:
        yield {
            "kind": kind.name,
            "channel": channel.value,
            "person_id": draft.person_id,
            "subject": draft.subject,
            "params": sealed,
            "key": f"{kind.name}.{draft.subject}.{draft.once}.{channel.value}",
            "due_at": draft.due_at or now,
            "created_at": now,
            "trace": trace.current(),
        }


def _as_sent(work: Work, provider_id: Any) -> dict[str, Any]:
    return {"state": "sent", "provider_id": provider_id, "sent_at": work.now, "reason": None}


async def _finish(work: Work, notice: Notice, values: Mapping[str, Any]) -> bool:
    mine = and_(outbox.c.id == notice.id, HELD, outbox.c.attempts == notice.attempts)
    return bool((await work.run(update(outbox).where(mine).values(**values, lease_until=None))).rowcount)
