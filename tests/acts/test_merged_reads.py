"""Reads that arrive together go to SQLite together; the plain way is their oracle."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, literal, select

from models.base.db import Database
from models.base.merging import MergingReader
from models.base.prepared import Prepared
from models.identity import store as identity
from models.identity.tables import people as people_table
from models.violations import store as violations
from tests.conftest import START
from tests.helpers import LI_PLATE, WANG_PLATE, Town, decided_case, recorded_case

STATEMENTS = [
    pytest.param(violations.OPEN_OF, {"person": 1}, id="open cases"),
    pytest.param(violations.OPEN_OF, {"person": 99}, id="of nobody"),
    pytest.param(violations.BY_NUMBER, {"number": "000000000000"}, id="no such case"),
    pytest.param(identity.CONTACT, {"person": 2}, id="a contact, joined and counted"),
    pytest.param(identity.ACCOUNT, {"openid": "o-nobody"}, id="no account"),
]


async def fill(database: Database, people: Town) -> None:
    async with database.begin("api:cameras") as work:
        await recorded_case(work, "R1", plate=LI_PLATE)
        await decided_case(work, people.li_ming, "R2", plate=LI_PLATE)
        await recorded_case(work, "R3", plate=WANG_PLATE)


@pytest.mark.parametrize(("prepared", "params"), STATEMENTS)
async def test_merged_and_plain_reads_agree(
    database: Database, people: Town, prepared: Prepared, params: dict[str, object]
):
    await fill(database, people)
    async with database.begin("oracle") as work:
        plain = [row._asdict() for row in await work.all(prepared, params)]
    async with database.read() as work:
        assert [row._asdict() for row in await work.all(prepared, params)] == plain


async def test_each_of_many_readers_gets_its_own_answer(database: Database, people: Town):
    async def phone(person: int) -> str | None:
        async with database.read() as work:
            return (await identity.contact(work, person)).phone

    ids = [people.li_ming, people.wang_fang, people.chen_xiao] * 40
    phones = await asyncio.gather(*(phone(person) for person in ids))
    assert phones == ["13800000001", "13800000002", "13800000003"] * 40


async def test_a_read_sees_what_was_committed_before_it(database: Database, people: Town):
    for number in range(5):
        async with database.begin("api:cameras") as work:
            await recorded_case(work, f"R{number}")
        async with database.read() as work:
            assert len(await violations.open_cases(work, people.li_ming)) == number + 1


async def test_what_goes_wrong_is_the_askers_alone(database: Database, people: Town):
    """One reader's error, or its leaving, is nobody else's."""
    broken = Prepared(select(people_table.c.id).where(people_table.c.id == bindparam("person")))
    broken.plan.sql = "SELECT nonsense"

    async def ask(prepared: Prepared) -> int:
        async with database.read() as work:
            return len(await work.all(prepared, {"person": people.li_ming}))

    leaving = asyncio.create_task(ask(violations.OPEN_OF))
    answers = asyncio.gather(ask(broken), ask(violations.OPEN_OF), return_exceptions=True)
    await asyncio.sleep(0)
    leaving.cancel()
    problem, cases = await answers
    assert isinstance(problem, Exception)
    assert cases == 0


@pytest.mark.parametrize("params", [{"persn": 1}, {}, {"person": 1, "more": 2}])
async def test_parameters_are_the_statements_own_and_all_of_them(
    database: Database, people: Town, params: dict[str, int]
):
    """A forgotten one would be NULL, and find nobody."""
    async with database.read() as work:
        with pytest.raises(KeyError):
            await work.all(violations.OPEN_OF, params)


async def test_a_file_that_cannot_be_opened_is_an_error_for_each_and_tried_again(tmp_path: Path):
    file = tmp_path / "later" / "shimin.db"
    reader = MergingReader(str(file), 100)
    plan = Prepared(select(literal(1).label("one"))).plan
    for _ in range(2):
        with pytest.raises(sqlite3.Error):
            await reader.rows(plan, {})
    file.parent.mkdir()
    assert [row.one for row in await reader.rows(plan, {})] == [1]
    await asyncio.to_thread(reader.close)


async def test_nothing_is_written_in_a_reading_unit(database: Database, people: Town):
    async with database.read() as work:
        with pytest.raises(TypeError):
            await work.insert_new(people_table, {"born_on": START.date() - timedelta(days=1)})
