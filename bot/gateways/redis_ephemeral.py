"""`Ephemeral` in Redis, for many processes. Time limits are short: what is kept here may be lost, answers may not be late.

While Redis is away, a process remembers for itself: duplicates are still known where they arrive, and writing commands are guarded by
the database anyway. What was kept so is forgotten when Redis is back.
"""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from models.base.ephemeral import Ephemeral, MemoryEphemeral

PREFIX = "shimin:"
# After a failure Redis is left alone for so long: each message would wait for its time limit.
AWAY_SECONDS = 1.0
Answer = TypeVar("Answer")
log = structlog.get_logger()


class RedisEphemeral:
    """One pool for each process; keys under `shimin:`."""

    local = False

    def __init__(self, url: str) -> None:
        # redis-py's defaults wait a minute and retry ten times
        self._redis = Redis.from_url(
            url,
            socket_timeout=0.5,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 1),
            max_connections=256,
            driver_info=None,  # else each new connection looks up its own version on disk
        )

    async def get(self, key: str) -> bytes | None:
        value = await self._redis.get(PREFIX + key)
        return value if isinstance(value, bytes) else None

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        await self._redis.set(PREFIX + key, value, px=_milliseconds(ttl))

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        return bool(await self._redis.set(PREFIX + key, value, px=_milliseconds(ttl), nx=True))

    async def delete(self, key: str) -> None:
        await self._redis.delete(PREFIX + key)

    async def count(self, key: str, ttl: float) -> int:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(PREFIX + key)
            pipe.pexpire(PREFIX + key, _milliseconds(ttl), nx=True)
            total, _ = await pipe.execute()
        return int(total)

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()


class ForgivingEphemeral:
    """A remote one while it answers, else this process's own. Its faults are never the caller's."""

    local = False

    def __init__(
        self, remote: Ephemeral, own: Ephemeral, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._remote = remote
        self._own = own
        self._monotonic = monotonic
        self._away_until = 0.0

    async def get(self, key: str) -> bytes | None:
        return await self._either(lambda store: store.get(key))

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        await self._either(lambda store: store.put(key, value, ttl))

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        return await self._either(lambda store: store.add(key, value, ttl))

    async def delete(self, key: str) -> None:
        await self._either(lambda store: store.delete(key))

    async def count(self, key: str, ttl: float) -> int:
        return await self._either(lambda store: store.count(key, ttl))

    async def _either(self, act: Callable[[Ephemeral], Awaitable[Answer]]) -> Answer:
        if self._monotonic() >= self._away_until:
            try:
                return await act(self._remote)
            except (RedisError, OSError) as problem:
                self._away_until = self._monotonic() + AWAY_SECONDS
                log.warning("redis_away", problem=type(problem).__name__)
        return await act(self._own)


def forgiving(redis: RedisEphemeral) -> Ephemeral:
    """Redis, with this process's memory for the time it is away."""
    return ForgivingEphemeral(redis, MemoryEphemeral())


def _milliseconds(ttl: float) -> int:
    return max(1, round(ttl * 1000))
