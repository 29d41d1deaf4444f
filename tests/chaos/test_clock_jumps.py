"""The city's clock is two days ahead, and two days behind again: no slot is skipped, nothing is done or sent twice, nobody is locked
early."""

from datetime import date, timedelta

from sqlalchemy import func, select

from models.base.clock import DemoCivic
from models.base.db import Database
from models.post.outbox import outbox
from models.restrictions import rules
from tests.chaos import slots
from tests.chaos.conftest import Start, Tell, until
from tests.chaos.outside import GOOD_DAYS, Outside
from tests.chaos.size import LONG_ENOUGH, SIZE
from tests.databases import on_postgresql
from tests.races.street import Street

pytestmark = [on_postgresql, LONG_ENOUGH]

WARNED_DAYS_AGO = 3
DUE_ON_DAYS = range(-1, 7)  # counted from the first


async def at_rest(database: Database, first: date, last: date) -> bool:
    """All jobs have run, those of days that were lived through once only, and all that is due has been sent."""
    now = database.civic.now()
    under_way = (outbox.c.state == "claimed") | ((outbox.c.state == "pending") & (outbox.c.due_at <= now))
    async with database.read() as work:
        waiting = await work.scalar(select(func.count()).where(under_way))
    return not waiting and await slots.ran(database) == slots.owed(first, now + (last - now.date()))


async def test_nothing_is_skipped_or_done_twice(
    database: Database, start: Start, outside: tuple[Outside, str], tell: Tell
) -> None:
    far, civic, street = outside[0], database.civic, Street(database)
    assert isinstance(civic, DemoCivic)
    far.moods, far.today = GOOD_DAYS, lambda: civic.now().date()
    begin = civic.now()
    first = last = begin.date()
    await street.enter_catalogue()
    last_days = [first + timedelta(days=days) for days in DUE_ON_DAYS]
    cases = {await slots.due(street, by): by for by in last_days}
    ripe = await slots.warned(street, WARNED_DAYS_AGO)
    warned_on, measure = first - timedelta(days=WARNED_DAYS_AGO), database.city.tariff.measures.wallet
    takes_hold = rules.takes_hold_on(warned_on, measure)
    for visit in SIZE.visits:
        civic.move_to(begin + timedelta(days=visit))
        last = max(last, civic.now().date())
        city = await start("all", DRAIN_SECONDS="0")
        await until(lambda last=last: at_rest(database, first, last))
        city.terminate()
        assert await city.ended() == 0, city.log
    found = await slots.happened(database, {*cases, ripe})
    wanted = slots.expected(cases, first, last, database)
    wanted[slots.IMPOSED, ripe] = 1
    locked = [day for days in far.locked.values() for day in days]
    early = [day for day in locked if day < takes_hold]
    twice = [key for key, count in far.texts.items() if count > 1]
    tell(
        "clock jumps of two days",
        jumps=len(SIZE.visits) - 1,
        slots=len(await slots.ran(database)),
        effects=found.total(),
        missing=(wanted - found).total(),
        too_many=(found - wanted).total(),
        sent_twice=len(twice),
        locked_early=len(early),
    )
    assert found == wanted
    assert (twice, early) == ([], [])
    assert len(locked) == 1
