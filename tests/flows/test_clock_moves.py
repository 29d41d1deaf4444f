"""The city's clock is moved by days, ahead and back: nobody is locked before the warning has run out, and nothing is left after its end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.duties import DAILY
from models.restrictions import acts, clearance, listed, matters
from models.restrictions.tables import restrictions, warnings
from scheduler.service import Scheduler
from tests.flows.challenges import served
from tests.flows.life import Life
from tests.helpers import COURT, listed_matter

FREE_AFTER = timedelta(days=20)  # the last day of the time-bound one


async def tick(life: Life, days: int) -> None:
    """The clock is moved, then what is due is done, and told. (The wall goes on; the city's days may go back.)"""
    civic, wall = life.clocks
    civic.move(days=days)
    wall.move(days=max(days, 0), minutes=1)
    assert await Scheduler(life.database, DAILY, ()).tick()
    await life.deliver_all()


async def days_between(life: Life) -> list[int]:
    """From the service of each warning to its lock."""
    pairs = select(warnings.c.served_on, restrictions.c.since).where(
        restrictions.c.basis == warnings.c.basis, restrictions.c.measure == acts.WALLET
    )
    async with life.database.read() as work:
        return [(row.since - row.served_on).days for row in await work.all(pairs)]


async def held(life: Life, today: date) -> bool:
    """May Li Ming not fly on this day?"""
    async with life.database.read() as work:
        return await clearance.holding(work, life.people.li_ming, "air", "", today) is not None


# Overdue on the 16th day, warned then, to be locked on the 23rd; the ban on flying ends on the 20th.
MOVES = {
    "day by day": [1] * 30,
    "a week at a time": [7] * 5,
    "past the warning and back before it was sent": [15, 3, -10, 7, 5, 8],
    "to the day before the lock, back, and there again": [16, 6, -6, 6, 1, 1],
    "over the lock in one leap": [16, 14, -12, 2, 12],
    "there and back each day": [16, 8, -8] * 3,
    "back before it began": [-5, 5, 16, 7, -20, 30],
}


@pytest.mark.parametrize("moves", [pytest.param(moves, id=label) for label, moves in MOVES.items()])
async def test_no_lock_too_early_and_none_too_late(life: Life, moves: list[int]):
    number = await served(life)
    begun = life.database.civic.now().date()
    last_day = begun + FREE_AFTER
    async with life.database.begin("court") as work:
        matter = await listed_matter(work, "air_misconduct")
        await matters.amend(work, matter.number, COURT, until=last_day)
    least = life.database.city.tariff.measures.wallet.days_after_warning
    latest = begun
    for days in moves:
        await tick(life, days)
        today = life.database.civic.now().date()
        latest = max(latest, today)
        assert all(span >= least for span in await days_between(life))
        assert await held(life, today) is (matter.span.since <= today <= last_day and latest <= last_day)
        over = (await life.read(listed.by_number, matter.number)).open is False
        assert over is (latest > last_day)
    assert len(await days_between(life)) == 1  # and in the end it is locked
    assert (await life.pay(number)).name == "BOOKED"
    assert await life.read(acts.in_force, life.people.li_ming) == []
    await tick(life, 40)
    assert await life.read(acts.in_force, life.people.li_ming) == []
