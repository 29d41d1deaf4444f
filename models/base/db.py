"""The database and the unit of work.

    async with database.begin("citizen:42") as work:   one writing transaction: all of it or nothing
    async with database.read() as work:                statements on their own, nothing held

A unit of work carries its instants, so that everything in it happens at one time. Both raise DatabaseAway when the database is not
there, `begin` also OutcomeUnknown when it went away in the commit; `patience` is for how many seconds a statement is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
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
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.base import Executable

from models.base.calendar import Calendar
from models.base.clock import Civic, Wall
from models.base.connections import ReadConnection, dispose, transaction
from models.base.crypto import Links, Vault
from models.base.engines import engines, merging_reader
from models.base.errors import OutcomeUnknown
from models.base.ids import Ids
from models.base.limits import LIMITS, Limits
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

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """asyncpg gives them as they are meant."""
        del coltype
        return _from_sqlite if dialect.name == "sqlite" else None


@dataclass(frozen=True)
class City:
    """What every rule of this city leans on. `evidence_hosts`: where the police keep pictures themselves, by https only."""

    tariff: Tariff
    calendar: Calendar
    vault: Vault
    links: Links
    ids: Ids
    public_url: str
    evidence_hosts: frozenset[str] = frozenset()

    @cached_property
    def figures(self) -> Mapping[str, Any]:
        """The tariff's figures that sentences may name."""
        return figures(self.tariff)


@dataclass(slots=True)
class Work:
    """One unit of work. `now` is civic, `wall` UTC; `actor` is who does it (`citizen:7`, `system:overdue`, `api:K3`)."""

    connection: AsyncConnection | ReadConnection
    city: City
    actor: str
    now: datetime
    wall: datetime
    nudges: set[str] = field(default_factory=set)
    watch: AbstractContextManager[None] = field(default_factory=nullcontext)

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
        with self.watch:
            return await self.connection.execute(statement, params)  # type: ignore[return-value,unused-ignore]

    async def run_many(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute one statement for many rows."""
        if rows:
            with self.watch:
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
        with self.watch:
            part = await self.writing.begin_nested()
        try:
            yield
        except BaseException:
            with self.watch, suppress(SQLAlchemyError):  # what went wrong first is what is told
                await part.rollback()
            raise
        with self.watch:
            await part.commit()

    def seal(self, text: str, column: str) -> str:
        return self.city.vault.seal(text, column)

    def open(self, sealed: str, column: str) -> str:
        return self.city.vault.open(sealed, column)

    def index(self, text: str, column: str) -> bytes:
        return self.city.vault.index(text, column)


class Reading:
    """`async with` around a reading unit of work: nothing begins, and at the end a connection goes back if one was needed. (Written out:
    a generator would cost 3 of the 5 microseconds, for each message.)"""

    __slots__ = ("_connection", "_work")

    def __init__(self, work: Work, connection: ReadConnection) -> None:
        self._work = work
        self._connection = connection

    async def __aenter__(self) -> Work:
        return self._work

    async def __aexit__(self, *problem: object) -> None:
        await self._connection.close()


class Database:
    """Opens units of work, and tells sleepers (`nudge`) after a commit that there is something for them. Whoever opens one database
    again and again may keep its `engines`, and with them what they compiled."""

    def __init__(
        self,
        url: str,
        *,
        city: City,
        civic: Civic,
        wall: Wall,
        limits: Limits = LIMITS,
        engines: Callable[[str, Limits], tuple[AsyncEngine, AsyncEngine]] = engines,
    ) -> None:
        self.city = city
        self.civic = civic
        self.wall = wall
        self._reader, self._writer = engines(url, limits)
        self._merging = merging_reader(self._writer, limits)
        self._limits = limits
        self._sleepers: dict[str, asyncio.Event] = {}

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @asynccontextmanager
    async def begin(
        self, actor: str, *, now: datetime | None = None, patience: float | None = None
    ) -> AsyncIterator[Work]:
        """A writing unit of work, committed at the end, rolled back by any exception. `now` is given by jobs that run for a slot."""
        nudges: set[str] = set()
        try:
            async with transaction(self._writer, self._patient(patience)) as (connection, watch):
                moment = now or self.civic.now()
                yield Work(connection, self.city, actor, moment, self.wall.now(), nudges, watch)
        except OutcomeUnknown:
            self._wake(nudges)  # it may have happened
            raise
        self._wake(nudges)

    def read(self, *, patience: float | None = None) -> "Reading":
        """Reads only, each statement on its own."""
        connection = ReadConnection(self._reader, self._merging, self._patient(patience))
        return Reading(Work(connection, self.city, "reader", self.civic.now(), self.wall.now()), connection)

    def sleeper(self, name: str) -> asyncio.Event:
        """Set after each commit whose unit of work nudged `name`."""
        return self._sleepers.setdefault(name, asyncio.Event())

    @property
    def in_use(self) -> int:
        """Connections of the pools that somebody holds at this moment."""
        pools = {engine.pool for engine in (self._reader, self._writer)}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    async def close(self) -> None:
        """Give the connections back."""
        if self._merging:
            await self._merging.close()
        for engine in {self._reader, self._writer}:
            await dispose(engine)

    def _patient(self, patience: float | None) -> Limits:
        return self._limits if patience is None else replace(self._limits, statement=patience)

    def _wake(self, names: Iterable[str]) -> None:
        for name in names:
            self.sleeper(name).set()


def _from_sqlite(value: str | None) -> datetime | None:
    """It knows no zones; what went in is UTC."""
    return datetime.fromisoformat(f"{value}+00:00") if value is not None else None
