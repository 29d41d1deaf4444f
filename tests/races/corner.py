"""A process of its own that does what a test tells it, and stops where it is told to: before any statement that writes or locks, and
before each commit. (What only reads is as good as done when the next of those begins.)"""

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import CursorResult, Select
from sqlalchemy.sql.base import Executable

from models.base.bulk import BEGUN
from models.base.calendar import StateCalendar
from models.base.crypto import Links, Vault
from models.base.db import City, Database, Work
from models.base.ids import Ids
from models.base.locks import ALONE
from models.base.tariff import load_tariff
from models.base.texts import read_all
from tests.conftest import PATIENT, TOWN_TARIFF, FixedClock
from tests.databases import kept
from tests.races.wire import AT_COMMIT, Done, Place, Stopped, Task, Waiting, Wire
from tests.service import Fakes, accidents

LONG = 60.0  # the other is waited for, however busy the machine is
COMMIT = "COMMIT"
DO_MORE = (ALONE, BEGUN)  # than to read: an advisory lock, and what goes before COPY
Point = Callable[[Any], Awaitable[None]]


def make_city(seed: int) -> City:
    """The demo town's tariff, the keys that all processes share, ids of its own."""
    vault = Vault({"t1": bytes(range(32))}, current="t1", index_key=bytes(32))
    links, ids = Links(bytes(range(32, 64))), Ids(Random(seed))
    return City(load_tariff(TOWN_TARIFF), StateCalendar(), vault, links, ids, "https://shimin.test")


@dataclass
class InterruptedWork(Work):
    """Passes a point before each statement that does more than to read."""

    point: Point = field(kw_only=True)

    async def run(self, statement: Executable, params: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        if not _only_reads(statement):
            await self.point(statement)
        return await super().run(statement, params)

    async def run_many(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        await self.point(statement)
        await super().run_many(statement, rows)


class InterruptedDatabase(Database):
    """Passes points in its writing units of work, the last before the commit."""

    def __init__(self, url: str, *, city: City, clocks: tuple[FixedClock, FixedClock], point: Point) -> None:
        super().__init__(url, city=city, civic=clocks[0], wall=clocks[1], limits=PATIENT, engines=kept)
        self._point = point

    @asynccontextmanager
    async def begin(
        self, actor: str, *, now: datetime | None = None, patience: float | None = None
    ) -> AsyncIterator[Work]:
        async with super().begin(actor, now=now, patience=max(patience or 0, LONG)) as work:
            whole = {each.name: getattr(work, each.name) for each in fields(work)}
            yield InterruptedWork(**whole, point=self._point)
            await self._point(COMMIT)


def _only_reads(statement: Executable) -> bool:
    plain = isinstance(statement, Select) and statement._for_update_arg is None
    return plain and not any(statement is each for each in DO_MORE)


class Corner:
    """One test's part of this process; jobs use its database and wires."""

    def __init__(self, wire: Wire, place: Place, seed: int) -> None:
        self.seed = seed
        self.redis_url = place.redis_url
        self.fakes = Fakes()
        self.civic, self.wall = FixedClock(), FixedClock()
        clocks = (self.civic, self.wall)
        self.database = InterruptedDatabase(
            place.database_url, city=make_city(seed), clocks=clocks, point=self.point
        )
        self._wire = wire
        self._stop_at = self._passed = 0

    async def point(self, before: Any) -> None:
        """Stop here, if this is where."""
        self._passed += 1
        if self._passed == self._stop_at or (self._stop_at == AT_COMMIT and before == COMMIT):
            await self._wire.send(Stopped(str(before)))
            await self._wire.receive()

    async def waiting(self) -> None:
        """Say that the other is waited for."""
        await self._wire.send(Waiting())

    async def work_off(self) -> None:
        """Task after task, until the test is over."""
        while True:
            task = await self._wire.receive()
            await self._wire.send(await self._done(task))

    async def _done(self, task: Task) -> Done:
        self.civic.instant, self.wall.instant = task.civic, task.wall
        self._stop_at, self._passed = task.stop_at, 0
        with accidents() as met:
            try:
                value = await task.job(self)
            except Exception as problem:
                return Done(accident="".join(traceback.format_exception(problem)))
        return Done(value, "".join(line for problem in met for line in traceback.format_exception(problem)))


async def keep(path: Path, seed: int) -> None:
    """Serve tests, one after the other, until standard input ends."""
    read_all()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        corner = Corner(wire, await wire.receive(), seed)
        try:
            await corner.work_off()
        except (EOFError, ConnectionError):
            writer.close()
        finally:
            await corner.database.close()

    async with await asyncio.start_unix_server(serve, path):
        await asyncio.to_thread(sys.stdin.read)
