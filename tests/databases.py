"""Migrated databases without rows, one for each test, on both dialects.

SQLite: a file, copied anew. PostgreSQL: one database for each worker; emptying it takes 7 ms, cloning a template 35, truncating 20.
Each test finds its database at the same place, so that engines are kept, closed: to compile all statements again took a third of the
time of a test.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copy
from typing import Protocol
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import URL, make_url

from models.base.engines import engines
from models.migrations import upgrade
from models.schema import metadata

SQLITE, POSTGRESQL = "sqlite", "postgresql"
# Indirect: another fixture of the same name would leave what rests on the first one cached.
on_sqlite = pytest.mark.parametrize("dialect", [SQLITE], indirect=True, scope="session")
on_postgresql = pytest.mark.parametrize("dialect", [POSTGRESQL], indirect=True, scope="session")

OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
EMPTY = "".join(f"DELETE FROM {table.name};" for table in reversed(metadata.sorted_tables))
RESTART = "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences"


kept = cache(engines)


class Databases(Protocol):
    """Where a test gets its database from."""

    async def fresh(self) -> str:
        """The url of a migrated database without rows; the one before is gone. Many processes may share it."""
        ...


@dataclass(frozen=True)
class SqliteDatabases:
    """Copies of one migrated file, which lie beside it. Whoever still has the last one open does not meet the next."""

    migrated: Path

    async def fresh(self) -> str:
        file = self.migrated.with_name("shimin.db")
        for rest in ("", "-wal", "-shm"):
            file.with_name(f"{file.name}{rest}").unlink(missing_ok=True)
        return f"sqlite+aiosqlite:///{copy(self.migrated, file)}"


@dataclass(frozen=True)
class PostgresqlDatabases:
    """One database, emptied. Whatever is still connected to it is a leftover, and is put out first."""

    url: URL

    async def fresh(self) -> str:
        connection = await connect(self.url)
        await connection.execute(f"{OTHERS};{EMPTY}{RESTART}")
        await connection.close()
        return written(self.url)


async def made(server: str) -> URL:
    """A new database, migrated, on this server."""
    url = await created(server)
    await upgrade(written(url))
    return url


async def created(server: str) -> URL:
    """A new database without tables on this server."""
    name = f"shimin_test_{uuid4().hex[:12]}"
    connection = await connect(make_url(server))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    await connection.close()
    return make_url(server).set(database=name)


async def dropped(server: str, url: URL) -> None:
    """It is not needed any more, whoever is connected to it."""
    connection = await connect(make_url(server))
    await connection.execute(f"DROP DATABASE {url.database} WITH (FORCE)")
    await connection.close()


async def connect(url: URL) -> asyncpg.Connection:
    """A bare connection, for what no unit of work does."""
    return await asyncpg.connect(written(url.set(drivername="postgresql")))


def written(url: URL) -> str:
    """As settings have it, password included."""
    return url.render_as_string(hide_password=False)
