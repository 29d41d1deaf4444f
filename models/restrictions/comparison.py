"""What the wallet holds locked beside what we hold: told apart, kept, and mended in the citizen's favour only (domain 5).

Held there and not here: whoever it is pays for nothing any more, so the unlock is told again. Held here and not there: it is reported to a
person, and never locked again by itself: why it went is not known. Who asks the wallet is `scheduler/jobs/compare_wallet.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update

from models.base import audit
from models.base.db import Work
from models.post import desk, outbox
from models.post.notices import Kind
from models.restrictions.acts import LOCK, UNLOCK, WALLET
from models.restrictions.tables import restrictions
from models.restrictions.wallet_tables import comparisons, differences

TOPIC = "wallet_difference"
ON_ITS_WAY = timedelta(minutes=10)  # what was queued so lately is no difference
STAYS = timedelta(days=7)  # the same lock found so soon again: the wallet acknowledges and does not release


class Differs(StrEnum):
    """How the two differ about a lock."""

    HELD_THERE = "held_there"  # and nothing here rests on it
    HELD_HERE = "held_here"  # and the wallet has no such lock


class Outcome(StrEnum):
    """What was done about it, or became of it."""

    TOLD = "told"  # the unlock was queued again
    WAITING = "waiting"  # what would mend it is queued since before, and tried again and again
    GONE = "gone"  # a later comparison has not found it again


@dataclass(frozen=True, slots=True)
class Difference:
    """One, of the night on which it was found. `ticket` is its number at the desk."""

    day: date
    kind: Differs
    reference: str
    outcome: Outcome | None
    ticket: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A night that was compared: how many locks the wallet had, and how many we had."""

    day: date
    held_there: int
    held_here: int
    compared_at: datetime


async def held(work: Work) -> set[str]:
    """The locks on which something rests here."""
    mine = (restrictions.c.measure == WALLET) & restrictions.c.lifted_at.is_(None)
    rows = await work.all(select(restrictions.c.reference).where(mine).distinct())
    return {row.reference for row in rows}


async def keep(work: Work, day: date, kind: Differs, reference: str) -> bool:
    """The wallet was asked about this one again, and still differs. It is kept, once for its night, and mended where that favours the
    citizen. False when there is nothing in it: it changed here meanwhile, or what mends it has just been queued."""
    here = await _rests(work, reference)
    if here is (kind is Differs.HELD_THERE):
        return False
    mends = UNLOCK if kind is Differs.HELD_THERE else LOCK
    queued = await _queued(work, mends, reference)
    if queued and queued > work.now - ON_ITS_WAY:
        return False
    before = await _found_before(work, day, kind, reference)
    outcome = Outcome.WAITING if queued else Outcome.TOLD if kind is Differs.HELD_THERE else None
    named = {"day": day, "kind": kind, "reference": reference}
    if not await work.insert_new(differences, {**named, "found_at": work.wall, "outcome": outcome}):
        return False
    person = await _whose(work, reference)
    subject = f"lock {reference}"
    if outcome is Outcome.TOLD:
        await outbox.queue(work, UNLOCK, subject=reference, once=f"compared {day}", person_id=person)
    if outcome is None or before:
        ticket = await desk.open_ticket(work, TOPIC, subject, person)
        mine = (
            (differences.c.day == day) & (differences.c.kind == kind) & (differences.c.reference == reference)
        )
        await work.run(update(differences).where(mine).values(ticket=ticket))
    details = {"day": day.isoformat(), "outcome": outcome.value if outcome else "reported"}
    await audit.record(work, f"wallet.{kind}", subject, person_id=person, **details)
    return True


async def finish(work: Work, day: date, there: int, here: int, found: Collection[str]) -> Comparison:
    """The night is compared: what earlier ones had found and this one has not is no more."""
    open_ = select(differences).where(differences.c.outcome.is_(None))
    for row in await work.all(open_):
        if row.reference not in found:
            gone = update(differences).where(differences.c.id == row.id)
            await work.run(gone.values(outcome=Outcome.GONE, settled_at=work.wall))
            await desk.settled(work, f"lock {row.reference}", TOPIC, outcome=Outcome.GONE)
            await audit.record(work, "wallet.gone", f"lock {row.reference}", day=row.day.isoformat())
    done = Comparison(day, there, here, work.wall)
    values = {name: getattr(done, name) for name in Comparison.__slots__}
    if not await work.insert_new(comparisons, values):
        await work.run(update(comparisons).where(comparisons.c.day == day).values(**values))
    await audit.record(work, "wallet.compared", f"wallet {day}", there=there, here=here, found=len(found))
    return done


async def of_night(work: Work, day: date) -> Comparison | None:
    """None while it was not compared."""
    row = await work.first(select(comparisons).where(comparisons.c.day == day))
    return Comparison(**{name: getattr(row, name) for name in Comparison.__slots__}) if row else None


async def last(work: Work) -> datetime | None:
    """When the wallet was last compared."""
    found: datetime | None = await work.scalar(
        select(comparisons.c.compared_at).order_by(comparisons.c.day.desc()).limit(1)
    )
    return found


async def of_day(work: Work, day: date) -> list[Difference]:
    """All that differed in a night, what was settled included."""
    mine = select(differences).where(differences.c.day == day)
    rows = await work.all(mine.order_by(differences.c.kind, differences.c.reference))
    return [
        Difference(
            row.day,
            Differs(row.kind),
            row.reference,
            Outcome(row.outcome) if row.outcome else None,
            row.ticket,
        )
        for row in rows
    ]


async def open_differences(work: Work) -> int:
    """How many have neither mended themselves nor been closed at the desk."""
    closed = select(desk.tickets.c.number).where(
        desk.tickets.c.number == differences.c.ticket, desk.tickets.c.closed_at.is_not(None)
    )
    waiting = select(func.count()).select_from(differences)
    return int(await work.scalar(waiting.where(differences.c.outcome.is_(None), ~closed.exists())))


async def _rests(work: Work, reference: str) -> bool:
    mine = (restrictions.c.reference == reference) & restrictions.c.lifted_at.is_(None)
    return await work.scalar(select(restrictions.c.id).where(mine).limit(1)) is not None


async def _queued(work: Work, kind: Kind, reference: str) -> datetime | None:
    """Since when a word to the wallet about this lock is waiting to be said."""
    rows = outbox.outbox
    waiting = rows.c.state.in_(("pending", "claimed"))
    mine = (rows.c.subject == reference) & (rows.c.kind == kind.name) & waiting
    found: datetime | None = await work.scalar(select(func.max(rows.c.created_at)).where(mine))
    return found


async def _found_before(work: Work, day: date, kind: Differs, reference: str) -> bool:
    mine = (differences.c.reference == reference) & (differences.c.kind == kind)
    lately = (differences.c.day < day) & (differences.c.day >= day - STAYS)
    return await work.scalar(select(differences.c.id).where(mine, lately).limit(1)) is not None


async def _whose(work: Work, reference: str) -> int | None:
    """Who was locked by it; None for a lock that we never asked for."""
    rows: Any = outbox.outbox
    mine = (rows.c.subject == reference) & rows.c.kind.in_((LOCK.name, UNLOCK.name))
    person: int | None = await work.scalar(select(rows.c.person_id).where(mine).order_by(rows.c.id).limit(1))
    return person
