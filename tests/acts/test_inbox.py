"""What came in takes effect once: a duplicate is given the stored answer."""

import asyncio

import pytest
from sqlalchemy import select

from models.base.crypto import fingerprint
from models.base.db import Database, Work
from models.post import inbox
from models.post.inbox import Stored

ANSWER = {"text": "已接受", "choices": ["1", "2"]}


async def test_a_duplicate_gets_the_stored_answer(work: Work):
    body = fingerprint("接受 442012003481")
    assert await inbox.claim(work, "wechat", "o-li 7", body) is None
    await inbox.answer(work, "wechat", "o-li 7", ANSWER)
    assert await inbox.claim(work, "wechat", "o-li 7", body) == Stored(ANSWER, body)


async def test_the_fingerprint_tells_whether_the_same_thing_was_asked(work: Work):
    await inbox.claim(work, "api", "key-1", fingerprint("a"))
    await inbox.answer(work, "api", "key-1", {})
    again = await inbox.claim(work, "api", "key-1", fingerprint("b"))
    assert again is not None
    assert again.fingerprint == fingerprint("a")


async def test_an_answer_is_found_without_claiming(work: Work):
    assert await inbox.find(work, "wechat", "o-li 7") is None
    await inbox.claim(work, "wechat", "o-li 7")
    assert await inbox.find(work, "wechat", "o-li 7") is None  # still being handled
    await inbox.answer(work, "wechat", "o-li 7", ANSWER)
    assert await inbox.find(work, "wechat", "o-li 7") == ANSWER


async def test_another_source_or_key_is_another_message(work: Work):
    for source, key in (("wechat", "1"), ("wechat", "2"), ("api", "1")):
        assert await inbox.claim(work, source, key) is None


async def test_nothing_personal_is_kept_in_clear(work: Work):
    await inbox.claim(work, "wechat", "o-li 7")
    await inbox.answer(work, "wechat", "o-li 7", ANSWER)
    row = await work.first(select(inbox.inbox))
    assert row is not None
    assert "o-li" not in repr(tuple(row))
    assert "已接受" not in row.answer


async def test_what_failed_is_not_claimed(database: Database):
    async def fails() -> None:
        async with database.begin("citizen") as work:
            await inbox.claim(work, "wechat", "o-li 7")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fails()
    async with database.begin("citizen") as work:
        assert await inbox.claim(work, "wechat", "o-li 7") is None


async def test_a_twin_in_flight_waits_for_the_first_ones_answer(database: Database):
    """Eight deliveries of one message at once: one takes effect, all say the same."""

    async def handle() -> tuple[bool, object]:
        async with database.begin("citizen") as work:
            stored = await inbox.claim(work, "wechat", "o-li 7")
            if stored:
                return False, stored.answer
            await asyncio.sleep(0.01)
            await inbox.answer(work, "wechat", "o-li 7", ANSWER)
            return True, ANSWER

    results = await asyncio.gather(*(handle() for _ in range(8)))
    assert sorted(mine for mine, _ in results) == [False] * 7 + [True]
    assert all(answer == ANSWER for _, answer in results)
