"""Reads of messages that arrive together go to PostgreSQL together: those of one statement in one round trip.

Through SQLAlchemy a statement costs this process four times what it costs PostgreSQL. Here whoever asks waits at a stop; a lane, which
is a connection of our own, takes everybody who waits for the same statement, and comes back for the next. Nobody waits for a timer:
a lane that is free leaves at once. The plain way (an engine's connection) is the oracle of the tests.

- What is wrong with one is not the others' error: a batch that fails is asked again one by one, once.
- A connection that was lost is opened anew, once; reading twice is harmless.
- Everybody has an answer or DatabaseAway within LIMIT_S, whatever the server does.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg

from models.base.errors import DatabaseAway
from models.base.limits import LIMITS, Limits
from models.base.prepared import Make, Prepared, Values

# More make nothing cheaper; the second is for those who ask something else while a slow statement is under way.
LANES = 2
MOST = 200  # in one batch
CLOSE_S = 1.0
# One plan for all: planning anew costs more than the statement.
SETTINGS = {
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "default_transaction_read_only": "on",
}
STALE = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)


class _Asked(NamedTuple):
    values: Values
    answer: asyncio.Future[list[Any]]
    deadline: float


class Lane:
    """One connection, opened when it is needed, and the statements that are prepared on it."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._connection: asyncpg.Connection | None = None
        self._statements: dict[str, tuple[Any, Make]] = {}

    @property
    def open(self) -> bool:
        """Whether it is connected, as far as can be told without asking."""
        return self._connection is not None and not self._connection.is_closed()

    async def one(self, prepared: Prepared, values: Values) -> list[Any]:
        """The rows for one."""
        statement, make = await self._statement(prepared.alone.sql, prepared, 0)
        return list(map(make, await statement.fetch(*values)))

    async def many(self, prepared: Prepared, many: Sequence[Values]) -> list[list[Any]]:
        """The rows for each, in one round trip where the statement allows it."""
        merged = prepared.merged
        if len(many) == 1 or merged is None:
            return [await self.one(prepared, values) for values in many]
        statement, make = await self._statement(merged.sql, prepared, 1)
        found: list[list[Any]] = [[] for _ in many]
        for row in await statement.fetch(*merged.values(many)):
            found[row[0] - 1].append(make(row[1:]))
        return found

    def cut(self) -> None:
        """Leave the connection as it is, without a word."""
        if self._connection is not None:
            self._connection.terminate()
        self._forget()

    async def close(self) -> None:
        """Take leave of the server."""
        if self._connection is not None:
            try:
                await self._connection.close(timeout=CLOSE_S)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self._connection.terminate()
        self._forget()

    def _forget(self) -> None:
        self._connection = None
        self._statements = {}

    async def _statement(self, sql: str, prepared: Prepared, skipped: int) -> tuple[Any, Make]:
        if not self.open:
            self._forget()
            self._connection = await asyncpg.connect(**self._options)
        known = self._statements.get(sql)
        if known is None:
            assert self._connection is not None
            statement = await self._connection.prepare(sql)
            kinds = [attribute.type.oid for attribute in statement.get_attributes()[skipped:]]
            known = self._statements[sql] = statement, prepared.alone.maker(kinds)
        return known


class PostgresqlReader:
    """Reads of one database, on connections of their own; `options` are asyncpg's, and everybody has an answer within the limit."""

    def __init__(self, options: Mapping[str, Any], *, lanes: int = LANES, limits: Limits = LIMITS) -> None:
        given_up = str(int(limits.read * 1000))  # by the server, too
        settings = {**options.get("server_settings", {}), **SETTINGS, "statement_timeout": given_up}
        ours = {**options, "timeout": limits.connect, "server_settings": settings}
        self._limit = limits.read
        self._lanes = [Lane(ours) for _ in range(lanes)]
        self._free = list(self._lanes)
        self._waiting: dict[Prepared, list[_Asked]] = {}
        self._called = False  # a lane, for those who wait
        self._closed = False
        self._under_way: set[asyncio.Task[None]] = set()

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> list[Any]:
        """The rows of one statement, which sees everything committed before. Raises DatabaseAway, and the driver's error for a
        statement that is wrong."""
        if self._closed:
            raise DatabaseAway("closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        asked = _Asked(prepared.alone.values(params), answer, loop.time() + self._limit)
        self._waiting.setdefault(prepared, []).append(asked)
        if self._free and not self._called:
            self._called = True
            loop.call_soon(self._leave)
        return await answer

    async def close(self) -> None:
        """Give the connections back, once everybody has been answered."""
        self._closed = True
        while self._called or self._under_way:
            await asyncio.sleep(0)
            await asyncio.gather(*self._under_way)
        for lane in self._lanes:
            await lane.close()

    def _leave(self) -> None:
        """A free lane for each statement for which somebody waits."""
        self._called = False
        for _ in range(min(len(self._free), len(self._waiting))):
            task = asyncio.create_task(self._drive(self._free.pop()))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _drive(self, lane: Lane) -> None:
        """Take those who wait, who came first first, until nobody does."""
        while self._waiting:
            prepared, waiting = next(iter(self._waiting.items()))
            del self._waiting[prepared]
            if rest := waiting[MOST:]:
                self._waiting[prepared] = rest
            if batch := [asked for asked in waiting[:MOST] if not asked.answer.done()]:
                await self._answer(lane, prepared, batch)
        self._free.append(lane)

    async def _answer(self, lane: Lane, prepared: Prepared, batch: Sequence[_Asked]) -> None:
        """Answers or errors for all of them."""
        found: Sequence[list[Any] | Exception]
        try:
            async with asyncio.timeout_at(batch[0].deadline):
                found = await _found(lane, prepared, [asked.values for asked in batch])
        except Exception as problem:
            lane.cut()
            found = [_away(problem) for _ in batch]
        for asked, rows in zip(batch, found, strict=True):
            if asked.answer.done():
                continue
            if isinstance(rows, Exception):
                asked.answer.set_exception(rows)
            else:
                asked.answer.set_result(rows)


async def _found(lane: Lane, prepared: Prepared, many: Sequence[Values]) -> Sequence[list[Any] | Exception]:
    """Rows or an error for each. Raises what is wrong with the connection."""
    known = lane.open
    try:
        return await lane.many(prepared, many)
    except Exception as problem:
        lost = _lost(lane, problem)
        if lost and not known:
            raise
        if not lost and len(many) == 1:
            return [problem]
    if lost:
        lane.cut()
        return await _found(lane, prepared, many)
    return [await _alone(lane, prepared, values) for values in many]


async def _alone(lane: Lane, prepared: Prepared, values: Values) -> list[Any] | Exception:
    try:
        return await lane.one(prepared, values)
    except Exception as problem:
        if _lost(lane, problem):
            raise
        return problem


def _lost(lane: Lane, problem: Exception) -> bool:
    """Whether a new connection would do better. The server's tables may have changed under a prepared statement."""
    return not lane.open or isinstance(problem, (OSError, *STALE))


def _away(problem: Exception) -> DatabaseAway:
    away = DatabaseAway(f"{type(problem).__name__}: {problem}")
    away.__cause__ = problem
    return away
