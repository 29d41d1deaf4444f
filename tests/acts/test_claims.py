"""Claiming in batches: a worker goes on where it was, and what came in behind it is found from the beginning; nothing is lost, nothing
claimed twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from models.base.db import Database
from models.post import outbox
from models.post.claims import Cursor
from models.post.notices import Channel, Kind, Notice
from tests.conftest import START, FixedClock

NEWS = Kind("news", channels=(Channel.SMS, Channel.CHAT))
TEXT = Kind("news")
LEASE = timedelta(minutes=1)
MINUTE = timedelta(minutes=1)


async def queue(database: Database, *drafts: tuple[str, int]) -> None:
    """Notices about these subjects, due for so many minutes."""
    async with database.begin("system:test") as work:
        await outbox.put_all(
            work,
            [outbox.Draft(TEXT, about, "1", due_at=START - age * MINUTE) for about, age in drafts],
        )


async def claim(database: Database, cursor: Cursor | None = None, limit: int = 10) -> list[Notice]:
    async with database.begin("system:delivery") as work:
        return await outbox.claim(work, limit=limit, lease=LEASE, cursor=cursor)


async def subjects(database: Database, cursor: Cursor | None = None, limit: int = 10) -> list[str]:
    return [notice.subject for notice in await claim(database, cursor, limit)]


async def rows(database: Database) -> list[Any]:
    async with database.read() as work:
        return list(await work.all(select(outbox.outbox).order_by(outbox.outbox.c.id)))


async def test_a_worker_goes_on_where_it_was(database: Database) -> None:
    await queue(database, ("a", 5), ("b", 4), ("c", 4), ("d", 3))
    cursor = Cursor()
    assert await subjects(database, cursor, 2) == ["a", "b"]
    assert (cursor.place, cursor.found) == ((START - 4 * MINUTE, 2), 2)
    assert await subjects(database, cursor, 2) == ["c", "d"]
    assert (await subjects(database, cursor, 2), cursor.found) == ([], 0)


async def test_what_came_in_behind_it_is_found_from_the_beginning(
    database: Database, wall: FixedClock
) -> None:
    """An older due time, and a lease that ran out."""
    await queue(database, ("a", 5))
    cursor = Cursor()
    await claim(database, cursor)
    await queue(database, ("older", 6), ("newer", 4))
    wall.move(minutes=2)
    assert await subjects(database, cursor) == ["newer"]
    cursor.place = None
    assert await subjects(database, cursor) == ["a", "older"]


async def test_of_many_that_are_due_at_the_same_moment_none_is_passed_over(database: Database) -> None:
    """A whole file is queued in one unit of work."""
    await queue(database, *((f"{number}", 1) for number in range(25)))
    cursor = Cursor()
    batches = [await subjects(database, cursor, 10) for _ in range(4)]
    assert [len(batch) for batch in batches] == [10, 10, 5, 0]
    assert sorted(chain(*batches), key=int) == [f"{number}" for number in range(25)]


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_lost_and_nothing_claimed_twice(
    database: Database, wall: FixedClock, seed: int
) -> None:
    """Two workers claim, give back, look back and die while notices of any age come in."""
    random = Random(seed)
    workers = [Cursor(), Cursor()]
    held: list[Notice] = []
    done: Counter[str] = Counter()
    queued = 0
    for _ in range(60):
        cursor, what = random.choice(workers), random.randrange(10)
        if what < 3:
            count = random.randint(1, 6)
            await queue(database, *((f"{queued + more}", random.randint(0, 50)) for more in range(count)))
            queued += count
        elif what == 3:
            cursor.place = None
        elif what == 4 and held:
            await give_back(database, [held.pop(random.randrange(len(held)))])
        elif what == 5:  # it dies with what it holds, and another goes on
            held.clear()
            wall.move(minutes=2)
        elif what < 8:
            held += await claim(database, cursor, random.randint(1, 7))
        else:
            done.update(await sent(database, held))
            held.clear()
    wall.move(minutes=2)
    while left := await claim(database):
        done.update(await sent(database, left))
    assert done == Counter({f"{number}": 1 for number in range(queued)})


async def sent(database: Database, notices: Sequence[Notice]) -> list[str]:
    """The subjects of those whose answer was news."""
    async with database.begin("system:delivery") as work:
        ours = await outbox.sent_all(work, [(notice, f"biz-{notice.id}") for notice in notices])
        return [notice.subject for notice in ours]


async def give_back(database: Database, notices: Sequence[Notice]) -> None:
    async with database.begin("system:delivery") as work:
        await outbox.give_back(work, notices)


async def test_many_are_recorded_as_sent_as_one_would_be(database: Database) -> None:
    await queue(database, ("a", 3), ("b", 2), ("c", 1))
    first, second, third = await claim(database)
    assert await sent(database, [first, second]) == ["a", "b"]
    async with database.begin("system:delivery") as work:
        assert await outbox.sent(work, third, "biz-3")
    together, _, alone = await rows(database)
    differ = {"id", "subject", "key", "params", "due_at", "provider_id"}
    assert {name for name in together._fields if getattr(together, name) != getattr(alone, name)} <= differ
    assert (together.state, together.provider_id, together.sent_at) == ("sent", f"biz-{first.id}", START)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="recorded already"),
        pytest.param({"attempts": 0}, id="by an earlier holder of the claim"),
        pytest.param({"attempts": 2}, id="by a later one"),
        pytest.param({"id": 99}, id="of no such row"),
    ],
)
async def test_who_does_not_hold_the_claim_records_nothing(
    database: Database, change: dict[str, Any]
) -> None:
    await queue(database, ("a", 2), ("b", 1))
    first, second = await claim(database)
    if not change:
        await sent(database, [first])
    assert await sent(database, [replace(first, **change), second]) == ["b"]


async def test_an_answer_without_a_name_has_none(database: Database) -> None:
    await queue(database, ("a", 1))
    async with database.begin("system:delivery") as work:
        await outbox.sent_all(work, [(each, "") for each in await outbox.claim(work, limit=1, lease=LEASE)])
    assert [(row.state, row.provider_id) for row in await rows(database)] == [("sent", None)]


async def test_what_is_given_back_is_as_if_it_had_never_been_claimed(
    database: Database, wall: FixedClock
) -> None:
    """In doubt stays in doubt; and a claim that another has taken over is not given back."""
    await queue(database, ("a", 2))
    [first] = await claim(database)
    wall.move(minutes=2)
    [second] = await claim(database)
    await give_back(database, [first])
    [row] = await rows(database)
    assert (row.state, row.attempts, row.sent_before) == ("claimed", 2, True)
    await give_back(database, [second])
    [row] = await rows(database)
    assert (row.state, row.attempts, row.sent_before, row.lease_until) == ("pending", 1, True, None)
    assert not await sent(database, [second])


async def test_what_is_put_off_comes_back(database: Database, civic: FixedClock) -> None:
    await queue(database, ("a", 2), ("b", 1))
    async with database.begin("system:delivery") as work:
        ids = [notice.id for notice in await outbox.claim(work, limit=2, lease=LEASE)]
        await outbox.put_off(work, ids, timedelta(hours=8), "quiet hours")
    assert await subjects(database) == []
    civic.move(hours=8)
    assert await subjects(database) == ["a", "b"]


async def test_many_are_queued_as_one_would_be(database: Database) -> None:
    """A row for each channel; a sleeper is woken when there are any."""
    draft = outbox.Draft(NEWS, "case 1", "1", 7, {"count": 3}, to="13800000001", language="en")
    sleeper = database.sleeper(outbox.DUE)
    async with database.begin("system:test") as work:
        await outbox.put_all(work, [])
    assert not sleeper.is_set()
    async with database.begin("system:test") as work:
        await outbox.put_all(work, [draft])
        await outbox.put(work, replace(draft, subject="case 2"))
    assert sleeper.is_set()
    queued = await claim(database)
    assert [(each.channel, each.to, each.language, each.params) for each in queued] == [
        (channel, "13800000001", "en", {"count": 3}) for channel in ("sms", "chat") * 2
    ]
