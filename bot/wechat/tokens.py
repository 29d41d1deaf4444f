"""The access token: one for all processes, renewed by one caller at a time.

`stable_token` in normal mode gives every process the same token and keeps the old one good for five minutes after a new one
is out, so processes need no lock between them; inside a process an `asyncio.Lock` makes many callers ask once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

MARGIN = 300.0  # seconds before its end at which a token is fetched anew: the overlap of old and new


class TokenCache(Protocol):
    """Shared between processes; what it holds may be lost."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, ttl: float) -> None: ...


class TokenSource:
    """`fetch` gives a token and the seconds it lives; its errors come out of `get` and `renew`."""

    def __init__(
        self, *, app_id: str, cache: TokenCache, fetch: Callable[[], Awaitable[tuple[str, float]]]
    ) -> None:
        self._key = f"wechat:token:{app_id}"
        self._cache = cache
        self._fetch = fetch
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
            token, lifetime = await self._fetch()
            self._fetched += 1
            await self._cache.put(self._key, token.encode(), max(lifetime - MARGIN, 1.0))
            return token

    async def _cached(self) -> str:
        return (await self._cache.get(self._key) or b"").decode()
