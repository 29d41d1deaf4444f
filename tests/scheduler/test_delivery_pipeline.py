"""The next letters leave while others are under way; no more are in memory than a few batches; a worker that is stopped leaves nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from models.base.ports import Outcome, SendResult
from models.identity import binding
from models.post import outbox
from models.post.notices import Kinds
from scheduler import delivery
from scheduler.delivery import AT_ONCE, Delivery
from scheduler.letters import LEASE, Letters
from tests.fakes import FakeSms
from tests.scheduler.post_office import PostOffice


@dataclass
class GatedSms(FakeSms):
    """Takes a message, and answers when its gate is open; `shut` are the keys that wait for `gate`."""

    shut: set[str] = field(default_factory=set)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(
        self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
    ) -> SendResult:
        result = await super().send(phone=phone, template=template, locale=locale, params=params, key=key)
        if not self.shut or key in self.shut:
            await self.gate.wait()
        return result


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Batches of 30, and no more than 60 letters in memory."""
    monkeypatch.setattr("scheduler.letters.BATCH", 30)
    monkeypatch.setattr(delivery, "BATCH", 30)
    monkeypatch.setattr(delivery, "MOST_IN_HAND", 60)
    return 30


@pytest.fixture
async def gated(office: PostOffice) -> GatedSms:
    """A carrier whose answers wait for its gate."""
    carrier = GatedSms()
    office.fakes = replace(office.fakes, sms=carrier)
    office.worker = office.new_worker()
    return carrier


async def queue(office: PostOffice, count: int) -> list[str]:
    """So many notices are due; their keys, the longest due first."""
    drafts = [
        outbox.Draft(binding.MOVED, f"person {number}", "1", office.people.li_ming) for number in range(count)
    ]
    async with office.database.begin("system:test") as work:
        await outbox.put_all(work, drafts)
    return [row.key for row in await office.notices()]


async def states(office: PostOffice) -> dict[str, int]:
    """How many notices are in each state."""
    found = [row.state for row in await office.notices()]
    return {state: found.count(state) for state in sorted(set(found))}


async def until(office: PostOffice, expected: dict[str, int]) -> None:
    """Wait until the notices are in these states; a test that waits in vain is ended by its time limit."""
    while await states(office) != expected:
        await asyncio.sleep(0.01)


async def stopped(running: "asyncio.Task[None]") -> None:
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_slow_call_holds_up_nobody_else(
    office: PostOffice, gated: GatedSms, small_batches: int
) -> None:
    """Of four batches all that can be sent is sent and recorded, while the first letter of the first is still under way."""
    keys = await queue(office, 4 * small_batches)
    gated.shut = {keys[0]}
    running = asyncio.create_task(office.worker.run())
    await until(office, {"claimed": 1, "sent": 4 * small_batches - 1})
    gated.gate.set()
    await until(office, {"sent": 4 * small_batches})
    await stopped(running)
    assert len(gated.sent) == 4 * small_batches


async def test_no_more_is_claimed_than_is_in_memory(
    office: PostOffice, gated: GatedSms, small_batches: int
) -> None:
    await queue(office, 5 * small_batches)
    running = asyncio.create_task(office.worker.run())
    await until(office, {"claimed": 2 * small_batches, "pending": 3 * small_batches})
    await queue(office, 0)
    assert len(gated.sent) == AT_ONCE
    gated.gate.set()
    await until(office, {"sent": 5 * small_batches})
    await stopped(running)


async def test_a_worker_that_is_stopped_finishes_what_is_under_way_and_gives_back_the_rest(
    office: PostOffice, gated: GatedSms, small_batches: int
) -> None:
    await queue(office, 3 * small_batches)
    running = asyncio.create_task(office.worker.run())
    await until(office, {"claimed": 2 * small_batches, "pending": small_batches})
    running.cancel()
    await until(office, {"claimed": AT_ONCE, "pending": 3 * small_batches - AT_ONCE})
    gated.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await states(office) == {"pending": 3 * small_batches - AT_ONCE, "sent": AT_ONCE}
    left = [row for row in await office.notices() if row.state == "pending"]
    assert {(row.attempts, row.sent_before, row.lease_until) for row in left} == {(0, False, None)}


async def test_what_takes_too_long_to_finish_keeps_its_claim(
    office: PostOffice, gated: GatedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease runs out, and the carrier is asked before anything is sent again."""
    monkeypatch.setattr(delivery, "STOP_SECONDS", 0.05)
    keys = await queue(office, 2)
    gated.shut = {keys[0]}
    running = asyncio.create_task(office.worker.run())
    await until(office, {"claimed": 1, "sent": 1})
    await stopped(running)
    assert await states(office) == {"claimed": 1, "sent": 1}
    office.pass_time(seconds=LEASE.total_seconds() + 1)
    await office.new_worker().drain()
    assert (await states(office), len(gated.sent)) == ({"sent": 2}, 2)
    assert {key for _, key, _ in gated.looked_up} == {keys[0]}


async def test_a_letter_that_waited_so_long_that_its_lease_could_run_out_is_given_back(
    office: PostOffice,
) -> None:
    """The first calls take half a minute; what waited for them is claimed anew before it is sent."""
    leases: list[tuple[Any, Any]] = []

    @dataclass
    class SlowSms(FakeSms):
        async def send(self, **message: Any) -> SendResult:
            [row] = [row for row in await office.notices() if row.key == message["key"]]
            leases.append((office.wall.now(), row.lease_until))
            if len(self.sent) < AT_ONCE:
                office.wall.move(seconds=2)
            return await super().send(**message)

    office.fakes = replace(office.fakes, sms=SlowSms())
    await queue(office, AT_ONCE + 10)
    await office.new_worker().drain()
    assert await states(office) == {"sent": AT_ONCE + 10}
    assert {row.attempts for row in await office.notices()} == {1}
    assert len(office.fakes.sms.sent) == AT_ONCE + 10
    assert all(now < until for now, until in leases)


@pytest.mark.parametrize(
    ("pause", "found"),
    [
        pytest.param(0.0, ["older", "newer"], id="when it is time to look back"),
        pytest.param(3600.0, ["newer"], id="not before"),
    ],
)
async def test_what_came_in_behind_a_worker_is_found_when_it_looks_back(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, pause: float, found: list[str]
) -> None:
    monkeypatch.setattr("scheduler.letters.LOOK_BACK_SECONDS", pause)
    monkeypatch.setattr("scheduler.letters.LOOK_BACK_SHARE", 0)
    letters = Letters(office.database, Kinds(binding.KINDS))
    await queue_aged(office, ("first", 5))
    await letters.next()
    await queue_aged(office, ("older", 6), ("newer", 4))
    claimed, count = await letters.next()
    assert ([letter.notice.subject for letter in claimed], count) == (found, len(found))


async def queue_aged(office: PostOffice, *drafts: tuple[str, int]) -> None:
    """Notices about these, due for so many minutes."""
    person = office.people.li_ming
    async with office.database.begin("system:test") as work:
        for about, age in drafts:
            due_at = work.now - timedelta(minutes=age)
            await outbox.put(work, outbox.Draft(binding.MOVED, about, "1", person, due_at=due_at))


@dataclass
class ChattySms(FakeSms):
    """Says LATER to every second message, the first time."""

    told: set[str] = field(default_factory=set)

    async def send(self, **message: Any) -> SendResult:
        if len(self.told) % 2 == 0 and message["key"] not in self.told:
            self.told.add(message["key"])
            self.sent.append(message["key"])
            return SendResult(Outcome.LATER, reason="busy")
        self.told.add(message["key"])
        return await super().send(**message)


async def test_answers_that_come_together_are_each_recorded(office: PostOffice) -> None:
    """Sent and put off, in one unit of work."""
    office.fakes = replace(office.fakes, sms=ChattySms())
    worker: Delivery = office.new_worker()
    await queue(office, 40)
    await worker.drain()
    assert await states(office) == {"pending": 20, "sent": 20}
    assert {row.reason for row in await office.notices() if row.state == "pending"} == {"busy"}
    office.pass_time(seconds=5)
    await worker.drain()
    assert await states(office) == {"sent": 40}
