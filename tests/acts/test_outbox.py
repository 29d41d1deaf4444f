"""What goes out: once, when it is due, under a lease; receipts only move a status forward."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.base.db import Database, Work
from models.base.money import Fen
from models.base.ports import Receipt, ReceiptStatus
from models.post import outbox
from models.post.notices import Channel, Kind, Notice
from tests.conftest import START, FixedClock

NEWS = Kind("news")
BOTH = Kind("news_both", channels=(Channel.CHAT, Channel.SMS))
LEASE = timedelta(minutes=1)
PARAMS = {"plate": "粤T·***45", "amount": Fen(20000), "points": 3, "by": date(2026, 4, 1)}


async def queue(database: Database, subject: str = "case 1", kind: Kind = NEWS, **more: Any) -> None:
    async with database.begin("system:test") as work:
        await outbox.queue(work, kind, subject=subject, once="1", **more)


async def claim(database: Database, limit: int = 10) -> list[Notice]:
    async with database.begin("system:delivery") as work:
        return await outbox.claim(work, limit=limit, lease=LEASE)


async def sent(database: Database, notice: Notice) -> bool:
    async with database.begin("system:delivery") as work:
        return await outbox.sent(work, notice, "biz-1")


async def receive(
    database: Database, notice: Notice, status: ReceiptStatus, reason: str = ""
) -> tuple[str, bool] | None:
    """Kind of the notice, and whether its having been sent is news too; None when the receipt is no news."""
    receipt = Receipt("biz-1", notice.key, status, START + timedelta(seconds=3), reason)
    async with database.begin("system:receipts") as work:
        news = await outbox.receive(work, receipt)
    return news and (news[0].kind, news[1])


async def row(database: Database, notice: Notice) -> Any:
    async with database.read() as work:
        return await work.first(select(outbox.outbox).where(outbox.outbox.c.id == notice.id))


async def test_parameters_come_out_with_their_types(database: Database):
    await queue(database, params=PARAMS, person_id=7)
    [notice] = await claim(database)
    assert dict(notice.params) == PARAMS
    assert [type(value) for value in notice.params.values()] == [str, Fen, int, date]
    assert (notice.channel, notice.person_id, notice.to, notice.attempts) == (Channel.SMS, 7, "", 1)


async def test_parameters_are_sealed(database: Database):
    await queue(database, params={"code": "123456"}, to="13800000001")
    [notice] = await claim(database)
    assert (notice.to, notice.params) == ("13800000001", {"code": "123456"})
    stored = repr(tuple(await row(database, notice)))
    assert "123456" not in stored
    assert "13800000001" not in stored


async def test_the_same_thing_is_queued_once(database: Database):
    for _ in range(2):
        await queue(database)
    await queue(database, "case 2")
    await queue(database, kind=BOTH)
    claimed = [(notice.kind, notice.subject, notice.channel) for notice in await claim(database)]
    assert claimed == [
        ("news", "case 1", "sms"),
        ("news", "case 2", "sms"),
        ("news_both", "case 1", "chat"),
        ("news_both", "case 1", "sms"),
    ]


async def test_sleepers_are_woken_after_the_commit(database: Database):
    waiting = database.sleeper(outbox.DUE)
    async with database.begin("system:test") as work:
        await outbox.queue(work, NEWS, subject="case 1", once="1")
        assert not waiting.is_set()
    assert waiting.is_set()
    waiting.clear()
    await queue(database)  # nothing new
    assert not waiting.is_set()


async def test_nothing_goes_out_before_it_is_due(database: Database, civic: FixedClock):
    await queue(database, due_at=START + timedelta(hours=1))
    assert await claim(database) == []
    civic.move(hours=1)
    assert len(await claim(database)) == 1


async def test_the_longest_due_goes_first(database: Database):
    for subject, minutes in (("case 1", 5), ("case 2", 9), ("case 3", 5)):
        await queue(database, subject, due_at=START - timedelta(minutes=minutes))
    batches = [[notice.subject for notice in await claim(database, limit=2)] for _ in range(3)]
    assert batches == [["case 2", "case 1"], ["case 3"], []]


async def test_many_workers_share_what_is_due(database: Database):
    for number in range(20):
        await queue(database, f"case {number}")
    claims = await asyncio.gather(*(claim(database, limit=3) for _ in range(10)))
    subjects = [notice.subject for claimed in claims for notice in claimed]
    assert sorted(subjects) == sorted(f"case {number}" for number in range(20))


async def test_an_abandoned_claim_is_claimed_again_and_asked_about_first(
    database: Database, wall: FixedClock
):
    await queue(database)
    [first] = await claim(database)
    wall.move(minutes=1)
    assert await claim(database) == []
    wall.move(seconds=1)
    [second] = await claim(database)
    assert (first.sent_before, second.sent_before) == (False, True)
    assert (second.id, second.key, second.attempts) == (first.id, first.key, 2)
    assert not await sent(database, first)  # the worker that was away has nothing to say any more
    assert await sent(database, second)


@pytest.mark.parametrize(
    "in_doubt", [pytest.param(True, id="no answer"), pytest.param(False, id="told to come later")]
)
async def test_what_is_tried_later(database: Database, civic: FixedClock, in_doubt: bool):
    await queue(database)
    [notice] = await claim(database)
    async with database.begin("system:delivery") as work:
        await outbox.later(work, notice, timedelta(minutes=5), "busy", in_doubt=in_doubt)
    assert await claim(database) == []
    civic.move(minutes=5)
    [again] = await claim(database)
    assert (again.sent_before, again.attempts) == (in_doubt, 2)


async def test_a_chat_message_that_was_refused_goes_by_text(database: Database):
    await queue(database, kind=Kind("receipt", channels=(Channel.CHAT,), chat_else_sms=True))
    [notice] = await claim(database)
    async with database.begin("system:delivery") as work:
        await outbox.by_sms(work, notice)
    [again] = await claim(database)
    assert (again.id, again.channel, again.sent_before) == (notice.id, Channel.SMS, False)


async def test_what_is_no_longer_true_is_dropped(database: Database):
    await queue(database)
    [notice] = await claim(database)
    async with database.begin("system:delivery") as work:
        await outbox.drop(work, [notice.id], "no_longer_true")
    assert not await sent(database, notice)
    assert ((await row(database, notice)).state, await claim(database)) == ("dropped", [])


async def test_the_day_of_service_is_the_day_it_was_recorded_as_sent(database: Database, civic: FixedClock):
    await queue(database)
    [notice] = await claim(database)
    civic.move(hours=2)
    assert [await sent(database, notice) for _ in range(2)] == [True, False]
    kept = await row(database, notice)
    assert (kept.state, kept.sent_at, kept.provider_id) == ("sent", START + timedelta(hours=2), "biz-1")


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        pytest.param(ReceiptStatus.DELIVERED, ReceiptStatus.DELIVERED, "delivered", id="delivered twice"),
        pytest.param(ReceiptStatus.DELIVERED, ReceiptStatus.FAILED, "delivered", id="failed after delivered"),
        pytest.param(ReceiptStatus.FAILED, ReceiptStatus.DELIVERED, "failed", id="delivered after failed"),
    ],
)
async def test_a_final_status_is_never_overwritten(
    database: Database, first: ReceiptStatus, then: ReceiptStatus, state: str
):
    await queue(database)
    [notice] = await claim(database)
    await sent(database, notice)
    assert await receive(database, notice, first) == ("news", False)
    assert await receive(database, notice, then) is None
    assert (await row(database, notice)).state == state


async def test_a_receipt_may_be_faster_than_our_own_record(database: Database):
    await queue(database)
    [notice] = await claim(database)
    assert await receive(database, notice, ReceiptStatus.DELIVERED) == ("news", True)
    assert not await sent(database, notice)
    kept = await row(database, notice)
    assert (kept.state, kept.sent_at) == ("delivered", START)


@pytest.mark.parametrize("state", ["pending", "dropped", "failed", "delivered"])
async def test_no_receipt_moves_what_was_not_sent(database: Database, state: str):
    await queue(database)
    [notice] = await claim(database)
    async with database.begin("system:test") as work:
        await work.run(update(outbox.outbox).values(state=state))
    assert await receive(database, notice, ReceiptStatus.FAILED) is None
    assert (await row(database, notice)).state == state


async def test_an_unknown_receipt_is_no_news(database: Database):
    await queue(database)
    [notice] = await claim(database)
    await sent(database, notice)
    assert await receive(database, replace(notice, key="somebody.else"), ReceiptStatus.DELIVERED) is None


async def test_long_reasons_are_cut(database: Database, wall: FixedClock):
    await queue(database)
    [notice] = await claim(database)
    async with database.begin("system:delivery") as work:
        assert await outbox.failed(work, notice, "x" * 200)
    kept = await row(database, notice)
    assert (kept.state, kept.reason) == ("failed", "x" * 64)


async def test_what_was_rolled_back_is_not_queued(database: Database):
    async def fails(work: Work) -> None:
        await outbox.queue(work, NEWS, subject="case 1", once="1")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        async with database.begin("system:test") as work:
            await fails(work)
    assert await claim(database) == []
    assert not database.sleeper(outbox.DUE).is_set()
