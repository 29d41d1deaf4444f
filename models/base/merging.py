"""Reads of messages that arrive together go to SQLite together: one thread, one wake-up each way for all of them.

A statement through aiosqlite crosses to its thread and back four to six times, about 50 us each; here a statement costs what SQLite
takes for it, and the crossings are shared. The plain way (an engine's connection) is the oracle of the tests. What is closed answers
who asked before, and nobody after.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Mapping
from queue import SimpleQueue
from typing import Any, NamedTuple, Protocol

from models.base.errors import DatabaseAway
from models.base.prepared import Plan, Prepared


class Reader(Protocol):
    """Runs prepared statements, many at a time."""

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> list[Any]:
        """The rows of one statement, which sees everything committed before. Raises DatabaseAway, and the driver's error for a
        statement that is wrong."""

    async def close(self) -> None:
        """Give back what is held, once everybody has been answered."""


class _Asked(NamedTuple):
    plan: Plan
    values: list[Any]
    answer: asyncio.Future[list[Any]]


class SqliteReader:
    """Reads one SQLite file; `busy_ms` is how long a statement may wait for the file."""

    def __init__(self, file: str, busy_ms: int) -> None:
        self._file = file
        self._busy_ms = busy_ms
        self._waiting: list[_Asked] = []
        self._away = False  # a batch is in the thread
        self._closed = False
        self._answered = asyncio.Event()  # nobody waits
        self._batches: SimpleQueue[list[_Asked] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> list[Any]:
        if self._closed:
            raise DatabaseAway("closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        plan = prepared.plan
        self._waiting.append(_Asked(plan, plan.values(params), answer))
        if not self._away:
            self._away = True
            self._answered.clear()
            loop.call_soon(self._send, loop)
        return await answer

    async def close(self) -> None:
        self._closed = True
        if self._away:
            await self._answered.wait()
        if self._thread is not None:
            self._batches.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        """Everything that waits goes in one batch."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(loop,), name="sqlite-reader", daemon=True
            )
            self._thread.start()
        batch, self._waiting = self._waiting, []
        self._batches.put(batch)

    def _take(self, loop: asyncio.AbstractEventLoop, batch: list[_Asked], found: list[Any]) -> None:
        """Back in the loop: answers out, and whoever came meanwhile is next."""
        for asked, rows in zip(batch, found, strict=True):
            if asked.answer.cancelled():
                continue
            if isinstance(rows, Exception):
                asked.answer.set_exception(rows)
            else:
                asked.answer.set_result(rows)
        self._away = bool(self._waiting)
        if self._away:
            self._send(loop)
        else:
            self._answered.set()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        connection: sqlite3.Connection | None = None
        while (batch := self._batches.get()) is not None:
            found: list[Any]
            try:
                connection = connection or self._connect()
                found = [_run(connection, asked) for asked in batch]
            except sqlite3.Error as problem:
                # A file that cannot be opened is everybody's error, and tried again.
                found = [_away(problem) for _ in batch]
            loop.call_soon_threadsafe(self._take, loop, batch, found)
        if connection:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, isolation_level=None)
        connection.execute(f"PRAGMA busy_timeout={self._busy_ms}")
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA temp_store=MEMORY")  # what is sorted goes to a file otherwise: 50 us each
        return connection


def _run(connection: sqlite3.Connection, asked: _Asked) -> list[Any] | Exception:
    try:
        return list(map(asked.plan.make, connection.execute(asked.plan.sql, asked.values)))
    except Exception as problem:
        return problem


def _away(problem: Exception) -> DatabaseAway:
    away = DatabaseAway(str(problem))
    away.__cause__ = problem
    return away
