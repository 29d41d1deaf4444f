"""Of several schedulers one leads; who lost the lead cannot finish a slot."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.base import leases
from models.base.db import Database, Work
from scheduler.service import LEASE, LEASE_LENGTH, DailyJob, NotLeading, Scheduler, TickJob
from tests.conftest import FixedClock


def scheduler(database: Database, ran: list[datetime]) -> Scheduler:
    async def run(work: Work) -> int:
        ran.append(work.now)
        return 1

    return Scheduler(database, [DailyJob("morning", time(9), run)], ())


async def test_one_leads_until_its_lease_runs_out(
    database: Database, wall: FixedClock, civic: FixedClock
) -> None:
    ran_by_a: list[datetime] = []
    ran_by_b: list[datetime] = []
    a, b = scheduler(database, ran_by_a), scheduler(database, ran_by_b)
    assert [await a.tick(), await b.tick()] == [True, False]
    civic.move(days=1)
    wall.move(seconds=LEASE_LENGTH.total_seconds() - 1)
    assert not await b.tick()
    wall.move(seconds=1)  # a is away
    assert [await b.tick(), await a.tick()] == [True, False]
    assert (len(ran_by_a), len(ran_by_b)) == (1, 1)


async def test_whoever_stops_lets_the_other_lead_at_once(database: Database) -> None:
    a, b = scheduler(database, []), scheduler(database, [])
    a.start()
    assert [await a.tick(), await b.tick()] == [True, False]
    await a.stop()
    assert await b.tick()


async def test_many_at_once_run_a_slot_once(database: Database) -> None:
    ran: list[datetime] = []
    ticks = await asyncio.gather(*(scheduler(database, ran).tick() for _ in range(8)))
    assert (sum(ticks), len(ran)) == (1, 1)


async def test_a_leader_that_lost_the_lead_cannot_finish_a_slot(database: Database) -> None:
    """It slept past its lease between two slots, and another took over."""
    ran: list[str] = []

    async def loses_the_lead(work: Work) -> int:
        ran.append("first")
        work.wall += LEASE_LENGTH + timedelta(seconds=1)
        assert await leases.take(work, LEASE, "another", LEASE_LENGTH)
        return 1

    async def second(work: Work) -> int:
        ran.append("second")
        return 1

    jobs = [DailyJob("first", time(8), loses_the_lead), DailyJob("second", time(9), second)]
    with pytest.raises(NotLeading):
        await Scheduler(database, jobs, ()).tick()
    assert ran == ["first"]
    async with database.read() as work:
        assert await leases.last_slot(work, "second") is None


async def test_it_ticks_by_itself(database: Database) -> None:
    ran: list[datetime] = []
    running = scheduler(database, ran)
    running.start()
    async with asyncio.timeout(5):
        while not ran:
            await asyncio.sleep(0.02)
    await running.stop()


async def test_asked_to_end_it_finishes_the_job_under_way_and_begins_no_other(database: Database) -> None:
    """The clockwork, left to itself, would cancel the job in the middle."""
    begun, go, ran = asyncio.Event(), asyncio.Event(), []

    async def takes_its_time(work: Work) -> int:
        begun.set()
        await go.wait()
        ran.append("first")
        return 1

    async def second(work: Work) -> int:
        ran.append("second")
        return 1

    jobs = [DailyJob("first", time(8), takes_its_time), DailyJob("second", time(9), second)]
    running = Scheduler(database, jobs, ())
    running.start()
    await asyncio.wait_for(begun.wait(), 5)
    stopping = asyncio.create_task(running.stop())
    await asyncio.sleep(0)
    go.set()
    await stopping
    assert ran == ["first"]
    assert await scheduler(database, []).tick()
    async with database.read() as work:
        assert await leases.last_slot(work, "first") is not None


async def test_a_job_that_does_not_end_is_cut_and_the_lead_given_back(
    database: Database, monkeypatch: pytest.MonkeyPatch, logged: list[Any]
) -> None:
    monkeypatch.setattr("scheduler.service.FINISH_SECONDS", 0.05)
    begun = asyncio.Event()

    async def hangs() -> int:
        begun.set()
        return int(await asyncio.Event().wait())

    running = Scheduler(database, (), [TickJob("hangs", 1, hangs)])
    running.start()
    await asyncio.wait_for(begun.wait(), 5)
    await running.stop()
    assert [entry["event"] for entry in logged] == ["job_cut_short"]
    assert await scheduler(database, []).tick()


async def test_without_its_database_it_ends_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch, logged: list[Any]
) -> None:
    """The lease runs out by itself."""
    running = scheduler(database, [])
    running.start()
    await running.tick()
    async with database.begin("system:test") as work:
        await work.run(text("ALTER TABLE leases RENAME TO hidden"))
    try:
        await running.stop()
        assert [entry["event"] for entry in logged if entry["log_level"] == "warning"] == ["lease_kept"]
    finally:
        async with database.begin("system:test") as work:
            await work.run(text("ALTER TABLE hidden RENAME TO leases"))
