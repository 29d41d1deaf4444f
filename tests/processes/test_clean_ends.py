"""SIGTERM: each role ends by itself within ten seconds and with status 0, and what was under way is finished or left to its lease."""

import asyncio

from sqlalchemy import select, update

from models.base import leases
from models.base.db import Database
from models.post import late_reply
from models.post.tables import outbox
from models.violations import payments, store
from models.violations.tables import orders
from tests.helpers import LI_MING, Town, decided_case
from tests.processes.conftest import Start
from tests.processes.far import SlowFarEnds

BINDING = f"绑定 {LI_MING.claim.name} {LI_MING.claim.resident_id} {LI_MING.claim.phone}"


async def states(database: Database) -> list[str]:
    async with database.read() as work:
        return [row.state for row in await work.all(select(outbox.c.state).order_by(outbox.c.id))]


async def test_a_balancer_is_told_before_the_doors_close(start: Start) -> None:
    service = await start("serve", DRAIN_SECONDS="3")
    service.terminate()
    for address in (service.web, service.ops):
        assert await service.until(f"{address}/readyz", 503) == {"status": "not ready", "reason": "draining"}
        assert (await service.ask(f"{address}/livez"))[0] == 200
    assert await service.ended() == 0, service.log


async def test_a_message_under_way_is_answered(start: Start, people: Town, far: SlowFarEnds) -> None:
    """Nobody new is let in meanwhile."""
    far.held = "/v1/verify"
    service = await start("serve", DRAIN_SECONDS="0")
    answering = asyncio.create_task(service.say(BINDING))
    await asyncio.wait_for(far.reached.wait(), 30)
    service.terminate()
    await service.until(f"{service.web}/readyz", 0)
    far.go.set()
    assert "<Encrypt>" in await answering
    assert await service.ended() == 0, service.log
    assert not service.lines("cut_short")


async def test_what_is_pushed_behind_is_pushed(start: Start, people: Town, far: SlowFarEnds) -> None:
    """The second message waited for the first and for the register, and WeChat had to be told `success`."""
    far.held = "/v1/verify"
    service = await start("serve", DRAIN_SECONDS="0")
    first = asyncio.create_task(service.say(BINDING))
    await asyncio.wait_for(far.reached.wait(), 30)
    assert await service.say(BINDING) == "success"
    assert "<Encrypt>" in await first
    service.terminate()
    await service.until(f"{service.web}/readyz", 0)
    far.go.set()
    assert await service.ended() == 0, service.log
    assert len(far.pushed) == 1


async def test_a_text_under_way_is_sent_and_recorded(
    start: Start, database: Database, people: Town, far: SlowFarEnds
) -> None:
    far.held = "/"
    async with database.begin("system:test") as work:
        await late_reply.tell(work, people.li_ming, "a message")
    service = await start("worker")
    await asyncio.wait_for(far.reached.wait(), 30)
    service.terminate()
    await service.until(f"{service.ops}/readyz", 503)
    far.go.set()
    assert await service.ended() == 0, service.log
    assert await states(database) == ["sent"]
    assert len(far.texts) == 1


async def test_a_text_that_hangs_is_left_to_its_lease(
    start: Start, database: Database, people: Town, far: SlowFarEnds
) -> None:
    """Whoever claims it next asks the carrier first."""
    far.held = "/"
    async with database.begin("system:test") as work:
        await late_reply.tell(work, people.li_ming, "a message")
    service = await start("worker")
    await asyncio.wait_for(far.reached.wait(), 30)
    service.terminate()
    assert await service.ended() == 0, service.log
    assert await states(database) == ["claimed"]


async def led_until(database: Database) -> float:
    """Seconds that the lead still lasts."""
    async with database.read() as work:
        [lease] = await leases.every(work)
        return (lease.until - work.wall).total_seconds()


async def test_the_scheduler_gives_the_lead_back(start: Start, database: Database) -> None:
    service = await start("scheduler")
    [lead] = (await service.until_leading())["leases"]
    assert lead["name"] == "scheduler"
    assert await led_until(database) > 0
    service.terminate()
    assert await service.ended() == 0, service.log
    assert await led_until(database) <= 0


async def test_a_job_under_way_is_finished(
    start: Start, database: Database, people: Town, far: SlowFarEnds
) -> None:
    """It asks WeChat Pay about an order, and WeChat Pay takes its time."""
    far.held = "/v3/pay"
    async with database.begin("system:test") as work:
        number = await decided_case(work, people.li_ming)
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE)
        long_ago = work.wall - 2 * payments.QUERY_AFTER
        await work.run(update(orders).where(orders.c.number == order.number).values(made_at=long_ago))
    service = await start("scheduler")
    await asyncio.wait_for(far.reached.wait(), 30)
    service.terminate()
    await service.until(f"{service.ops}/readyz", 503)
    far.go.set()
    assert await service.ended() == 0, service.log
    [asked] = service.lines("order_query_failed")  # what it answers is no trade; that it was read is enough
    assert asked["timestamp"] > service.lines("stopping")[0]["timestamp"]
    assert await led_until(database) <= 0


async def test_all_roles_at_once_end_as_well(start: Start) -> None:
    service = await start("all")
    await service.until(f"{service.web}/readyz", 200)
    service.terminate()
    assert await service.ended() == 0, service.log
