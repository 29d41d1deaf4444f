"""The desk: one open ticket for one matter."""

from sqlalchemy import update

from models.base.db import Work
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
