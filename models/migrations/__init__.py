"""Alembic, from the first table: bring a database up to date, or tell whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from models.base.db import Work

HEAD = "head"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, on a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def upgrade(url: str, revision: str = HEAD) -> None:
    """Migrate the database at `url`."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(configuration(sync), revision))
    await engine.dispose()


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


async def revision_of(work: Work) -> str | None:
    """The same, within a unit of work."""
    found: str | None = await work.scalar(text("SELECT version_num FROM alembic_version"))
    return found
