"""How far the post is behind, as an operator watches it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.base.db import Database
from models.post import outbox, waiting
from models.post.notices import Kind
from models.post.tables import outbox as rows
from tests.conftest import FixedClock

NEWS = Kind("news")
LEASE = timedelta(minutes=1)


async def queue(database: Database, subject: str, after: timedelta = timedelta(0)) -> None:
    async with database.begin("system:test") as work:
        await outbox.queue(work, NEWS, subject=subject, once="1", due_at=work.now + after)


async def claim(database: Database) -> None:
    async with database.begin("system:delivery") as work:
        await outbox.claim(work, limit=10, lease=LEASE)


async def look(database: Database) -> tuple[int, float]:
    async with database.read() as work:
        seen = await waiting.waiting(work)
        return seen.count, seen.oldest_seconds


async def test_nothing_waits_in_an_empty_post(database: Database) -> None:
    assert await look(database) == (0, 0.0)


async def test_what_is_due_waits_and_the_oldest_tells_for_how_long(
    database: Database, civic: FixedClock
) -> None:
    await queue(database, "case 1")
    await queue(database, "case 2", timedelta(seconds=40))
    await queue(database, "case 3", timedelta(hours=14))
    civic.move(seconds=60)
    assert await look(database) == (2, 60.0)


async def test_what_is_being_sent_does_not_wait_but_what_was_left_lying_does(
    database: Database, civic: FixedClock, wall: FixedClock
) -> None:
    await queue(database, "case 1")
    await claim(database)
    assert await look(database) == (0, 0.0)
    for clock in (civic, wall):
        clock.move(seconds=61)
    assert await look(database) == (1, 61.0)


@pytest.mark.parametrize("state", ["sent", "delivered", "dropped", "failed"])
async def test_what_came_to_an_end_does_not_wait(database: Database, state: str) -> None:
    await queue(database, "case 1")
    async with database.begin("system:test") as work:
        await work.run(update(rows).values(state=state))
    assert await look(database) == (0, 0.0)


async def test_counting_stops_at_a_limit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 2)
    for number in range(4):
        await queue(database, f"case {number}")
    assert (await look(database))[0] == 2
