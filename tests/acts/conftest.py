"""The small town, and one unit of work in it for tests in which no time passes."""

from collections.abc import AsyncIterator

import pytest

from models.base.db import Database, Work
from tests.helpers import Town, town


@pytest.fixture
async def people(database: Database) -> Town:
    """The town, entered."""
    return await town(database)


@pytest.fixture
async def work(database: Database, people: Town) -> AsyncIterator[Work]:
    """One writing unit of work; nothing else may write while it is open."""
    async with database.begin("officer:1") as work:
        yield work
