"""A row that no worker of this release can deliver is put off, and said so in the log; everybody else's goes out."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update

from models.base import audit
from models.base.db import Work
from models.post.notices import Channel, Kind, Kinds, Notice
from models.post.outbox import outbox
from scheduler.delivery import Delivery
from scheduler.letters import PUT_OFF
from scheduler.senders import SmsSender
from tests.scheduler.post_office import PostOffice

RECORDED = "violation_recorded"


async def three_cases(office: PostOffice) -> list[str]:
    """Three notices that are due; the second is going to be spoilt."""
    return [await office.record_case(record_no) for record_no in ("R1", "R2", "R3")]


async def spoil(office: PostOffice, number: str, **values: Any) -> None:
    async with office.database.begin("system:test") as work:
        await work.run(update(outbox).where(outbox.c.subject == number).values(**values))


def worker(office: PostOffice, kind: Kind) -> Delivery:
    """A worker that knows this kind alone."""
    return Delivery(office.database, Kinds((kind,)), {Channel.SMS: SmsSender(office.fakes.sms, office.wall)})


@pytest.mark.parametrize(
    ("spoilt", "event", "reason"),
    [
        pytest.param({"kind": "of_tomorrow"}, "kind_unknown", "kind_unknown", id="a kind of a newer release"),
        pytest.param(
            {"channel": "pigeon"}, "channel_unknown", "channel_unknown", id="a channel of a newer one"
        ),
        pytest.param(
            {"params": "t9:AAAA"}, "letter_failed", "letter_failed", id="sealed with a key that is gone"
        ),
        pytest.param(
            {"params": "t1:AAAA"}, "letter_failed", "letter_failed", id="a content that was damaged"
        ),
    ],
)
async def test_a_row_that_cannot_be_delivered(
    office: PostOffice, logged: list[Any], spoilt: dict[str, Any], event: str, reason: str
) -> None:
    numbers = await three_cases(office)
    await spoil(office, numbers[1], **spoilt)
    await office.worker.drain()
    rows = {row.subject: row for row in await office.notices()}
    assert [rows[number].state for number in numbers] == ["sent", "pending", "sent"]
    assert (rows[numbers[1]].reason, len(office.texts())) == (reason, 2)
    assert rows[numbers[1]].due_at - rows[numbers[0]].sent_at == PUT_OFF
    [accident] = [entry for entry in logged if entry["log_level"] == "error"]
    assert (accident["event"], accident["outbox_id"]) == (event, rows[numbers[1]].id)
    logged.clear()


async def test_when_it_is_mended_it_goes_out(office: PostOffice, logged: list[Any]) -> None:
    numbers = await three_cases(office)
    sealed = (await office.notices())[1].params
    await spoil(office, numbers[1], params="t9:AAAA")
    await office.worker.drain()
    logged.clear()
    await spoil(office, numbers[1], params=sealed)
    office.pass_time(seconds=PUT_OFF.total_seconds())
    await office.worker.drain()
    assert {row.state for row in await office.notices()} == {"sent"}


async def test_a_kind_that_cannot_say_of_one_whether_it_is_still_true_can_say_it_of_the_others(
    office: PostOffice, logged: list[Any]
) -> None:
    numbers = await three_cases(office)

    async def still_true(work: Work, notices: Sequence[Notice]) -> set[int]:
        if numbers[1] in {notice.subject for notice in notices}:
            raise RuntimeError("a bug")
        return {notice.id for notice in notices if notice.subject == numbers[2]}

    await worker(office, Kind(RECORDED, still_true=still_true)).run_once()
    states = {row.subject: row.state for row in await office.notices()}
    assert states == dict(zip(numbers, ("dropped", "pending", "sent"), strict=True))
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["letter_failed"]
    logged.clear()


async def test_a_follow_up_that_fails_for_one_is_done_for_the_others_once(
    office: PostOffice, logged: list[Any]
) -> None:
    """Nine answers are recorded together; what cannot be written for one of them is not written twice for the others."""
    numbers = [await office.record_case(f"R{count}") for count in range(9)]
    followed: list[str] = []

    async def follow_up(work: Work, notices: Sequence[Notice]) -> None:
        for notice in notices:
            await audit.record(work, "test.followed", notice.subject)
        if numbers[4] in {notice.subject for notice in notices}:
            raise RuntimeError("a bug")

    await worker(office, Kind(RECORDED, on_sent=follow_up)).run_once()
    async with office.database.read() as work:
        events = await work.all(select(audit.events).where(audit.events.c.action == "test.followed"))
    followed = [row.subject for row in events]
    assert sorted(followed) == sorted({*numbers} - {numbers[4]})
    states = {row.subject: row.state for row in await office.notices()}
    assert states == dict.fromkeys(numbers, "sent") | {numbers[4]: "claimed"}
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["record_failed"]
    logged.clear()
