"""Claiming what is due: under a lease, by many workers at once, in batches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy import Column, ColumnElement, Row, literal, select, tuple_, update

from models.base import bulk
from models.base.crypto import Vault
from models.base.db import Instant, Key, Work
from models.post.notices import Channel, Content, Notice, unpack
from models.post.tables import CLAIMED, DUE, HELD, PARAMS, PENDING, outbox

STRANGE_FOR = timedelta(minutes=15)  # the next release may know them
COLUMNS = [outbox.c[each.name if each.name != "content" else "params"] for each in fields(Notice)]
IN_ORDER = attrgetter("due_at", "id")
log = structlog.get_logger()


@dataclass(slots=True)
class Cursor:
    """How far a worker's claims have come. The next goes on behind `place`, past what is done: while some old snapshot is open, the
    dead versions of all of it stand there, too. What came in before `place` since, with an older due time or because a lease ran
    out, is found by a claim from the beginning (`place` None). `found` is how many rows the last claim took.
    """

    place: tuple[datetime, int] | None = None
    found: int = 0


async def claim(work: Work, *, limit: int, lease: timedelta, cursor: Cursor | None = None) -> list[Notice]:
    """Claim due rows under a lease of wall time, the longest due first; from the beginning rows whose lease ran out go before."""
    cursor = cursor or Cursor()
    due, abandoned = PENDING & (outbox.c.due_at <= work.now), CLAIMED & (outbox.c.lease_until < work.wall)
    lost: list[Row[Any]] = []
    if cursor.place is None:
        lost = await _take(work, abandoned, (outbox.c.lease_until, outbox.c.id), limit, lease)
    else:
        due_at, last = cursor.place
        due &= tuple_(outbox.c.due_at, outbox.c.id) > tuple_(literal(due_at, Instant), literal(last, Key))
    waiting = await _take(work, due, (outbox.c.due_at, outbox.c.id), limit - len(lost), lease)
    if waiting:
        cursor.place = IN_ORDER(waiting[-1])
    cursor.found = len(lost) + len(waiting)
    return await _read(work, lost + waiting)


async def _take(
    work: Work, which: ColumnElement[bool], order: Sequence[Column[Any]], limit: int, lease: timedelta
) -> list[Row[Any]]:
    """Claim the first of these rows that nobody else is claiming."""
    if limit <= 0:
        return []
    chosen = select(outbox.c.id).where(which).order_by(*order).limit(limit).with_for_update(skip_locked=True)
    claimed = (
        update(outbox)
        .where(bulk.among_found(work, outbox.c.id, chosen))
        .values(
            state="claimed",
            lease_until=work.wall + lease,
            attempts=outbox.c.attempts + 1,
            sent_before=outbox.c.sent_before | CLAIMED,
        )
    )
    return sorted(await work.all(claimed.returning(*COLUMNS, outbox.c.due_at)), key=IN_ORDER)


async def _read(work: Work, rows: Iterable[Row[Any]]) -> list[Notice]:
    """The notices of channels that this release knows; the others are put off."""
    notices, strange = [], []
    for row in rows:
        try:
            notices.append(notice_of(work, row))
        except ValueError:
            log.exception("channel_unknown", kind=row.kind, channel=row.channel, outbox_id=row.id)
            strange.append(row.id)
    await put_off(work, strange, STRANGE_FOR, "channel_unknown")
    return notices


async def drop(work: Work, ids: Collection[int], reason: str) -> None:
    """Of what this unit of work claimed: no longer true, not sent."""
    await _change(work, ids, state="dropped", reason=reason)


async def put_off(work: Work, ids: Collection[int], after: timedelta, reason: str) -> None:
    """Of what this unit of work claimed: nothing left, again later."""
    await _change(work, ids, state="pending", due_at=work.now + after, reason=reason, lease_until=None)


async def give_back(work: Work, notices: Sequence[Notice]) -> None:
    """Claimed, and nothing left: as if it had never been claimed."""
    by_attempts = defaultdict(list)
    for notice in notices:
        by_attempts[notice.attempts].append(notice.id)
    for attempts, ids in by_attempts.items():
        mine = HELD & (outbox.c.attempts == attempts) & bulk.among(work, outbox.c.id, ids)
        back = {"state": "pending", "lease_until": None, "attempts": outbox.c.attempts - 1}
        await work.run(update(outbox).where(mine).values(**back))
        work.nudges.add(DUE)


def notice_of(work: Work, row: Row[Any]) -> Notice:
    """The notice in a row that begins with `COLUMNS`. Raises ValueError for an unknown channel."""
    key, kind, channel, person_id, subject, sealed, *rest = row[: len(COLUMNS)]
    content = _Sealed(work.city.vault, sealed)
    return Notice(key, kind, Channel(channel), person_id, subject, content, *rest)


class _Sealed:
    """Opens a content once, when it is asked for. Raises Unopenable, and what `unpack` raises."""

    __slots__ = ("_content", "_sealed", "_vault")

    def __init__(self, vault: Vault, sealed: str) -> None:
        self._vault = vault
        self._sealed = sealed
        self._content: Content | None = None

    def __call__(self) -> Content:
        if self._content is None:
            self._content = unpack(self._vault.open(self._sealed, PARAMS))
        return self._content


async def _change(work: Work, ids: Collection[int], **values: Any) -> None:
    if ids:
        await work.run(update(outbox).where(bulk.among(work, outbox.c.id, ids)).values(**values))
