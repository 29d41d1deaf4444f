"""A carrier may say days later that a text never arrived: what it served is not served, and its days do not run."""

from datetime import UTC, datetime

from sqlalchemy import select

from models.base.ports import Receipt, ReceiptStatus
from models.post import outbox
from models.post.desk import tickets
from models.restrictions import acts as restrictions
from models.violations.rules import State
from tests.flows.life import Life
from tests.helpers import KINDS


async def fails(life: Life, kind: str) -> None:
    """The receipt of the last notice of a kind: failed."""
    key = life.last(kind).key
    receipt = Receipt("", key, ReceiptStatus.FAILED, datetime(2026, 3, 3, tzinfo=UTC), "DB:0141")
    async with life.database.begin("system:receipts") as work:
        news = await outbox.receive(work, receipt)
        assert news is not None
        await KINDS[kind].on_failed(work, news[0])


async def topics(life: Life) -> list[str]:
    async with life.database.read() as work:
        return [row.topic for row in await work.all(select(tickets.c.topic))]


async def test_a_decision_that_did_not_arrive_is_not_served(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    assert (await life.case(number)).state is State.SERVED
    await fails(life, "decision_made")
    case = await life.case(number)
    assert (case.state, case.served_on, case.due_on) == (State.DECIDED, None, None)
    assert await topics(life) == ["not_reached"]
    await life.days(40)
    assert (await life.case(number)).state is State.DECIDED, "its fifteen days never began"


async def test_a_warning_that_did_not_arrive_does_not_run(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    while "overdue_warning" not in [kind for _, kind in life.told]:
        await life.days(1)
    await fails(life, "overdue_warning")
    await life.days(20)
    assert await life.read(restrictions.in_force, life.people.li_ming) == []
    [warned] = await life.read(restrictions.announced, life.people.li_ming)
    assert warned.takes_hold_on is None


async def test_nobody_is_told_of_an_unlock_who_was_never_locked(life: Life):
    """The lock waited in the outbox when the payment came."""
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    while not await life.read(restrictions.in_force, life.people.li_ming):
        await life.deliver_all()
        for clock in life.clocks:
            clock.move(days=1)
        await life.jobs()
    await life.pay(number)
    await life.deliver_all()
    assert "wallet_unlock" in [kind for _, kind in life.told]
    assert not {"wallet_lock", "wallet_locked", "wallet_unlocked"} & {kind for _, kind in life.told}
