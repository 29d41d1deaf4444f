"""Who did what: a hash chain in which a changed, lost or reordered event is found, and an unsealed tail is reported."""

import sqlite3

import pytest
from sqlalchemy import Executable, delete, make_url, select, update

from models.base import audit
from models.base.audit import Verdict, events, links
from models.base.db import Database
from tests.databases import SQLITE, connect


@pytest.fixture
async def sealed(database: Database) -> Database:
    """Five sealed events."""
    async with database.begin("officer:1") as work:
        for number in range(1, 6):
            await audit.record(work, "case.read", f"case {number}", person_id=number, page="一")
        assert await audit.seal(work) == 5
    return database


async def verdict_after(database: Database, *tampering: Executable) -> Verdict:
    """What `verify` says once somebody with the database's keys in hand has changed it."""
    async with database.begin("intruder") as work:
        for statement in tampering:
            await work.run(statement)
    async with database.begin("officer:1") as work:
        return await audit.verify(work)


async def test_an_untouched_chain_verifies(sealed: Database):
    async with sealed.begin("officer:1") as work:
        assert await audit.verify(work) == Verdict(checked=5, broken_at=None, unsealed=0)


async def test_the_unsealed_tail_is_reported_and_sealed_next(sealed: Database):
    async with sealed.begin("officer:1") as work:
        for number in (6, 7):
            await audit.record(work, "case.read", f"case {number}")
        assert await audit.verify(work) == Verdict(checked=5, broken_at=None, unsealed=2)
        assert [await audit.seal(work) for _ in range(2)] == [2, 0]
        assert await audit.verify(work) == Verdict(checked=7, broken_at=None, unsealed=0)


async def test_many_events_are_sealed_and_verified_in_batches(database: Database):
    async with database.begin("officer:1") as work:
        for _ in range(501):
            await audit.record(work, "case.read", "case 1")
        assert [await audit.seal(work) for _ in range(3)] == [500, 1, 0]
        assert await audit.verify(work) == Verdict(checked=501, broken_at=None, unsealed=0)


async def test_nothing_to_seal(database: Database):
    async with database.begin("officer:1") as work:
        assert await audit.seal(work) == 0
        assert await audit.verify(work) == Verdict(0, None, 0)


async def test_an_event_names_its_actor_and_instant(sealed: Database):
    async with sealed.begin("officer:1") as work:
        event = await work.first(select(events))
        assert event is not None
        assert (event.actor, event.at, event.details) == ("officer:1", work.now, {"page": "一"})


def swap_links(first: int, second: int) -> list[Executable]:
    """Two events change places, their hashes with them."""
    return [
        update(links).where(links.c.number == first).values(number=1000),
        update(links).where(links.c.number == second).values(number=first),
        update(links).where(links.c.number == 1000).values(number=second),
    ]


THIRD = events.c.id == 3


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        pytest.param([update(events).where(THIRD).values(actor="officer:2")], 3, id="another actor"),
        pytest.param([update(events).where(THIRD).values(subject="case 9")], 3, id="another subject"),
        pytest.param([update(events).where(THIRD).values(person_id=9)], 3, id="another person"),
        pytest.param([update(events).where(THIRD).values(details={})], 3, id="other details"),
        pytest.param([update(links).where(links.c.number == 3).values(hash=bytes(32))], 3, id="another hash"),
        pytest.param(
            [update(links).where(links.c.number == 5).values(number=9)], 5, id="a gap in the numbers"
        ),
        pytest.param(swap_links(2, 4), 2, id="two events in the other order"),
        pytest.param(
            [delete(links).where(links.c.number == 3), delete(events).where(THIRD)], 3, id="an event deleted"
        ),
        pytest.param(
            [delete(links).where(links.c.number == 1), delete(events).where(events.c.id == 1)],
            1,
            id="the first one deleted",
        ),
    ],
)
async def test_tampering_is_found_where_it_begins(
    sealed: Database, tampering: list[Executable], broken_at: int
):
    verdict = await verdict_after(sealed, *tampering)
    assert (verdict.checked, verdict.broken_at) == (broken_at - 1, broken_at)


async def delete_with_a_tool(database_url: str, event_id: int) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == SQLITE:
        with sqlite3.connect(str(url.database)) as tool:
            tool.execute("DELETE FROM audit_events WHERE id = ?", (event_id,))
        tool.close()
        return
    connection = await connect(url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("DELETE FROM audit_events WHERE id = $1", event_id)
    await connection.close()


@pytest.mark.parametrize(
    "event_id", [pytest.param(3, id="in the middle"), pytest.param(5, id="the last one")]
)
async def test_an_event_that_is_gone_while_its_link_stays_is_found(
    sealed: Database, database_url: str, event_id: int
):
    """By a tool that does not keep foreign keys."""
    await delete_with_a_tool(database_url, event_id)
    async with sealed.begin("officer:1") as work:
        assert (await audit.verify(work)).broken_at == event_id
