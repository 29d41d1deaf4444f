"""A decision that no text served: its days begin on paper, with the letter or sixty days after a public notice (PR 55-56)."""

from datetime import date

import pytest
from sqlalchemy import select

from models.base.errors import Refusal
from models.post.desk import tickets
from models.violations import officer_acts
from models.violations.grounds import Paper
from models.violations.rules import State
from tests.acts.queries import audited
from tests.flows.life import Life

OFFICER, WHY = "officer:1", "送达回证"


async def decided(life: Life) -> str:
    """On Monday 2 March, without consent to electronic service: a letter must be sent."""
    number = await life.record()
    await life.accept(number)
    return number


async def serve(life: Life, number: str, how: Paper, day: date) -> date:
    async with life.database.begin(OFFICER) as work:
        return await officer_acts.serve(work, number, OFFICER, how, day, WHY)


async def test_a_letter_begins_the_days_and_closes_the_ticket(life: Life):
    """Handed over on Wednesday 4 March: the last day is Thursday 19 March."""
    number = await decided(life)
    await life.days(4)
    assert await serve(life, number, Paper.LETTER, date(2026, 3, 4)) == date(2026, 3, 19)
    case = await life.case(number)
    assert (case.state, case.served_on, case.due_on) == (State.SERVED, date(2026, 3, 4), date(2026, 3, 19))
    async with life.database.read() as work:
        assert (await audited(work, f"case {number}"))[-1] == "case.served"
        assert await work.all(select(tickets.c.number).where(tickets.c.closed_at.is_(None))) == []
    await life.days(14)
    assert (await life.case(number)).state is State.OVERDUE


async def test_a_public_notice_serves_sixty_days_later(life: Life):
    number = await decided(life)
    await life.days(61)
    assert await serve(life, number, Paper.PUBLIC_NOTICE, date(2026, 3, 2)) == date(2026, 5, 18)
    assert (await life.case(number)).served_on == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("how", "day"),
    [
        pytest.param(Paper.LETTER, date(2026, 3, 1), id="before the decision"),
        pytest.param(Paper.LETTER, date(2026, 3, 5), id="still to come"),
        pytest.param(Paper.PUBLIC_NOTICE, date(2026, 3, 3), id="a notice that runs"),
    ],
)
async def test_a_day_that_cannot_be(life: Life, how: Paper, day: date):
    number = await decided(life)
    await life.days(2)
    with pytest.raises(Refusal, match=r"officer\.service_day"):
        await serve(life, number, how, day)


async def test_what_was_served_is_served_once(life: Life):
    number = await decided(life)
    await serve(life, number, Paper.LETTER, date(2026, 3, 2))
    with pytest.raises(Refusal, match=r"officer\.not_to_serve"):
        await serve(life, number, Paper.LETTER, date(2026, 3, 2))
