"""What may be lost: drafts, offered choices, read-side duplicates, tokens, rate counts. In memory, or in Redis for many processes.

Values are bytes; whoever puts personal data here seals it first. Times to live are seconds of the wall.
"""

import time
from collections.abc import Callable
from typing import Protocol

SWEEP_EVERY = 1024  # puts between two looks for what has expired


class Ephemeral(Protocol):
    """The face of both implementations; one contract test runs on each."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
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

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._values: dict[str, tuple[float, bytes]] = {}
        self._puts = 0

    async def get(self, key: str) -> bytes | None:
        entry = self._values.get(key)
        return entry[1] if entry and entry[0] > self._monotonic() else None

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        self._values[key] = (self._monotonic() + ttl, value)
        self._puts += 1
        if self._puts % SWEEP_EVERY == 0:
            self._sweep()

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

    def _sweep(self) -> None:
        now = self._monotonic()
        self._values = {key: entry for key, entry in self._values.items() if entry[0] > now}
