"""Connections to a database that may go away at any moment: how long it is waited for, and what is said then.

Reaching it is bounded, and so is every statement, the commit included: a connection on which PostgreSQL is silent for as long as the
unit of work has patience is cut. Whoever asked has an error at once, instead of one more question to a server that hangs. Cut before
the commit was sent, nothing is committed (DatabaseAway); cut after, nobody here can know (OutcomeUnknown).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction
from sqlalchemy.sql.base import Executable

from models.base.errors import DatabaseAway, OutcomeUnknown
from models.base.limits import Limits
from models.base.merging import Reader
from models.base.prepared import Prepared

CLOSE_S = 3.0
UNREACHED = (OSError, DBAPIError, PoolExhausted)
OF_A_LOST_ONE = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Watch:
    """Within `with`, PostgreSQL is waited for no longer than `patience` seconds. SQLite is not away, and has its own limit."""

    def __init__(self, connection: AsyncConnection, patience: float) -> None:
        self.silent = False  # and therefore cut
        self._patience = patience
        self._driver = _driver(connection)
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        if self._driver is not None:
            self._timer = asyncio.get_running_loop().call_later(self._patience, self._cut)

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def lost(self) -> bool:
        """Whether there is nobody at the other end, as far as can be told without asking."""
        return self._driver is not None and bool(self._driver.is_closed())

    def _cut(self) -> None:
        self.silent = True
        if self._driver is not None:
            self._driver.terminate()


class ReadConnection:
    """What a reading unit of work runs on: prepared statements go to the merging reader, others to a connection that is opened when
    one is first needed. A connection that turns out to be lost is replaced, once: reading twice is harmless."""

    def __init__(self, engine: AsyncEngine, reader: Reader | None, limits: Limits) -> None:
        self._engine = engine
        self._reader = reader
        self._limits = limits
        self._connection: AsyncConnection | None = None

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> Sequence[Any]:
        """The rows of a prepared statement."""
        if self._reader is not None and prepared.fixed:
            return await self._reader.rows(prepared, params)
        rows: Sequence[Any] = (await self.execute(prepared.statement, params)).all()
        return rows

    async def execute(self, statement: Executable, params: Any = None, *, again: bool = True) -> Any:
        """Any other statement, on its own. Raises DatabaseAway."""
        if self._connection is None:
            self._connection = await reach(self._engine, self._limits)
        watch = Watch(self._connection, self._limits.statement)
        try:
            with watch:
                return await self._connection.execute(statement, params)
        except OF_A_LOST_ONE as problem:
            if not watch.lost:
                raise
            await self.close()
            if watch.silent or not again:
                raise _away(problem) from problem
        return await self.execute(statement, params, again=False)

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


@asynccontextmanager
async def transaction(engine: AsyncEngine, limits: Limits) -> AsyncIterator[tuple[AsyncConnection, Watch]]:
    """A transaction, committed at the end, rolled back by any exception. Raises DatabaseAway and OutcomeUnknown."""
    connection = await reach(engine, limits)
    watch = Watch(connection, limits.statement)
    try:
        begun = await _begun(connection)
        try:
            yield connection, watch
        except BaseException as problem:
            with watch, suppress(*OF_A_LOST_ONE):
                await begun.rollback()
            if watch.lost and isinstance(problem, OF_A_LOST_ONE):
                raise _away(problem) from problem
            raise
        await _commit(begun, watch)
    finally:
        if watch.lost and not connection.invalidated:
            await connection.invalidate()
        await connection.close()


async def reach(engine: AsyncEngine, limits: Limits) -> AsyncConnection:
    """A connection. Raises DatabaseAway when none is to be had."""
    limit = None if engine.dialect.name == "sqlite" else limits.reach
    try:
        async with asyncio.timeout(limit):
            return await engine.connect()
    except UNREACHED as problem:
        raise _away(problem) from problem


async def dispose(engine: AsyncEngine) -> None:
    """Close the connections of a pool, but do not wait for a server that does not answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            await engine.dispose()


async def _begun(connection: AsyncConnection) -> AsyncTransaction:
    """PostgreSQL hears of it with the first statement; SQLite gets its BEGIN, and may find that somebody else keeps the file."""
    try:
        return await connection.begin()
    except OperationalError as problem:
        raise _away(problem) from problem


async def _commit(begun: AsyncTransaction, watch: Watch) -> None:
    if watch.lost:
        raise DatabaseAway("the connection was lost before the commit")
    try:
        with watch:
            await begun.commit()
    except OF_A_LOST_ONE as problem:
        if watch.lost:
            raise OutcomeUnknown(f"{type(problem).__name__}: {problem}") from problem
        raise


def _driver(connection: AsyncConnection) -> Any:
    """PostgreSQL's connection below, or None."""
    below = connection.sync_connection
    found = below.connection.driver_connection if below is not None else None
    return found if isinstance(found, asyncpg.Connection) else None


def _away(problem: BaseException) -> DatabaseAway:
    return DatabaseAway(f"{type(problem).__name__}: {problem}")
