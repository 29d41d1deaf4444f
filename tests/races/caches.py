"""Jobs for two processes that share a Redis."""

from collections.abc import Sequence
from functools import partial

from bot.gateways.redis_ephemeral import RedisEphemeral
from bot.wechat.tokens import TokenSource
from tests.races.corner import Corner
from tests.races.wire import Job

SECONDS = 600.0  # longer than a test


class Crowded(RedisEphemeral):
    """Says when another process holds what it wanted."""

    def __init__(self, corner: Corner) -> None:
        super().__init__(corner.redis_url)
        self._corner = corner

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        added = await super().add(key, value, ttl)
        if not added:
            await self._corner.waiting()
        return added


def token(app_id: str, stale: str = "") -> Job:
    """This process needs a token, or another than `stale`, which was refused; the platform gives out `1`, `2`, ..."""
    return partial(_token, app_id=app_id, stale=stale)


async def _token(corner: Corner, app_id: str, stale: str) -> str:
    cache = Crowded(corner)

    async def fetch() -> tuple[str, float]:
        await corner.point("the platform's answer")
        return str(await cache.count(f"fetched:{app_id}", SECONDS)), 7200

    tokens = TokenSource(app_id=app_id, cache=cache, fetch=fetch)
    brought = await (tokens.renew(stale) if stale else tokens.get())
    await cache.close()
    return brought


def add_each(keys: Sequence[str]) -> Job:
    """Add one after the other: which were kept."""
    return partial(_add_each, keys=keys)


async def _add_each(corner: Corner, keys: Sequence[str]) -> list[str]:
    cache = RedisEphemeral(corner.redis_url)
    kept = [key for key in keys if await cache.add(key, b"%d" % corner.seed, SECONDS)]
    await cache.close()
    return kept


def count(key: str, times: int) -> Job:
    """Count so often: what came out each time."""
    return partial(_count, key=key, times=times)


async def _count(corner: Corner, key: str, times: int) -> list[int]:
    cache = RedisEphemeral(corner.redis_url)
    counts = [await cache.count(key, SECONDS) for _ in range(times)]
    await cache.close()
    return counts
