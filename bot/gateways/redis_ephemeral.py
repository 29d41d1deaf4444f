"""`Ephemeral` in Redis, for many processes. Time limits are short: what is kept here may be lost, answers may not be late."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

PREFIX = "shimin:"


class RedisEphemeral:
    """One pool for each process; keys under `shimin:`."""

    def __init__(self, url: str) -> None:
        # redis-py's defaults wait a minute and retry ten times
        self._redis = Redis.from_url(
            url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 1), max_connections=256
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


def _milliseconds(ttl: float) -> int:
    return max(1, round(ttl * 1000))
