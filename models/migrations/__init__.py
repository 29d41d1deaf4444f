"""Alembic, from the first table: bring a database up to date, or tell whether it is.

During an upgrade processes of the version before work on the new schema, so a revision only adds: what old code writes and reads goes
on working. What takes away comes in a later release, when no process uses it any more, and says so in its name: the revision
`0009_from_0007` serves code that knows 0007 or more, and so does every revision after it until one says a later number. That much an
old process can tell of a revision that it has never seen.
"""

import re
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from models.base.db import Work

HEAD = "head"
NUMBERED = re.compile(r"(\d{4})(?:_from_(\d{4}))?")


LOCK_SECONDS = 3  # everybody else waits behind a migration that waits for a table
LOCK_NOT_AVAILABLE = "55P03"


class CannotMigrate(Exception):
    """Nothing was changed; the message says why, and what to do."""


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, on a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def upgrade(url: str, revision: str = HEAD) -> None:
    """Migrate the database at `url`. A newer schema that serves this version stays as it is. Raises CannotMigrate."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            await connection.run_sync(_upgrade, revision)
    except DBAPIError as problem:
        if getattr(problem.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise CannotMigrate("a table is in use (by a dump, say); try again when that has ended") from problem
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, to: str) -> None:
    found, known = revision(connection), str(head())
    if not newer(found, known):
        command.upgrade(configuration(connection), to)
    elif not serves(found, known):
        raise CannotMigrate(f"the schema is {found}, and this version knows {known}: start the newer version")


async def downgrade(url: str, revision: str) -> None:
    """Migrate back."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), revision))
    await engine.dispose()


@cache
def head() -> str | None:
    """The newest revision there is (reads the folder, once)."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def revision(connection: Connection) -> str | None:
    """The revision this database is at."""
    return MigrationContext.configure(connection).get_current_revision()


def newer(found: str | None, known: str) -> bool:
    """Whether the schema at revision `found` was made by a later version than one that knows `known`."""
    return NUMBERED.fullmatch(found or "") is not None and str(found)[:4] > known[:4]


def serves(found: str | None, known: str) -> bool:
    """Whether code that knows `known` can work on the schema at revision `found`: its own, or a newer one that says so."""
    match = NUMBERED.fullmatch(found or "")
    return found == known or (newer(found, known) and match is not None and (match[2] or "0001") <= known[:4])


async def revision_of(work: Work) -> str | None:
    """The same, within a unit of work."""
    found: str | None = await work.scalar(text("SELECT version_num FROM alembic_version"))
    return found
