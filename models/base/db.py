"""The database and the unit of work.

    async with database.begin("citizen:42") as work:   one writing transaction: all of it or nothing
    async with database.read() as work:                statements on their own, nothing held

SQLite has one writer: writing units queue for one connection and begin IMMEDIATE, readers never wait (WAL). On PostgreSQL both
come from one pool. A unit of work carries its instants, so that everything in it happens at one time.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Row,
    Table,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.base import Executable

from models.base.calendar import Calendar
from models.base.clock import Civic, Wall
from models.base.crypto import Links, Vault
from models.base.ids import Ids
from models.base.merging import MergingReader
from models.base.prepared import Prepared
from models.base.tariff import Tariff, figures

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Key = BigInteger().with_variant(Integer, "sqlite")
SQLITE_BUSY_MS = 3000  # well under the 5 s in which WeChat wants its answer


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC; SQLite knows no zones, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.replace(tzinfo=UTC) if value is not None else None


@dataclass(frozen=True)
class City:
    """What every rule of this city leans on."""

    tariff: Tariff
    calendar: Calendar
    vault: Vault
    links: Links
    ids: Ids
    public_url: str

    @cached_property
    def figures(self) -> Mapping[str, Any]:
        """The tariff's figures that sentences may name."""
        return figures(self.tariff)


class ReadConnection:
    """What a reading unit of work runs on: prepared statements go to the merging reader where there is one, others to a connection
    that is opened when one is first needed."""

    def __init__(self, engine: AsyncEngine, merging: MergingReader | None, stack: AsyncExitStack) -> None:
        self._engine = engine
        self._merging = merging
        self._stack = stack
        self._connection: AsyncConnection | None = None

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """The rows of a prepared statement."""
        if self._merging:
            return await self._merging.rows(prepared.plan, params)
        rows: Sequence[Row[Any]] = (await self.execute(prepared.statement, params)).all()
        return rows

    async def execute(self, statement: Executable, params: Any = None) -> Any:
        """Any other statement, on its own."""
        return await (await self.opened()).execute(statement, params)

    async def opened(self) -> AsyncConnection:
        """The connection, opened once."""
        if self._connection is None:
            self._connection = await self._stack.enter_async_context(self._engine.connect())
        return self._connection


@dataclass(slots=True)
class Work:
    """One unit of work. `now` is civic, `wall` UTC; `actor` is who does it (`citizen:7`, `system:overdue`, `api:K3`)."""

    connection: AsyncConnection | ReadConnection
    city: City
    actor: str
    now: datetime
    wall: datetime
    nudges: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        """The civic day."""
        return self.now.date()

    @property
    def writing(self) -> AsyncConnection:
        """The connection of a writing unit of work. Raises TypeError in a reading one."""
        if isinstance(self.connection, ReadConnection):
            raise TypeError("nothing is written in a reading unit of work")
        return self.connection

    async def run(self, statement: Executable, params: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Execute one statement."""
        return await self.connection.execute(statement, params)  # type: ignore[return-value,unused-ignore]

    async def run_many(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute one statement for many rows."""
        if rows:
            await self.writing.execute(statement, rows)

    async def first(
        self, statement: Executable | Prepared, params: Mapping[str, Any] | None = None
    ) -> Row[Any] | None:
        """The first row, or None."""
        if isinstance(statement, Prepared):
            rows = await self.all(statement, params)
            return rows[0] if rows else None
        return (await self.run(statement, params)).first()

    async def all(
        self, statement: Executable | Prepared, params: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """All rows."""
        if not isinstance(statement, Prepared):
            return (await self.run(statement, params)).all()
        if isinstance(self.connection, ReadConnection):
            return await self.connection.rows(statement, params or {})
        return (await self.run(statement.statement, params)).all()

    async def scalar(self, statement: Executable, params: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self.run(statement, params)).scalar()

    async def insert_new(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row unless one with its unique key is there; tells whether it was new. Waits for a twin in flight."""
        dialect_insert = sqlite.insert if self.writing.dialect.name == "sqlite" else postgresql.insert
        statement = dialect_insert(table).values(row).on_conflict_do_nothing()
        return bool((await self.run(statement)).rowcount)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part that may fail alone: an exception undoes what was written within, and goes on to the caller."""
        async with self.writing.begin_nested():
            yield

    def seal(self, text: str, column: str) -> str:
        return self.city.vault.seal(text, column)

    def open(self, sealed: str, column: str) -> str:
        return self.city.vault.open(sealed, column)

    def index(self, text: str, column: str) -> bytes:
        return self.city.vault.index(text, column)


class Database:
    """Opens units of work, and tells sleepers (`nudge`) after a commit that there is something for them."""

    def __init__(self, url: str, *, city: City, civic: Civic, wall: Wall) -> None:
        self.city = city
        self.civic = civic
        self.wall = wall
        self._reader, self._writer = _engines(url)
        self._merging = _merging_reader(self._writer)
        self._sleepers: dict[str, asyncio.Event] = {}

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @asynccontextmanager
    async def begin(self, actor: str, *, now: datetime | None = None) -> AsyncIterator[Work]:
        """A writing unit of work, committed at the end, rolled back by any exception. `now` is given by jobs that run for a slot."""
        async with self._writer.begin() as connection:
            work = Work(connection, self.city, actor, now or self.civic.now(), self.wall.now())
            yield work
        self._wake(work.nudges)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        """Reads only, each statement on its own."""
        async with AsyncExitStack() as stack:
            connection = ReadConnection(self._reader, self._merging, stack)
            yield Work(connection, self.city, "reader", self.civic.now(), self.wall.now())

    def sleeper(self, name: str) -> asyncio.Event:
        """Set after each commit whose unit of work nudged `name`."""
        return self._sleepers.setdefault(name, asyncio.Event())

    async def close(self) -> None:
        """Give the connections back."""
        if self._merging:
            await asyncio.to_thread(self._merging.close)
        for engine in {self._reader, self._writer}:
            await engine.dispose()

    def _wake(self, names: Iterable[str]) -> None:
        for name in names:
            self.sleeper(name).set()


def _engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """Reader and writer."""
    if not url.startswith("sqlite"):
        engine = create_async_engine(url, pool_size=20, max_overflow=20, pool_timeout=4)
        return engine.execution_options(isolation_level="AUTOCOMMIT"), engine
    reader = create_async_engine(url, isolation_level="AUTOCOMMIT", pool_size=8, max_overflow=0)
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=30)
    for engine in (reader, writer):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    return reader, writer


def _merging_reader(engine: AsyncEngine) -> MergingReader | None:
    """SQLite only: there a statement costs less than the way to it."""
    if engine.dialect.name != "sqlite":
        return None
    return MergingReader(str(engine.url.database), SQLITE_BUSY_MS)


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    del record
    connection.isolation_level = None  # the driver's own BEGIN would come too late
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_MS}",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
