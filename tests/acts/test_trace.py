"""One id from what came in to what came of it."""

import asyncio
import re
from datetime import timedelta

from sqlalchemy import select

from bot.logs import PERSONAL
from models.base import trace
from models.base.db import Database
from models.post import outbox
from models.post.notices import Channel, Kind
from models.post.tables import outbox as rows

NEWS = Kind("news", channels=(Channel.CHAT, Channel.SMS))
SHAPE = re.compile(r"[0-9a-f]{12}")


def test_an_id_is_short_and_no_two_are_the_same() -> None:
    ids = {trace.new() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(SHAPE.fullmatch(each) for each in ids)


def test_the_id_of_a_key_is_the_same_each_time_and_does_not_show_it() -> None:
    assert trace.of("13800010001") == trace.of("13800010001") != trace.of("13800010002")
    assert SHAPE.fullmatch(trace.of("13800010001"))
    assert "138000" not in trace.of("13800010001")


def test_the_mask_leaves_it_alone() -> None:
    """Twelve digits are neither a phone nor an ID, even if no letter is among them."""
    assert PERSONAL.search("138000100011") is None


async def test_a_part_of_a_task_may_be_about_something_else() -> None:
    trace.begin("outer")
    with trace.bound("inner"):
        assert trace.current() == "inner"
    assert trace.current() == "outer"


async def test_a_task_hands_its_trace_to_those_it_starts_and_to_no_other() -> None:
    async def begin(name: str) -> str:
        trace.begin(name)
        await asyncio.sleep(0)
        return await asyncio.create_task(ask())

    async def ask() -> str:
        return trace.current()

    assert set(await asyncio.gather(begin("a"), begin("b"))) == {"a", "b"}
    assert trace.current() == ""


async def test_a_notice_keeps_the_trace_of_what_it_came_of(database: Database) -> None:
    """Whoever claims it later, in another process, knows it again."""
    with trace.bound("3f9c0e77a1b2"):
        async with database.begin("system:test") as work:
            await outbox.queue(work, NEWS, subject="case 1", once="1")
    async with database.begin("system:test") as work:
        await outbox.queue(work, NEWS, subject="case 2", once="1")
        found = await work.all(select(rows.c.subject, rows.c.trace).order_by(rows.c.id))
        claimed = await outbox.claim(work, limit=10, lease=timedelta(minutes=1))
    assert [tuple(row) for row in found] == [("case 1", "3f9c0e77a1b2")] * 2 + [("case 2", "")] * 2
    assert [notice.trace for notice in claimed] == ["3f9c0e77a1b2"] * 2 + [""] * 2
