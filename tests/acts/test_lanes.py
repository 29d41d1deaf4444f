"""Reads of PostgreSQL that arrive together: how many round trips they take, and that whatever goes wrong stays where it belongs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import ColumnClause, Integer, bindparam, column, func, literal_column, make_url, select, text

from models.base.db import Database
from models.base.errors import DatabaseAway
from models.base.lanes import PostgresqlReader
from models.base.limits import Limits
from models.base.prepared import Prepared
from models.identity.tables import people as people_table
from tests.databases import on_postgresql
from tests.helpers import Town
from tests.proxy import Wire, proxied_database

pytestmark = [on_postgresql]
PERSON = Prepared(select(people_table.c.id).where(people_table.c.id == bindparam("person")))
OTHER = Prepared(select(people_table.c.born_on).where(people_table.c.id == bindparam("person")))
SHARE = Prepared(select((6 / bindparam("among", type_=Integer)).label("share")))
SLEEPER = Prepared(select(func.pg_sleep(bindparam("seconds", type_=Integer)).label("slept")))
GONE = Prepared(select(literal_column("pg_terminate_backend(pg_backend_pid())", Integer).label("gone")))
Make = Callable[..., PostgresqlReader]


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    async with proxied_database(database_url) as found:
        yield found


@pytest.fixture
async def reader(wire: tuple[Wire, str]) -> AsyncIterator[Make]:
    """A reader on that wire, with this many lanes."""
    made = []

    def make(lanes: int = 1, limit: float = 60) -> PostgresqlReader:
        url = make_url(wire[1])
        options = {"host": url.host, "port": url.port, "user": url.username, "database": url.database}
        made.append(PostgresqlReader(options, lanes=lanes, limits=Limits(read=limit)))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def ids(reader: PostgresqlReader, *persons: Any) -> list[Any]:
    """Each person's id, asked for at once; or the error."""
    asked = (reader.rows(PERSON, {"person": person}) for person in persons)
    found = await asyncio.gather(*asked, return_exceptions=True)
    return [[row.id for row in rows] if isinstance(rows, list) else type(rows) for rows in found]


async def test_who_asks_the_same_at_once_shares_a_round_trip(
    wire: tuple[Wire, str], reader: Make, people: Town
):
    one = reader()
    await ids(one, 1)
    await ids(one, 1, 2)  # both texts are prepared now
    before = wire[0].turns
    assert await ids(one, *range(1, 101)) == [[1], [2], [3]] + [[]] * 97
    assert wire[0].turns == before + 1


async def test_two_statements_take_two_round_trips(wire: tuple[Wire, str], reader: Make, people: Town):
    one = reader()

    async def ask() -> None:
        same = [one.rows(PERSON, {"person": n}) for n in range(9)]
        await asyncio.gather(*same, *(one.rows(OTHER, {"person": n}) for n in range(9)))

    await ask()
    before = wire[0].turns
    await ask()
    assert wire[0].turns == before + 2


async def test_a_crowd_goes_in_several_batches(wire: tuple[Wire, str], reader: Make, people: Town):
    assert await ids(reader(), *[2] * 1000) == [[2]] * 1000


async def test_a_wrong_value_is_its_askers_error(reader: Make, people: Town):
    one = reader()
    found = await ids(one, 1, "one", 2)
    assert (found[0], found[2]) == ([1], [2])
    assert issubclass(found[1], Exception)
    assert not issubclass(found[1], DatabaseAway)


async def test_what_fails_in_the_server_is_its_askers_error(reader: Make):
    one = reader()
    asked = (one.rows(SHARE, {"among": among}) for among in (1, 0, 3))
    whole, none, third = await asyncio.gather(*asked, return_exceptions=True)
    assert [rows[0].share for rows in (whole, third) if isinstance(rows, list)] == [6, 2]
    assert "division by zero" in str(none)


async def test_another_lane_passes_a_slow_statement(reader: Make, people: Town):
    two = reader(lanes=2, limit=2)
    slow = asyncio.create_task(two.rows(SLEEPER, {"seconds": 600}))
    await asyncio.sleep(0)
    assert await ids(two, 1, 2) == [[1], [2]]
    slow.cancel()


async def test_a_connection_that_was_cut_is_opened_anew_unnoticed(
    wire: tuple[Wire, str], reader: Make, people: Town
):
    one = reader()
    assert await ids(one, 1, 2) == [[1], [2]]
    for _ in range(3):
        wire[0].cut()
        assert await ids(one, 1, 2) == [[1], [2]]


async def test_a_connection_that_is_lost_with_the_answer_is_asked_again(
    wire: tuple[Wire, str], reader: Make, people: Town
):
    one = reader()
    await ids(one, 1, 2)
    wire[0].lose(b"", after=True)
    assert await ids(one, 1, 2, 3) == [[1], [2], [3]]


async def test_a_server_that_ends_our_connection_each_time_is_away(reader: Make, people: Town):
    one = reader()
    await ids(one, 1)
    with pytest.raises(DatabaseAway):
        await one.rows(GONE, {})
    assert await ids(one, 1) == [[1]]


async def test_a_server_that_turns_away_is_an_error_for_each_until_it_is_back(
    wire: tuple[Wire, str], reader: Make, people: Town
):
    one = reader()
    wire[0].away()
    assert await ids(one, 1, 2) == [DatabaseAway] * 2
    wire[0].mend()
    assert await ids(one, 1, 2) == [[1], [2]]
    wire[0].away()
    assert await ids(one, 1, 2) == [DatabaseAway] * 2


@pytest.mark.parametrize(
    "connected", [pytest.param(True, id="while connected"), pytest.param(False, id="at first")]
)
async def test_a_server_that_falls_silent_is_an_error_for_each_in_time(
    wire: tuple[Wire, str], reader: Make, people: Town, connected: bool
):
    """Those included who wait while others are under way, and those who ask next."""
    one = reader(limit=0.5)
    if connected:
        assert await ids(one, 1, 2) == [[1], [2]]
    wire[0].silence()
    first = asyncio.create_task(ids(one, 1, 2))
    for _ in range(10):  # until they are under way
        await asyncio.sleep(0)
    second = asyncio.create_task(ids(one, 3, 4))
    assert await first + await second + await ids(one, 5) == [DatabaseAway] * 5
    wire[0].mend()
    assert await ids(one, 1, 2) == [[1], [2]]


async def test_closing_does_not_wait_for_a_silent_server(wire: tuple[Wire, str], reader: Make, people: Town):
    one = reader(limit=0.5)
    assert await ids(one, 1) == [[1]]
    wire[0].silence()
    last = asyncio.create_task(ids(one, 1))
    await asyncio.sleep(0)
    await one.close()
    assert await last == [DatabaseAway]
    assert await ids(one, 1) == [DatabaseAway]


async def test_a_table_that_changed_meanwhile_is_read_as_it_is(
    reader: Make, database: Database, people: Town
):
    """A migration under a running service: what was prepared before is prepared anew."""
    turn = bindparam("n", type_=Integer).label("n")
    mark: ColumnClause[Any] = column("mark")
    marks = Prepared(select(mark, turn).select_from(text("marks")))
    one = reader()

    async def change(*statements: str) -> None:
        async with database.begin("operator") as work:
            for statement in statements:
                await work.run(text(statement))

    await change(
        "DROP TABLE IF EXISTS marks", "CREATE TABLE marks (mark integer)", "INSERT INTO marks VALUES (1)"
    )
    try:
        assert await asyncio.gather(*(one.rows(marks, {"n": n}) for n in (1, 2))) == [[(1, 1)], [(1, 2)]]
        await change("ALTER TABLE marks ALTER mark TYPE text USING 'one'")
        assert await asyncio.gather(*(one.rows(marks, {"n": n}) for n in (1, 2))) == [
            [("one", 1)],
            [("one", 2)],
        ]
    finally:
        await change("DROP TABLE marks")
