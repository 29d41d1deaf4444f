"""What a test and its two processes tell each other: pickled values, each behind its length."""

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Job = Callable[[Any], Awaitable[Any]]
LENGTH = 4
AT_COMMIT = -1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test happens."""

    database_url: str
    redis_url: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A job (it takes the corner) and when it is done. `stop_at` is the point at which it stops and says so; 0: nowhere."""

    job: Job
    civic: datetime
    wall: datetime
    stop_at: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """At the point it was told, before this; it goes on when it hears `Go`."""

    before: str


@dataclass(frozen=True, slots=True)
class Go:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """For the other, where no lock of the database tells it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a job returned; `accident` is the traceback of what went wrong in it."""

    value: Any = None
    accident: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """One end of it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, value: Any) -> None:
        body = pickle.dumps(value)
        self.writer.write(len(body).to_bytes(LENGTH) + body)
        await self.writer.drain()

    async def receive(self) -> Any:
        """Raises EOFError when the other end is gone."""
        length = int.from_bytes(await self.reader.readexactly(LENGTH))
        return pickle.loads(await self.reader.readexactly(length))

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()
