"""Reads of messages that arrive together go to SQLite together: one thread, one wake-up each way for all of them.

A statement through aiosqlite crosses to its thread and back four to six times, about 50 us each; here a statement costs what SQLite
takes for it, and the crossings are shared. The plain way (an engine's connection) is the oracle of the tests.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Mapping
from queue import SimpleQueue
from typing import Any, NamedTuple

from models.base.prepared import Plan


class _Asked(NamedTuple):
    plan: Plan
    values: list[Any]
    answer: asyncio.Future[list[Any]]


class MergingReader:
    """Reads one SQLite file; `busy_ms` is how long a statement may wait for the file."""

    def __init__(self, file: str, busy_ms: int) -> None:
        self._file = file
        self._busy_ms = busy_ms
        self._waiting: list[_Asked] = []
        self._away = False  # a batch is in the thread
        self._batches: SimpleQueue[list[_Asked] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def rows(self, plan: Plan, params: Mapping[str, Any]) -> list[Any]:
        """The rows of one statement, each seeing everything committed before. Raises sqlite3.Error."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        self._waiting.append(_Asked(plan, plan.values(params), answer))
        if not self._away:
            self._away = True
            loop.call_soon(self._send, loop)
        return await answer

    def close(self) -> None:
        """End the thread; what is under way is finished."""
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join()
            self._thread = None

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        """Everything that waits goes in one batch."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(loop,), name="merging-reader", daemon=True
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

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        connection: sqlite3.Connection | None = None
        while (batch := self._batches.get()) is not None:
            found: list[Any]
            try:
                connection = connection or self._connect()
                found = [_run(connection, asked) for asked in batch]
            except (
                sqlite3.Error
            ) as problem:  # a file that cannot be opened is everybody's error, and tried again
                found = [problem] * len(batch)
            loop.call_soon_threadsafe(self._take, loop, batch, found)
        if connection:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, isolation_level=None)
        connection.execute(f"PRAGMA busy_timeout={self._busy_ms}")
        connection.execute("PRAGMA query_only=ON")
        return connection


def _run(connection: sqlite3.Connection, asked: _Asked) -> list[Any] | Exception:
    try:
        return asked.plan.rows(connection.execute(asked.plan.sql, asked.values))
    except Exception as problem:
        return problem
