"""Databases before their first table, and at any revision."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from models.base.db import City, Database
from tests.conftest import FixedClock
from tests.databases import SQLITE, created, dropped, written

# Seconds for a statement: what takes milliseconds may take many on a busy machine.
LONG = 60.0
Fresh = Callable[[], Awaitable[str]]
Opened = Callable[[str], Database]


@pytest.fixture(autouse=True)
def migrations_read_files(loop_never_blocks: BlockBuster) -> None:
    """Alembic and the backup's tools have the loop for themselves."""
    loop_never_blocks.deactivate()


@pytest.fixture
async def fresh(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> AsyncIterator[Fresh]:
    """Makes databases without tables; gives the url of each."""
    async with AsyncExitStack() as stack:
        numbers = count(1)

        async def on_sqlite() -> str:
            return f"sqlite+aiosqlite:///{tmp_path / f'town-{next(numbers)}.db'}"

        async def on_postgresql() -> str:
            url = await created(server)
            stack.push_async_callback(dropped, server, url)
            return written(url)

        server = "" if dialect == SQLITE else request.getfixturevalue("postgresql")
        yield on_sqlite if dialect == SQLITE else on_postgresql


@pytest.fixture
async def opened(city: City, civic: FixedClock, wall: FixedClock) -> AsyncIterator[Opened]:
    """Opens a database in the tests' world; closed at the end."""
    async with AsyncExitStack() as stack:

        def open_at(url: str) -> Database:
            database = Database(url, city=city, civic=civic, wall=wall)
            stack.push_async_callback(database.close)
            return database

        yield open_at
