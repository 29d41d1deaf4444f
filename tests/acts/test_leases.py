"""One holder at a time; whoever leads next holds a higher token; slots that have run are remembered."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from models.base import leases
from models.base.db import Database
from tests.conftest import START, FixedClock

TEN_SECONDS = timedelta(seconds=10)


async def take(database: Database, holder: str) -> int | None:
    async with database.begin(f"system:{holder}") as work:
        return await leases.take(work, "leader", holder, TEN_SECONDS)


async def test_one_holder_until_the_lease_ends(database: Database, wall: FixedClock):
    assert await take(database, "a") == 1
    assert await take(database, "b") is None
    wall.move(seconds=9)
    assert await take(database, "a") == 1  # renewed: until the 19th second
    wall.move(seconds=9)
    assert await take(database, "b") is None
    wall.move(seconds=1)
    assert await take(database, "b") == 2
    assert await take(database, "a") is None


async def test_the_fencing_token_grows_with_each_new_holder(database: Database, wall: FixedClock):
    tokens = []
    for holder in ("a", "b", "b", "a"):
        tokens.append(await take(database, holder))
        wall.move(seconds=11)
    assert tokens == [1, 2, 2, 3]


async def test_who_releases_lets_the_next_one_lead_at_once(database: Database):
    await take(database, "a")
    async with database.begin("system:a") as work:
        await leases.release(work, "leader", "a")
    assert await take(database, "b") == 2


async def test_nobody_releases_anothers_lease(database: Database):
    await take(database, "a")
    async with database.begin("system:b") as work:
        await leases.release(work, "leader", "b")
    assert await take(database, "b") is None


async def test_of_many_at_once_one_leads(database: Database):
    tokens = await asyncio.gather(*(take(database, f"worker-{n}") for n in range(10)))
    assert sorted(token for token in tokens if token) == [1]


async def test_slots_are_remembered_by_job(database: Database):
    async with database.begin("system:jobs") as work:
        assert await leases.last_slot(work, "overdue") is None
        for days in (2, 0, 1):
            await leases.mark_slot(work, "overdue", START + timedelta(days=days))
        await leases.mark_slot(work, "reminders", START)
        assert await leases.last_slot(work, "overdue") == START + timedelta(days=2)
        assert await leases.last_slot(work, "reminders") == START


async def test_a_slot_runs_once(database: Database):
    async with database.begin("system:jobs") as work:
        await leases.mark_slot(work, "overdue", START)
    with pytest.raises(IntegrityError):
        async with database.begin("system:jobs") as work:
            await leases.mark_slot(work, "overdue", START)
