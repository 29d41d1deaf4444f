"""The scheduler: ticks on the wall; one leader runs the civic slots that are due and not yet run, in order.

A slot is marked in the unit of work of its job, after the lease was renewed in it: a leader that slept past its lease cannot finish a
slot that another has taken over. Each run of a job is a trace of its own.
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from models.base import leases, trace
from models.base.clock import CITY_ZONE, at
from models.base.db import Database, Work
from models.base.errors import DatabaseAway

LEASE = "scheduler"
LEASE_LENGTH = timedelta(seconds=30)
TICK_SECONDS = 1
# Asked to end, the job under way has so long to come to an end; it is not marked as run, and the next leader runs it again.
FINISH_SECONDS = 5.0
RELEASE_SECONDS = 2.0
log = structlog.get_logger()


class NotLeading(Exception):
    """The lease went to another process."""


@dataclass(frozen=True, slots=True)
class DailyJob:
    """Runs once for each civic day, at this time of it, in one unit of work whose `now` is the slot. Returns how many it touched."""

    name: str
    clock: time
    run: Callable[[Work], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class TickJob:
    """Runs on the wall, every so many seconds, while leading. It opens its own units of work."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Lead:
    """Whether this process leads, and for how long somebody does."""

    ours: bool
    seconds_left: float


class Scheduler:
    """Holds the lease and runs what is due."""

    def __init__(self, database: Database, daily: Sequence[DailyJob], ticking: Sequence[TickJob]) -> None:
        self._database = database
        self._daily = daily
        self._ticking = ticking
        self._holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._one_tick = asyncio.Lock()
        self._last_run: dict[str, datetime] = {}
        self._under_way: asyncio.Task[None] | None = None
        self._stopping = False
        self._clockwork = AsyncIOScheduler(timezone=UTC)  # else it searches the machine's files for a zone

    def start(self) -> None:
        """Tick from now on."""
        every = {"trigger": "interval", "seconds": TICK_SECONDS, "max_instances": 1, "coalesce": True}
        self._clockwork.add_job(self._tick_safely, misfire_grace_time=None, **every)
        self._clockwork.start()

    async def stop(self) -> None:
        """Finish the job under way, if it comes to an end soon, and let another lead at once."""
        self._stopping = True
        self._clockwork.shutdown(wait=False)
        await self._finish()
        try:
            async with asyncio.timeout(RELEASE_SECONDS), self._database.begin("system:scheduler") as work:
                await leases.release(work, LEASE, self._holder)
        except Exception as problem:  # then it runs out by itself
            log.warning("lease_kept", problem=type(problem).__name__)

    async def lead(self, work: Work) -> Lead:
        """Who leads, as the database says."""
        for lease in await leases.every(work):
            if lease.name == LEASE and (left := (lease.until - work.wall).total_seconds()) > 0:
                return Lead(lease.holder == self._holder, left)
        return Lead(ours=False, seconds_left=0.0)

    async def lag(self, work: Work) -> Mapping[str, float]:
        """For how many seconds each daily job has been due and not run (civic)."""
        lag = {job.name: 0.0 for job in self._daily}
        for job, slot in reversed(await self._due_slots(work)):
            lag[job.name] = (work.now - slot).total_seconds()
        return lag

    async def tick(self) -> bool:
        """Run everything that is due; False while another process leads."""
        async with self._one_tick:
            if not await self._lead():
                return False
            for ticking in self._ticking:
                if not self._stopping:
                    await self._run_ticking(ticking)
            async with self._database.read() as work:
                due = await self._due_slots(work)
            for job, slot in due:
                if not self._stopping:
                    await self._run_slot(job, slot)
            return True

    async def _tick_safely(self) -> None:
        """A task of its own: the clockwork cancels what it started when it is shut down, in the middle of a job, and would call that an
        error. `stop` waits for it."""
        self._under_way = asyncio.create_task(self._tick_and_log())
        with suppress(asyncio.CancelledError):
            await asyncio.shield(self._under_way)

    async def _finish(self) -> None:
        if self._under_way is None:
            return
        _, cut = await asyncio.wait({self._under_way}, timeout=FINISH_SECONDS)
        for task in cut:
            log.warning("job_cut_short")
            task.cancel()
            await asyncio.wait({task}, timeout=RELEASE_SECONDS)

    async def _tick_and_log(self) -> None:
        try:
            await self.tick()
        except DatabaseAway as problem:  # or whoever had the lead is frozen, with its lease's row held: the next tick tries again
            log.warning("tick_without_database", problem=str(problem))
        except Exception:
            log.exception("tick_failed")

    async def _lead(self) -> bool:
        async with self._database.begin("system:scheduler") as work:
            return await leases.take(work, LEASE, self._holder, LEASE_LENGTH) is not None

    async def _due_slots(self, work: Work) -> list[tuple[DailyJob, datetime]]:
        """All slots since each job's last one, in the order of time, then of the list."""
        ran = await leases.last_slots(work, [job.name for job in self._daily])
        due = [
            (job, slot)
            for job in self._daily
            for slot in slots_between(ran[job.name] or end_of_yesterday(work), work.now, job.clock)
        ]
        order = {job.name: place for place, job in enumerate(self._daily)}
        return sorted(due, key=lambda pair: (pair[1], order[pair[0].name]))

    async def _run_slot(self, job: DailyJob, slot: datetime) -> None:
        with trace.bound(trace.new()):
            patience = LEASE_LENGTH.total_seconds()  # a statement over the whole city's cases takes its time
            async with self._database.begin(f"system:{job.name}", now=slot, patience=patience) as work:
                if await leases.take(work, LEASE, self._holder, LEASE_LENGTH) is None:
                    raise NotLeading
                touched = await job.run(work)
                await leases.mark_slot(work, job.name, slot)
            log.info("job_ran", job=job.name, slot=slot.isoformat(), touched=touched)

    async def _run_ticking(self, job: TickJob) -> None:
        now = self._database.wall.now()
        if (last_run := self._last_run.get(job.name)) and now < last_run + timedelta(seconds=job.seconds):
            return
        self._last_run[job.name] = now
        with trace.bound(trace.new()):
            try:
                touched = await job.run()
            except Exception:  # one that fails does not keep the others from running
                log.exception("job_failed", job=job.name)
                return
            if touched:
                log.info("job_ran", job=job.name, touched=touched)


def end_of_yesterday(work: Work) -> datetime:
    """Where the slots of a job that never ran begin (civic)."""
    return at(work.today, time()) - timedelta(microseconds=1)


def slots_between(after: datetime, until: datetime, clock: time) -> list[datetime]:
    """Every slot later than `after` and not later than `until` (civic)."""
    day = after.astimezone(CITY_ZONE).date()
    slots = []
    while (slot := at(day, clock)) <= until:
        if slot > after:
            slots.append(slot)
        day += timedelta(days=1)
    return slots
