"""The desk: one open ticket for one matter."""

from datetime import date

import pytest
from sqlalchemy import update

from models.base.db import Work
from models.base.errors import Refusal
from models.post import desk
from tests.acts.queries import audited, count
from tests.helpers import Town


async def test_one_open_ticket_for_a_matter(work: Work, people: Town):
    first = await desk.open_ticket(work, "not_reached", "case 1", people.li_ming)
    assert await desk.open_ticket(work, "not_reached", "case 1", people.li_ming) == first
    others = {
        await desk.open_ticket(work, "not_reached", "case 2"),
        await desk.open_ticket(work, "refund", "case 1"),
    }
    assert len(others | {first}) == 3
    assert await audited(work, f"ticket {first}") == ["desk.not_reached"]


async def test_a_closed_matter_may_come_up_again(work: Work):
    first = await desk.open_ticket(work, "refund", "order 1")
    await work.run(update(desk.tickets).values(closed_at=work.now))
    assert await desk.open_ticket(work, "refund", "order 1") != first
    assert await count(work, desk.tickets, subject="order 1") == 2


async def refusal(what) -> str:
    """The key with which an act was refused."""
    with pytest.raises(Refusal) as refused:
        await what
    return refused.value.key


async def test_a_ticket_is_taken_released_and_closed(work: Work):
    number = await desk.open_ticket(work, "refund", "order 1")
    for _ in range(2):
        await desk.take(work, number, "officer:1")
    await desk.release(work, number, "officer:1")
    await desk.take(work, number, "officer:2")
    await desk.close(work, number, "officer:2", "转回原账户")
    closed = await desk.ticket(work, number)
    assert (closed.taken_by, closed.closed_at, closed.outcome) == ("officer:2", work.now, "转回原账户")
    trail = ["desk.refund", "ticket.taken", "ticket.released", "ticket.taken", "ticket.closed"]
    assert await audited(work, f"ticket {number}") == trail


async def test_a_taken_ticket_is_nobody_elses(work: Work):
    number = await desk.open_ticket(work, "refund", "order 1")
    assert await refusal(desk.close(work, number, "officer:1", "x")) == "officer.ticket_free"
    await desk.take(work, number, "officer:1")
    assert await refusal(desk.take(work, number, "officer:2")) == "officer.ticket_taken"
    assert await refusal(desk.release(work, number, "officer:2")) == "officer.ticket_taken"
    assert await refusal(desk.close(work, number, "officer:2", "x")) == "officer.ticket_taken"
    await desk.release(work, number, "officer:2", anybodys=True)
    assert (await desk.ticket(work, number)).taken_by is None


async def test_a_closed_ticket_stays_closed(work: Work):
    number = await desk.open_ticket(work, "refund", "order 1")
    await desk.take(work, number, "officer:1")
    await desk.close(work, number, "officer:1", "done")
    for what in (desk.take(work, number, "officer:1"), desk.close(work, number, "officer:1", "again")):
        assert await refusal(what) == "officer.ticket_closed"
    assert await refusal(desk.take(work, "ZZZZZZ", "officer:1")) == "officer.no_ticket"


async def test_a_matter_is_due_in_five_working_days(work: Work):
    """Opened on Monday 2 March; the week after it is not a holiday."""
    number = await desk.open_ticket(work, "refund", "order 1")
    assert (await desk.ticket(work, number)).due_on == date(2026, 3, 9)
    sooner = await desk.open_ticket(work, "challenge", "case 1", due_on=date(2026, 3, 3))
    assert (await desk.ticket(work, sooner)).due_on == date(2026, 3, 3)
