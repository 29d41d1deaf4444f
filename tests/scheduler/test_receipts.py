"""Delivery receipts come late, twice, out of order, or before our own record; they only move a status forward."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import update

from models.base.ports import Receipt, ReceiptStatus, SendResult
from models.post.outbox import outbox
from models.violations.rules import State
from tests.fakes import FakeSms
from tests.scheduler.post_office import NEVER, PostOffice

RECORDED = "violation_recorded"
DELIVERED, FAILED = ReceiptStatus.DELIVERED, ReceiptStatus.FAILED


@pytest.mark.parametrize(
    ("statuses", "state", "tickets"),
    [
        pytest.param([DELIVERED], "delivered", [], id="delivered"),
        pytest.param([FAILED], "failed", ["not_reached"], id="failed: an officer's list"),
        pytest.param([DELIVERED, DELIVERED], "delivered", [], id="delivered, told twice"),
        pytest.param([FAILED, FAILED], "failed", ["not_reached"], id="failed, told twice: one ticket"),
        pytest.param([DELIVERED, FAILED], "delivered", [], id="failed after delivered"),
        pytest.param([FAILED, DELIVERED], "failed", ["not_reached"], id="delivered after failed"),
    ],
)
async def test_receipts(
    office: PostOffice, statuses: list[ReceiptStatus], state: str, tickets: list[str]
) -> None:
    number = await office.record_case()
    await office.worker.drain()
    for status in statuses:
        office.pass_time(days=2)
        await office.receipt(RECORDED, status)
    assert ((await office.notice(RECORDED)).state, await office.tickets()) == (state, tickets)
    assert await office.case_state(number) is State.NOTIFIED, "our own record of sending counts"


async def test_a_report_of_many_is_taken_whole(office: PostOffice) -> None:
    for record_no in ("R1", "R2"):
        await office.record_case(record_no)
    await office.worker.drain()
    receipts = [
        Receipt("sms-1", row.key, status, office.wall.now())
        for row, status in zip(await office.notices(), (DELIVERED, FAILED), strict=True)
    ]
    stranger = Receipt("sms-9", "of somebody else", DELIVERED, office.wall.now())
    await office.worker.receive([stranger, *receipts])
    assert [row.state for row in await office.notices()] == ["delivered", "failed"]


async def test_a_receipt_for_what_is_not_ours_changes_nothing(office: PostOffice) -> None:
    await office.record_case()
    await office.worker.receive([Receipt("x", "", DELIVERED, office.wall.now())])
    assert (await office.notice(RECORDED)).state == "pending"


@pytest.mark.parametrize(
    ("status", "tickets"),
    [pytest.param(DELIVERED, [], id="delivered"), pytest.param(FAILED, ["not_reached"], id="failed")],
)
async def test_a_receipt_may_be_faster_than_our_own_record(
    office: PostOffice, status: ReceiptStatus, tickets: list[str]
) -> None:
    """What follows from having been sent follows once."""
    number = await office.record_case()

    @dataclass
    class FastCarrier(FakeSms):
        async def send(
            self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
        ) -> SendResult:
            await office.worker.receive([Receipt("sms-1", key, status, office.wall.now())])
            assert await office.case_state(number) is State.NOTIFIED
            return await super().send(phone=phone, template=template, locale=locale, params=params, key=key)

    office.fakes = replace(office.fakes, sms=FastCarrier())
    await office.new_worker().drain()
    assert ((await office.notice(RECORDED)).state, await office.tickets()) == (status, tickets)


async def test_ten_reports_at_once_open_one_ticket(office: PostOffice) -> None:
    await office.record_case()
    await office.worker.drain()
    await asyncio.gather(*(office.receipt(RECORDED, FAILED) for _ in range(10)))
    assert await office.tickets() == ["not_reached"]


async def test_a_receipt_for_what_the_carrier_refused_changes_nothing(office: PostOffice) -> None:
    await office.record_case()
    office.fakes.sms.answers = [NEVER]
    await office.worker.drain()
    await office.receipt(RECORDED)
    assert (await office.notice(RECORDED)).state == "failed"


async def test_a_receipt_that_cannot_be_recorded_keeps_no_other_from_it(
    office: PostOffice, logged: list[Any]
) -> None:
    """A kind that only a newer release knows: the report is refused, and comes again; the others are in it, once."""
    strange, mine = [await office.record_case(record_no) for record_no in ("R1", "R2")]
    await office.worker.drain()
    async with office.database.begin("system:test") as work:
        await work.run(update(outbox).where(outbox.c.subject == strange).values(kind="of_tomorrow"))
    keys = {row.subject: row.key for row in await office.notices()}
    report = [Receipt("sms-1", keys[number], FAILED, office.wall.now()) for number in (strange, mine)]
    for _ in range(2):
        with pytest.raises(KeyError, match="of_tomorrow"):
            await office.worker.receive(report)
    assert {row.subject: row.state for row in await office.notices()} == {strange: "sent", mine: "failed"}
    assert await office.tickets() == ["not_reached"]
    assert {entry["event"] for entry in logged if entry["log_level"] == "error"} == {"receipt_failed"}
    logged.clear()
