"""A unit of work: all of it or nothing, at one time, and no instant without its zone."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from models.base.db import Database
from models.base.leases import slots
from tests.conftest import START, FixedClock


async def test_everything_in_it_happens_at_one_time(database: Database, civic: FixedClock, wall: FixedClock):
    async with database.begin("system:test") as work:
        for clock in (civic, wall):
            clock.move(hours=20)
        assert (work.now, work.today, work.wall) == (START, START.date(), START)


async def test_a_job_may_run_for_a_slot(database: Database):
    slot = START - timedelta(days=2)
    async with database.begin("system:job", now=slot) as work:
        assert (work.now, work.wall) == (slot, START)


async def test_an_instant_keeps_its_moment(database: Database):
    async with database.begin("system:test") as work:
        await work.run(insert(slots).values(job="test", slot=START, ran_at=START))
        kept = await work.scalar(select(slots.c.slot))
        assert kept == START
        assert kept.utcoffset() == timedelta()


async def test_an_instant_without_its_zone_is_refused(database: Database):
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001
    async with database.begin("system:test") as work:
        with pytest.raises(StatementError, match="needs its zone"):
            await work.run(insert(slots).values(job="test", slot=naive, ran_at=START))


async def test_a_part_may_fail_alone(database: Database):
    async def fails() -> None:
        async with work.attempt():
            await work.run(insert(slots).values(job="part", slot=START, ran_at=START))
            raise ConnectionError

    async with database.begin("system:test") as work:
        await work.run(insert(slots).values(job="whole", slot=START, ran_at=START))
        with pytest.raises(ConnectionError):
            await fails()
    async with database.read() as work:
        assert [row.job for row in await work.all(select(slots))] == ["whole"]
