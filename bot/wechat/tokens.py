"""The access token: one for all processes, fetched by one caller at a time (the JS-SDK's ticket is kept the same way).

Inside a process an `asyncio.Lock` makes many callers ask once; between processes a short lock in the shared cache does: whoever
takes it fetches, the others look into the cache until the token is there. `stable_token` in normal mode gives everybody the same
token and keeps the old one good for five minutes, so a lock that was lost costs a call and nothing else.
While the cache is away each process keeps a token of its own.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from models.base.ephemeral import Ephemeral, MemoryEphemeral

MARGIN = 300.0  # seconds before its end at which a token is fetched anew: the overlap of old and new
LOCK_SECONDS = 10.0  # longer than a fetch may take; a process that died in the middle is forgotten after that
POLL_SECONDS = 0.05
Answer = TypeVar("Answer")
_log = structlog.get_logger(__name__)


class TokenSource:
    """`fetch` gives a token and the seconds it lives; its errors come out of `get` and `renew`.

    `name` tells several kinds of token of one account apart; `patience` is how many seconds another process may take to fetch.
    """

    def __init__(
        self,
        *,
        app_id: str,
        cache: Ephemeral,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        name: str = "token",
        patience: float = 6.0,
    ) -> None:
        self._key = f"wechat:{name}:{app_id}"
        self._cache = _Forgiving(cache)
        self._fetch = fetch
        self._patience = patience
        self._lock = asyncio.Lock()
        self._fetched = 0

    async def get(self) -> str:
        """The token that is in use, fetched if there is none."""
        return await self._cached() or await self.renew("")

    async def renew(self, stale: str) -> str:
        """A token after `stale` was refused; callers that waited for another's fetch take what it brought."""
        seen = self._fetched
        async with self._lock:
            token = await self._cached()
            if token and (token != stale or self._fetched != seen):
                return token
            token = await self._fetch_or_wait(stale)
            self._fetched += 1
            return token

    async def _fetch_or_wait(self, stale: str) -> str:
        """The lock's holder fetches. When it brings nothing, or not in time, we ask ourselves."""
        lock = f"{self._key}:lock"
        if not await self._cache.add(lock, b"1", LOCK_SECONDS):
            return await self._await_other(lock, stale) or await self._bring()
        try:
            token = await self._cached()
            if token and token != stale:  # another process was quicker than our lock
                return token
            await self._cache.delete(self._key)  # so that those who wait take nothing stale
            return await self._bring()
        finally:
            await self._cache.delete(lock)

    async def _await_other(self, lock: str, stale: str) -> str:
        """What the lock's holder brought, which may be the same token again; empty when it brought nothing."""
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            await asyncio.sleep(POLL_SECONDS)
            held = await self._cache.get(lock)
            token = await self._cached()
            if held is None or (token and token != stale):
                return token
        return ""

    async def _bring(self) -> str:
        token, lifetime = await self._fetch()
        await self._cache.put(self._key, token.encode(), max(lifetime - MARGIN, 1.0))
        return token

    async def _cached(self) -> str:
        return (await self._cache.get(self._key) or b"").decode()


class _Forgiving:
    """The shared cache; while it is away, what this process remembers."""

    def __init__(self, shared: Ephemeral) -> None:
        self._shared = shared
        self._own = MemoryEphemeral()

    async def get(self, key: str) -> bytes | None:
        return await self._either(lambda cache: cache.get(key))

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        await self._own.put(key, value, ttl)
        await self._either(lambda cache: cache.put(key, value, ttl))

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        return await self._either(lambda cache: cache.add(key, value, ttl))

    async def delete(self, key: str) -> None:
        await self._own.delete(key)
        await self._either(lambda cache: cache.delete(key))

    async def _either(self, act: Callable[[Ephemeral], Awaitable[Answer]]) -> Answer:
        try:
            return await act(self._shared)
        except Exception as problem:  # whatever a cache raises: it must not cost the call
            _log.warning("token_cache_away", problem=type(problem).__name__)
            return await act(self._own)
