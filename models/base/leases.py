"""Who leads, and which slots have run: the two facts that let jobs run once although several processes could.

A lease has a fencing token that grows with each new holder. A slot is one civic instant of one job; it is marked in the same unit of
work in which the job finished its last batch, so a job that died runs again and finds its work half done (jobs are idempotent).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, String, Table, func, insert, or_, select, update

from models.base.db import Instant, Work, metadata

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Instant, nullable=False),
    Column("token", Integer, nullable=False),
)
slots = Table(
    "job_slots",
    metadata,
    Column("job", String(48), primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("ran_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds something, and until when (wall)."""

    name: str
    holder: str
    until: datetime


async def every(work: Work) -> Sequence[Lease]:
    """All leases there have been, those that ran out included."""
    rows = await work.all(select(leases.c.name, leases.c.holder, leases.c.until).order_by(leases.c.name))
    return [Lease(row.name, row.holder, row.until) for row in rows]


async def take(work: Work, name: str, holder: str, length: timedelta) -> int | None:
    """Take or renew a lease until wall time plus `length`; returns the fencing token, None while another holds it."""
    until = work.wall + length
    free = or_(leases.c.holder == holder, leases.c.until <= work.wall)
    grown = leases.c.token + (leases.c.holder != holder).cast(Integer)
    claim = update(leases).where(leases.c.name == name, free).values(holder=holder, until=until, token=grown)
    token: int | None = await work.scalar(claim.returning(leases.c.token))
    if token is None:  # held by another, or never held by anybody
        first = {"name": name, "holder": holder, "until": until, "token": 1}
        return 1 if await work.insert_new(leases, first) else None
    return token


async def release(work: Work, name: str, holder: str) -> None:
    """Let the next one lead at once."""
    mine = (leases.c.name == name) & (leases.c.holder == holder)
    await work.run(update(leases).where(mine).values(until=work.wall))


async def last_slot(work: Work, job: str) -> datetime | None:
    """The latest slot this job has run."""
    return (await last_slots(work, [job]))[job]


async def last_slots(work: Work, jobs: Sequence[str]) -> Mapping[str, datetime | None]:
    """The latest slot each of these jobs has run. One statement, which looks one row up for each job however many slots there were."""
    if not jobs:
        return {}
    latest = [select(func.max(slots.c.slot)).where(slots.c.job == job).scalar_subquery() for job in jobs]
    [found] = await work.all(select(*latest))
    return dict(zip(jobs, found, strict=True))


async def mark_slot(work: Work, job: str, slot: datetime) -> None:
    """This slot has run."""
    await work.run(insert(slots).values(job=job, slot=slot, ran_at=work.wall))
