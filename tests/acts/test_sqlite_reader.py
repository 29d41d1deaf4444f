"""What is SQLite's own in reads that arrive together; the rest is in `test_merged_reads.py`."""

import asyncio
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any

import pytest
from sqlalchemy import bindparam, literal, select

from models.base.db import Database
from models.base.errors import DatabaseAway
from models.base.merging import SqliteReader
from models.base.prepared import Prepared
from models.identity.tables import people as people_table
from models.violations import store as violations
from tests.databases import on_sqlite
from tests.helpers import Town


async def found(database: Database, prepared: Prepared) -> list[Any]:
    """What person 1 finds."""
    async with database.read() as work:
        return list(await work.all(prepared, {"person": 1}))


@on_sqlite
async def test_what_goes_wrong_is_the_askers_alone(database: Database, people: Town):
    broken = Prepared(select(people_table.c.id).where(people_table.c.id == bindparam("person")))
    broken.plan.sql = "SELECT nonsense"
    asked = [found(database, prepared) for prepared in (broken, violations.OPEN_OF)]
    problem, rows = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(problem, OperationalError)
    assert rows == []


async def test_a_file_that_cannot_be_opened_is_an_error_for_each_and_tried_again(tmp_path: Path):
    file = tmp_path / "later" / "shimin.db"
    reader = SqliteReader(str(file), 100)
    one = Prepared(select(literal(1).label("one")))
    for _ in range(2):
        with pytest.raises(DatabaseAway):
            await reader.rows(one, {})
    file.parent.mkdir()
    assert [row.one for row in await reader.rows(one, {})] == [1]
    await reader.close()
