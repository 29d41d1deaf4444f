"""A database of a benchmark's own, on the server that `SHIMIN_BENCH_DATABASE_URL` names, dropped at the end."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import URL, make_url

from models.base.calendar import StateCalendar
from models.base.clock import CityCivic, Civic, SystemWall
from models.base.crypto import Links, Vault
from models.base.db import City, Database
from models.base.ids import Ids
from models.base.tariff import SHIPPED, load_tariff
from models.base.texts import read_all
from models.migrations import upgrade

Connect = Callable[[], Awaitable[asyncpg.Connection]]
SETTING = "SHIMIN_BENCH_DATABASE_URL"


def server() -> str:
    """The url of the server to measure on; ends the program when there is none."""
    url = os.environ.get(SETTING)
    if not url:
        sys.exit(f"set {SETTING} to a PostgreSQL server, as postgresql+asyncpg://USER@HOST:5432/postgres")
    return url


@asynccontextmanager
async def scratch(name: str, civic: Civic | None = None) -> AsyncIterator[tuple[Database, Connect]]:
    """A migrated, empty database, and how to connect to it without anything of ours."""
    there = make_url(server())
    own = there.set(database=f"{there.database}_{name}")
    await anew(there, str(own.database))
    await upgrade(own.render_as_string(hide_password=False))
    read_all()
    database = Database(
        own.render_as_string(hide_password=False),
        city=_city(),
        civic=civic or CityCivic(SystemWall()),
        wall=SystemWall(),
    )
    try:
        yield database, lambda: asyncpg.connect(_dsn(own))
    finally:
        await database.close()
        await drop(there, str(own.database))


def _city() -> City:
    vault = Vault({"b1": bytes(range(32))}, current="b1", index_key=bytes(32))
    links = Links(bytes(range(32, 64)))
    return City(load_tariff(SHIPPED), StateCalendar(), vault, links, Ids(), "https://shimin.test")


def _dsn(url: URL) -> str:
    """As asyncpg wants it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def anew(server: URL, name: str) -> None:
    """Make an empty database of this name, instead of one that may be there."""
    await drop(server, name)
    connection = await asyncpg.connect(_dsn(server))
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()


async def drop(server: URL, name: str) -> None:
    """With whoever is still connected to it."""
    connection = await asyncpg.connect(_dsn(server))
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()
