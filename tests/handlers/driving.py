"""A driver's two years, as Li Ming hears of them: held and released, held and given back, points taken off, carried over, cleared."""

from datetime import date, timedelta

from models.base.db import Work
from models.flows import education as studies
from models.flows import full_score, point_cycles, settlement
from models.identity import acts as identity
from models.licences import account, education
from models.licences import acts as licences
from models.licences.education import Learned
from models.licences.reduction_rules import Learnt
from models.violations import payments, store
from tests.handlers import lives
from tests.handlers.chat import World
from tests.helpers import APP_ID, LI_MING, MERCHANT_ID, PARKING, paid_trade

ME = "officer:1"


async def years(world: World) -> None:
    """All that is told of points."""
    him = world.town.li_ming
    await _full(world, "440000000011")
    async with world.database.begin(ME) as work:
        await identity.hold(work, him)
        await licences.reverse_decision(work, him, "440000000011")
    await _full(world, "440000000012")
    await _given_back(world)
    async with world.database.begin(ME) as work:
        await identity.hold(work, him)
        await licences.post_decision(work, him, 3, "440000000013")
        today = work.today
        await education.reduce(work, "L-0001", him, Learned(Learnt.ON_SITE, today, today, 60, passed=True), 2)
    await _cycles(world)


async def _full(world: World, number: str) -> None:
    """Up to twelve points, with a decision of this number."""
    async with world.database.begin(ME) as work:
        await identity.hold(work, world.town.li_ming)
        missing = 12 - await account.total(work, world.town.li_ming)
        await licences.post_decision(work, world.town.li_ming, missing, number)
    await lives.deliver(world)


async def _given_back(world: World) -> None:
    """Seven days of study, the exam, and whatever is unpaid."""
    first = world.civic.now().date()
    world.pass_time(days=6)
    last = first + timedelta(days=6)
    for reference, learned in (
        ("S-0001", Learned(Learnt.FULL_STUDY, first, last)),
        ("E-0001", Learned(Learnt.FULL_EXAM, last, last, passed=True)),
    ):
        async with world.database.begin(ME) as work:
            await studies.record(work, reference, LI_MING.claim.resident_id, learned)
    async with world.database.begin("page:pay") as work:
        for number in await full_score.unpaid(work, world.town.li_ming):
            await _pay(work, world, number)
    await lives.deliver(world)


async def _cycles(world: World) -> None:
    """The first ends with a fine that is overdue and unpaid, the second with nothing of the kind."""
    him = world.town.li_ming
    number = await lives.served(world, "D1", code=PARKING)
    async with world.database.begin(ME) as work:
        await identity.hold(work, him)
        await licences.post_decision(work, him, 3, number)
    await _next_cycle(world)
    async with world.database.begin("page:pay") as work:
        await _pay(work, world, number)
    await _next_cycle(world)


async def _next_cycle(world: World) -> None:
    today = world.civic.now().date()
    ends = date(today.year + (today >= date(today.year, 6, 1)), 6, 1)
    world.pass_time(days=(ends - today).days)
    async with world.database.begin("system:jobs") as work:
        await point_cycles.close_ending(work)
    await lives.deliver(world)


async def _pay(work: Work, world: World, number: str) -> None:
    case = await store.case(work, number)
    assert case is not None
    order = await payments.prepare_order(work, case, payments.BY_CODE)
    trade = paid_trade(order, world.wall.now())
    await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)
