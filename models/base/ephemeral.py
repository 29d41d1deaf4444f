"""What may be lost: drafts, offered choices, read-side duplicates, tokens, rate counts. In memory, or in Redis for many processes.

Values are bytes; whoever puts personal data here seals it first. Times to live are seconds of the wall.
"""

import time
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Protocol


class Ephemeral(Protocol):
    """The face of both implementations; one contract test runs on each. `local`: nothing kept here leaves the process. `away`: for now
    each process remembers for itself."""

    local: bool

    @property
    def away(self) -> bool: ...

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
        ...

    async def get_many(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        """The values of several keys in one question."""
        ...

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        """Keep a value, replacing an earlier one."""
        ...

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        """Keep a value unless the key has one; tells whether it was kept."""
        ...

    async def delete(self, key: str) -> None:
        """Forget a key; an unknown one is fine."""
        ...

    async def count(self, key: str, ttl: float) -> int:
        """How often this key was counted since its first count, which began a window of `ttl`."""
        ...


class MemoryEphemeral:
    """For one process."""

    local = True
    away = False

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._values: dict[str, tuple[float, bytes]] = {}
        self._ends: list[tuple[float, str]] = []

    async def get(self, key: str) -> bytes | None:
        entry = self._values.get(key)
        return entry[1] if entry and entry[0] > self._monotonic() else None

    async def get_many(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        return [await self.get(key) for key in keys]

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        until = self._monotonic() + ttl
        self._values[key] = (until, value)
        heappush(self._ends, (until, key))
        self._forget_ended()

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        if await self.get(key) is not None:
            return False
        await self.put(key, value, ttl)
        return True

    async def delete(self, key: str) -> None:
        self._values.pop(key, None)

    async def count(self, key: str, ttl: float) -> int:
        entry = self._values.get(key)
        if entry is None or entry[0] <= self._monotonic():
            await self.put(key, b"1", ttl)
            return 1
        total = int(entry[1]) + 1
        self._values[key] = (entry[0], str(total).encode())
        return total

    def _forget_ended(self) -> None:
        """Memory follows what lives: each put forgets what has ended since; a value put anew has a later end of its own."""
        now = self._monotonic()
        while self._ends and self._ends[0][0] <= now:
            _, key = heappop(self._ends)
            if key in self._values and self._values[key][0] <= now:
                del self._values[key]
