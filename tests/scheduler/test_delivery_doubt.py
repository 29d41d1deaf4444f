"""When nobody knows whether a message left: it is asked about first, and not sent twice where that can be known."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from models.base.db import Work
from models.base.ports import GatewayDown, Outcome, SendResult
from models.identity import binding
from models.post.notices import Kind, Kinds, Notice
from models.violations.rules import State
from scheduler.delivery import Delivery
from scheduler.letters import LEASE
from scheduler.senders import senders
from tests.fakes import FakeSms
from tests.helpers import WANG_FANG
from tests.scheduler.post_office import NO_ANSWER, PostOffice

RECORDED = "violation_recorded"
FOUND = SendResult(Outcome.SENT, "biz-7")


async def key_of(office: PostOffice) -> str:
    return str((await office.notice(RECORDED)).key)


@pytest.mark.parametrize(
    ("earlier", "submissions", "state", "tickets"),
    [
        pytest.param(FOUND, 1, "sent", [], id="it got there: not sent again"),
        pytest.param(None, 2, "sent", [], id="it never got there: sent again"),
        pytest.param(
            SendResult(Outcome.REFUSED, reason="MK:0001"), 1, "failed", ["not_reached"], id="it came back"
        ),
    ],
)
async def test_after_no_answer_the_carrier_is_asked_before_anything_is_sent_again(
    office: PostOffice, earlier: SendResult | None, submissions: int, state: str, tickets: list[str]
) -> None:
    await office.record_case()
    office.fakes.sms.answers = [NO_ANSWER]
    await office.worker.drain()
    assert office.fakes.sms.looked_up == []
    if earlier:
        office.fakes.sms.known[await key_of(office)] = earlier
    office.pass_time(seconds=5)
    await office.worker.drain()
    assert {key for _, key, _ in office.fakes.sms.looked_up} == {await key_of(office)}
    assert (len(office.texts()), (await office.notice(RECORDED)).state) == (submissions, state)
    assert await office.tickets() == tickets


async def test_while_the_carrier_cannot_be_asked_nothing_is_sent(office: PostOffice) -> None:
    await office.record_case()
    office.fakes.sms.answers = [NO_ANSWER]
    office.fakes.sms.trouble = GatewayDown("no answer")
    for _ in range(4):
        await office.worker.drain()
        office.pass_time(minutes=1)
    assert (len(office.texts()), (await office.notice(RECORDED)).state) == (1, "pending")
    office.fakes.sms.trouble = None
    await office.worker.drain()
    assert (len(office.texts()), (await office.notice(RECORDED)).state) == (2, "sent")


async def test_two_workers_send_each_notice_once(office: PostOffice) -> None:
    numbers = [await office.record_case(f"R{count}") for count in range(12)]
    await asyncio.gather(office.worker.drain(), office.new_worker().drain())
    told = [sms.key.split(".")[1] for sms in office.fakes.sms.sent]
    assert sorted(told) == sorted(numbers)
    assert {row.state for row in await office.notices()} == {"sent"}


@dataclass
class StuckSms(FakeSms):
    """Takes a message, or not (`takes`), and never comes back."""

    takes: bool = True
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(
        self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
    ) -> SendResult:
        if self.takes:
            await super().send(phone=phone, template=template, locale=locale, params=params, key=key)
        self.reached.set()
        await asyncio.Event().wait()
        raise AssertionError


async def die_while_sending(office: PostOffice, *, takes: bool) -> StuckSms:
    """A worker claims, calls the carrier, and dies before the answer; the next one has a healthy line to the same carrier."""
    stuck = StuckSms(takes=takes)
    healthy, office.fakes = office.fakes, replace(office.fakes, sms=stuck)
    dying = asyncio.create_task(office.new_worker().run_once())
    await stuck.reached.wait()
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    office.fakes = healthy
    office.fakes.sms.known = stuck.known
    office.worker = office.new_worker()
    return stuck


@pytest.mark.parametrize(
    ("takes", "again"),
    [
        pytest.param(True, 0, id="the carrier had it: looked up, not sent again"),
        pytest.param(False, 1, id="the carrier had nothing: looked up, then sent"),
    ],
)
async def test_a_worker_that_dies_between_claim_and_record(
    office: PostOffice, takes: bool, again: int
) -> None:
    number = await office.record_case()
    await die_while_sending(office, takes=takes)
    office.pass_time(seconds=LEASE.total_seconds())
    assert await office.worker.run_once() == 0, "its lease has not run out"
    office.pass_time(seconds=1)
    await office.worker.drain()
    assert (len(office.texts()), len(office.fakes.sms.looked_up) > 0) == (again, True)
    assert (await office.notice(RECORDED)).state == "sent"
    assert await office.case_state(number) is State.NOTIFIED


async def test_the_answer_of_a_slow_worker_whose_claim_was_taken_over_changes_nothing(
    office: PostOffice,
) -> None:
    """Its lease ran out while it waited; the next worker found the message at the carrier and recorded it."""
    await office.record_case()

    @dataclass
    class SlowSms(FakeSms):
        async def send(self, **message: Any) -> SendResult:
            office.pass_time(seconds=LEASE.total_seconds() + 1)
            office.fakes.sms.known[message["key"]] = FOUND
            await office.worker.drain()
            return SendResult(Outcome.REFUSED, reason="too late")

    office.fakes, normal = replace(office.fakes, sms=SlowSms()), office.fakes
    slow, office.fakes = office.new_worker(), normal
    await slow.run_once()
    kept = await office.notice(RECORDED)
    assert (kept.state, kept.provider_id, await office.tickets()) == ("sent", "biz-7", [])


async def test_a_sender_that_breaks_leaves_the_notice_in_doubt_and_the_others_alone(
    office: PostOffice, logged: list[Any]
) -> None:
    numbers = [await office.record_case(record_no) for record_no in ("R1", "R2")]

    @dataclass
    class BreakingSms(FakeSms):
        async def send(self, **message: Any) -> SendResult:
            if numbers[0] in message["key"]:
                raise RuntimeError("a bug in the gateway")
            return await super().send(**message)

    office.fakes = replace(office.fakes, sms=BreakingSms())
    await office.new_worker().run_once()
    states = {row.subject: (row.state, row.sent_before) for row in await office.notices()}
    assert states == {numbers[0]: ("pending", True), numbers[1]: ("sent", False)}
    assert logged.pop(0)["event"] == "send_failed"


async def test_a_notice_that_cannot_be_written_keeps_no_other_from_going_out(
    office: PostOffice, logged: list[Any]
) -> None:
    await office.record_case()
    await send_code(office)
    await office.spoil("bind_code", person_id=987654321)
    await office.worker.drain()
    assert office.texts() == [RECORDED]
    assert (await office.notice("bind_code")).reason == "letter_failed"
    assert logged.pop(0)["event"] == "letter_failed"


async def test_an_answer_that_cannot_be_recorded_is_looked_up_when_the_lease_runs_out(
    office: PostOffice, logged: list[Any]
) -> None:
    """A bug in what follows from having been sent: the carrier has the message, and gets it once; the others are recorded."""
    numbers = [await office.record_case(record_no) for record_no in ("R1", "R2")]

    async def follow_up(work: Work, notices: Sequence[Notice]) -> None:
        if numbers[0] in {notice.subject for notice in notices}:
            raise RuntimeError("a bug")

    channels = senders(
        office.fakes.sms, office.fakes.chat, office.fakes.wallet, office.fakes.payments, office.wall
    )
    broken = Delivery(office.database, Kinds((Kind(RECORDED, on_sent=follow_up),)), channels)
    await broken.run_once()
    assert [row.state for row in await office.notices()] == ["claimed", "sent"]
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["record_failed"]
    logged.clear()
    office.pass_time(seconds=LEASE.total_seconds() + 1)
    await office.worker.drain()
    assert ([row.state for row in await office.notices()], len(office.texts())) == (["sent", "sent"], 2)


async def send_code(office: PostOffice) -> None:
    async with office.database.begin("citizen:o-1") as work:
        await binding.send_code(work, "o-1", WANG_FANG.claim)


async def test_a_running_worker_is_woken_by_a_commit(office: PostOffice) -> None:
    """Well before the next poll, a second later."""
    running = asyncio.create_task(office.worker.run())
    await asyncio.sleep(0.05)  # it has looked once, and sleeps
    await office.record_case()
    async with asyncio.timeout(0.8):
        while not office.texts():
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
