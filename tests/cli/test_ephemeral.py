"""`Ephemeral`: one contract, kept by all implementations. The keys in Redis are removed again: the server may be somebody's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.gateways.redis_ephemeral import AWAY_SECONDS, PREFIX, ForgivingEphemeral, RedisEphemeral
from models.base.ephemeral import Ephemeral, MemoryEphemeral

LONG = 60.0
SHORT = 30.0


@dataclass
class Clock:
    """Memory's time."""

    seconds: float = 0.0


@dataclass
class Kept:
    """One of the implementations, a key nobody else has, and its time, which passes at once."""

    ephemeral: Ephemeral
    key: str
    clock: Clock
    server: Redis

    async def wait(self, seconds: float) -> None:
        """In Redis the key gets that much nearer to its end, if it has one."""
        self.clock.seconds += seconds
        left = await self.server.pttl(PREFIX + self.key)
        if left >= 0:
            await self.server.pexpire(PREFIX + self.key, left - round(seconds * 1000))


@pytest.fixture(params=["memory", "redis", "forgiving", "redis that is away"])
async def kept(request: pytest.FixtureRequest, redis_url: str, unused_tcp_port: int) -> AsyncIterator[Kept]:
    there, away = RedisEphemeral(redis_url), RedisEphemeral(f"redis://127.0.0.1:{unused_tcp_port}/0")
    clock = Clock()
    memory = MemoryEphemeral(lambda: clock.seconds)
    made: dict[str, Ephemeral] = {
        "memory": memory,
        "redis": there,
        "forgiving": ForgivingEphemeral(there, memory),
        "redis that is away": ForgivingEphemeral(away, memory),
    }
    async with Redis.from_url(redis_url, driver_info=None) as server:
        await made[request.param].get("notice that it is away")  # what is put at that very moment is lost
        kept = Kept(made[request.param], f"test:{uuid4()}:罚单", clock, server)
        yield kept
        await server.delete(PREFIX + kept.key)
    for redis in (there, away):
        await redis.close()


@pytest.fixture
def ephemeral(kept: Kept) -> Ephemeral:
    return kept.ephemeral


@pytest.fixture
def key(kept: Kept) -> str:
    return kept.key


async def test_a_value_is_kept_and_replaced(ephemeral: Ephemeral, key: str) -> None:
    assert await ephemeral.get(key) is None
    for value in (b"one", b"", bytes(range(256))):
        await ephemeral.put(key, value, LONG)
        assert await ephemeral.get(key) == value


async def test_many_values_are_asked_for_at_once(ephemeral: Ephemeral, key: str) -> None:
    await ephemeral.put(key, b"x", LONG)
    unknown = f"{key}:unknown"
    assert list(await ephemeral.get_many([unknown, key, unknown])) == [None, b"x", None]


async def test_a_value_is_forgotten_after_its_time(kept: Kept, key: str) -> None:
    await kept.ephemeral.put(key, b"x", SHORT)
    assert await kept.ephemeral.get(key) == b"x"
    await kept.wait(SHORT + 0.02)
    assert await kept.ephemeral.get(key) is None


async def test_replacing_gives_a_new_time(kept: Kept, key: str) -> None:
    await kept.ephemeral.put(key, b"x", SHORT)
    await kept.ephemeral.put(key, b"y", LONG)
    await kept.wait(SHORT + 0.02)
    assert await kept.ephemeral.get(key) == b"y"


async def test_adding_keeps_the_first(ephemeral: Ephemeral, key: str) -> None:
    assert await ephemeral.add(key, b"first", LONG)
    assert not await ephemeral.add(key, b"second", LONG)
    assert await ephemeral.get(key) == b"first"


async def test_what_was_added_can_be_added_again_after_its_time(kept: Kept, key: str) -> None:
    assert await kept.ephemeral.add(key, b"first", SHORT)
    await kept.wait(SHORT + 0.02)
    assert await kept.ephemeral.add(key, b"second", LONG)
    assert await kept.ephemeral.get(key) == b"second"


async def test_of_many_adders_at_once_one_wins(ephemeral: Ephemeral, key: str) -> None:
    won = await asyncio.gather(*(ephemeral.add(key, str(n).encode(), LONG) for n in range(20)))
    assert sum(won) == 1


async def test_forgetting(ephemeral: Ephemeral, key: str) -> None:
    await ephemeral.put(key, b"x", LONG)
    for _ in range(2):  # an unknown one is fine
        await ephemeral.delete(key)
    assert await ephemeral.get(key) is None


async def test_counting(ephemeral: Ephemeral, key: str) -> None:
    assert [await ephemeral.count(key, LONG) for _ in range(3)] == [1, 2, 3]


async def test_counting_at_once_loses_nothing(ephemeral: Ephemeral, key: str) -> None:
    counts = await asyncio.gather(*(ephemeral.count(key, LONG) for _ in range(20)))
    assert sorted(counts) == list(range(1, 21))


async def test_the_window_begins_with_the_first_count_and_is_not_prolonged(kept: Kept, key: str) -> None:
    assert await kept.ephemeral.count(key, SHORT * 2) == 1
    await kept.wait(SHORT)
    assert await kept.ephemeral.count(key, SHORT * 2) == 2
    await kept.wait(SHORT + 0.02)
    assert await kept.ephemeral.count(key, LONG) == 1


async def test_memory_does_not_grow_with_what_has_expired() -> None:
    now = 0.0
    memory = MemoryEphemeral(lambda: now)
    for number in range(1000):
        await memory.put(str(number), b"y", 0.5)
        await memory.put(str(number), b"x", 1)
    now = 2.0
    await memory.put("last", b"x", 1)
    assert len(memory._values) == 1


async def test_a_redis_that_is_away_is_an_error_at_once(unused_tcp_port: int) -> None:
    redis = RedisEphemeral(f"redis://127.0.0.1:{unused_tcp_port}/0")
    async with asyncio.timeout(2):
        with pytest.raises(RedisError):
            await redis.get("x")
    await redis.close()


async def test_what_redis_would_not_keep_is_told_by_the_next_call(redis_url: str) -> None:
    redis, key = RedisEphemeral(redis_url), f"test:{uuid4()}"
    await redis.put(key, b"x", 1e18)  # no such time limit
    assert await redis.get(key) is None
    with pytest.raises(RedisError):
        await redis.put(key, b"x", LONG)
    await redis.put(key, b"x", LONG)
    assert await redis.get(key) == b"x"
    await redis.delete(key)
    await redis.close()


async def test_whoever_is_cut_off_is_told_and_the_next_one_is_answered(redis_url: str) -> None:
    remote = RedisEphemeral(redis_url)
    first = asyncio.create_task(remote.get("cut-off"))
    await asyncio.sleep(0)
    second = asyncio.create_task(remote.get("cut-off"))
    assert remote._sending
    await asyncio.sleep(0)
    remote._sending.cancel()
    for asking in (first, second):
        with pytest.raises(RedisError):
            await asking
    assert await remote.get("cut-off") is None
    await remote.close()


async def test_one_refused_command_spoils_no_other(redis_url: str) -> None:
    redis, key = RedisEphemeral(redis_url), f"test:{uuid4()}"
    await redis.put(key, b"no number", LONG)
    kept, counted, missing = await asyncio.gather(
        redis.get(key), redis.count(key, LONG), redis.get(f"{key}:unknown"), return_exceptions=True
    )
    assert (kept, missing) == (b"no number", None)
    assert isinstance(counted, RedisError)
    await redis.delete(key)
    await redis.close()


class Flaky(MemoryEphemeral):
    """A store that is away whenever `away` is set; counts how often it was asked."""

    away = False
    asked = 0

    async def get(self, key: str) -> bytes | None:
        self.asked += 1
        if self.away:
            raise RedisError("away")
        return await super().get(key)


async def test_a_redis_that_comes_back_is_asked_again_after_a_second() -> None:
    clock, remote, local = Clock(), Flaky(), MemoryEphemeral()
    store = ForgivingEphemeral(remote, local, lambda: clock.seconds)
    clock.seconds = 100.0
    await remote.put("key", b"remote", LONG)
    await local.put("key", b"local", LONG)
    assert await store.get("key") == b"remote"
    remote.away = True
    assert [await store.get("key") for _ in range(3)] == [b"local"] * 3
    assert remote.asked == 2, "once it failed it is left alone"
    remote.away = False
    clock.seconds += AWAY_SECONDS
    assert await store.get("key") == b"remote"
