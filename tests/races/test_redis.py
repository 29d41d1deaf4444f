"""What two processes share in Redis: one token, what is added once, and counts."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from bot.gateways.redis_ephemeral import PREFIX
from tests.databases import on_postgresql
from tests.races import caches
from tests.races.ring import Meetings, Ring, at_once

pytestmark = on_postgresql

TIMES = 300


@pytest.fixture
async def name(redis_url: str) -> AsyncIterator[str]:
    """The beginning of names that nobody else uses; the keys are removed."""
    name = f"race:{uuid4()}"
    yield name
    async with Redis.from_url(redis_url, driver_info=None) as server:
        if keys := [key async for key in server.scan_iter(f"{PREFIX}*{name}*")]:
            await server.delete(*keys)


async def test_two_who_need_a_token_make_one_fetch(twins: Meetings, name: str) -> None:
    """The short lock in the shared cache (`SET NX`): the second looks until the first has brought it."""
    async for meet in twins:
        app_id = f"{name}:{meet.stop_at}"
        assert await meet(caches.token(app_id), caches.token(app_id)) == ("1", "1")


async def test_two_whose_token_was_refused_make_one_fetch(twins: Meetings, name: str) -> None:
    """The same."""
    async for meet in twins:
        app_id = f"{name}:{meet.stop_at}"
        stale = await meet.ring.alone(caches.token(app_id))
        renew = caches.token(app_id, stale)
        assert await meet(renew, renew) == ("2", "2")


async def test_a_key_is_added_by_one(ring: Ring, name: str) -> None:
    """`SET NX`."""
    keys = [f"{name}:{number}" for number in range(TIMES)]
    one, other = await at_once(ring, caches.add_each(keys), caches.add_each(keys))
    assert sorted(one + other) == sorted(keys)


async def test_no_count_is_lost(ring: Ring, name: str) -> None:
    """`INCR`."""
    one, other = await at_once(ring, caches.count(name, TIMES), caches.count(name, TIMES))
    assert sorted(one + other) == list(range(1, 2 * TIMES + 1))
