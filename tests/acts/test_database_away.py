"""A database that goes away: one clear error in time, what it says about the commit is true, and the next unit of work is well."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from models.base.db import City, Database, Work
from models.base.errors import DatabaseAway, OutcomeUnknown
from models.base.leases import slots
from models.base.prepared import Prepared
from tests.conftest import START, FixedClock
from tests.databases import on_postgresql, on_sqlite
from tests.proxy import Wire, proxied_database

pytestmark = pytest.mark.usefixtures("database_url")
ONE = Prepared(select(literal(1).label("one")))


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    async with proxied_database(database_url) as found:
        yield found


@pytest.fixture
async def through(
    wire: tuple[Wire, str], city: City, civic: FixedClock, wall: FixedClock
) -> AsyncIterator[Database]:
    """The database at the end of that wire."""
    database = Database(wire[1], city=city, civic=civic, wall=wall)
    yield database
    await database.close()


async def enter(work: Work, job: str) -> None:
    await work.run(insert(slots).values(job=job, slot=START, ran_at=START))


async def entered(database: Database) -> list[str]:
    async with database.read() as work:
        return [row.job for row in await work.all(select(slots.c.job).order_by(slots.c.job))]


async def is_well(database: Database) -> None:
    """Writes and both kinds of reads."""
    async with database.begin("system:test") as work:
        await enter(work, "well")
    async with database.read() as work:
        assert await work.all(ONE) == [(1,)]
    assert "well" in await entered(database)


async def driver(work: Work) -> Any:
    return (await work.writing.get_raw_connection()).driver_connection


@on_postgresql
async def test_a_server_that_turns_away(wire: tuple[Wire, str], through: Database):
    wire[0].away()
    with pytest.raises(DatabaseAway):
        async with through.begin("system:test"):
            pass
    async with through.read() as work:
        for statement in (ONE, ONE.statement):
            with pytest.raises(DatabaseAway):
                await work.all(statement)
    wire[0].mend()
    await is_well(through)


@on_postgresql
async def test_a_server_that_is_silent_from_the_start(wire: tuple[Wire, str], through: Database):
    wire[0].silence()
    with pytest.raises(DatabaseAway):
        async with through.begin("system:test"):
            pass
    async with through.read() as work:
        for statement in (ONE, ONE.statement):
            with pytest.raises(DatabaseAway):
                await work.all(statement)
    wire[0].mend()
    await is_well(through)


@on_postgresql
@pytest.mark.parametrize("within", [pytest.param(False, id="statement"), pytest.param(True, id="savepoint")])
@pytest.mark.parametrize("silent", [pytest.param(False, id="cut"), pytest.param(True, id="silent")])
async def test_what_is_lost_before_the_commit_did_not_happen(
    wire: tuple[Wire, str], through: Database, database: Database, silent: bool, within: bool
):
    async def unit() -> None:
        async with through.begin("system:test", patience=0.5) as work:
            await enter(work, "first")
            wire[0].silence() if silent else wire[0].cut()
            if not within:
                await enter(work, "second")
            async with work.attempt():
                await enter(work, "second")

    with pytest.raises(DatabaseAway):
        await unit()
    wire[0].mend()
    assert await entered(database) == []
    await is_well(through)


@on_postgresql
async def test_a_connection_known_to_be_lost_is_not_committed_on(
    wire: tuple[Wire, str], through: Database, database: Database
):
    async def unit() -> None:
        async with through.begin("system:test") as work:
            await enter(work, "first")
            wire[0].cut()
            while not (await driver(work)).is_closed():
                await asyncio.sleep(0)

    with pytest.raises(DatabaseAway):
        await unit()
    assert await entered(database) == []


@on_postgresql
@pytest.mark.parametrize(
    "arrives", [pytest.param(True, id="it arrived"), pytest.param(False, id="it did not")]
)
async def test_a_commit_without_an_answer_may_have_happened_or_not(
    wire: tuple[Wire, str], through: Database, database: Database, arrives: bool
):
    async def unit() -> None:
        async with through.begin("system:test") as work:
            await enter(work, "first")
            work.nudges.add("outbox")
            wire[0].lose(b"COMMIT", after=arrives)

    with pytest.raises(OutcomeUnknown):
        await unit()
    assert through.sleeper("outbox").is_set()
    assert await entered(database) == (["first"] if arrives else [])
    await is_well(through)


@on_postgresql
async def test_a_commit_into_silence_is_given_up(wire: tuple[Wire, str], through: Database):
    async def unit() -> None:
        async with through.begin("system:test", patience=0.5) as work:
            await enter(work, "first")
            wire[0].silence()

    with pytest.raises(OutcomeUnknown):
        await unit()
    wire[0].mend()
    await is_well(through)


@on_postgresql
async def test_a_read_on_a_connection_that_was_cut_is_read_again(wire: tuple[Wire, str], through: Database):
    assert await entered(through) == []
    for _ in range(3):
        wire[0].cut()
        assert await entered(through) == []


@on_postgresql
async def test_a_connection_that_the_server_closed_meanwhile_is_not_handed_out(
    wire: tuple[Wire, str], through: Database
):
    """Without asking the server each time whether it is still there."""
    async with through.begin("system:test") as work:
        await enter(work, "first")
        connection = await driver(work)
    wire[0].cut()
    while not connection.is_closed():
        await asyncio.sleep(0)
    await is_well(through)


@on_postgresql
async def test_nothing_is_said_to_the_server_that_need_not_be(wire: tuple[Wire, str], through: Database):
    async def unit() -> None:
        async with through.begin("system:test") as work:
            await work.scalar(select(func.count()).select_from(slots))

    for act, turns in ((entered(through), 1), (unit(), 3)):  # a read; BEGIN, a read, COMMIT
        again = entered(through) if turns == 1 else unit()
        await act  # connects, prepares
        before = wire[0].turns
        await again
        assert wire[0].turns == before + turns


@on_postgresql
async def test_closing_does_not_wait_for_a_silent_server(wire: tuple[Wire, str], through: Database):
    await is_well(through)
    wire[0].silence()
    await through.close()


@on_postgresql
async def test_a_url_may_forbid_prepared_statements(
    wire: tuple[Wire, str], city: City, civic: FixedClock, wall: FixedClock
):
    """For a pooler in between that does not keep them: everything goes the plain way, and no statement has a name."""
    wire[0].lose(b"__asyncpg_stmt", after=False)
    database = Database(f"{wire[1]}?prepared_statement_cache_size=0", city=city, civic=civic, wall=wall)
    await is_well(database)
    await database.close()


async def test_other_errors_are_left_as_they_are(database: Database):
    async def fails() -> None:
        async with database.begin("system:test") as work:
            await enter(work, "first")
            raise ValueError("mine")

    async def twice() -> None:
        async with database.begin("system:test") as work:
            await enter(work, "first")
            await enter(work, "first")

    with pytest.raises(ValueError, match="mine"):
        await fails()
    with pytest.raises(IntegrityError):
        await twice()
    assert await entered(database) == []


@on_sqlite
async def test_a_file_that_somebody_else_keeps(
    database: Database, database_url: str, city: City, civic: FixedClock
):
    other = Database(database_url, city=city, civic=civic, wall=civic)
    async with other.begin("system:other") as work:
        await enter(work, "theirs")
        with pytest.raises(DatabaseAway, match="locked"):
            async with database.begin("system:test"):
                pass
    await other.close()
    assert await entered(database) == ["theirs"]
