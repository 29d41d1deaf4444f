"""What tests of payment plans need: a case that is asked for, an officer's answer, and a part that is paid."""

from collections.abc import Sequence
from datetime import date, timedelta

from models.flows import plan as flow
from models.flows import settlement
from models.violations import payments, plans, store
from models.violations.plan_rules import PlanKind
from models.violations.plans import Plan
from scheduler.jobs import announce_overdue_fines, watch_plans
from tests.handlers import lives
from tests.handlers.chat import World
from tests.helpers import APP_ID, MERCHANT_ID, PARKING, paid_trade

REASON = "这个月失业了"
WHY = "the papers were seen"


async def asked(world: World, number: str, kind: PlanKind = PlanKind.DEFERRAL, wished: int = 1) -> Plan:
    async with world.database.begin("citizen:1") as work:
        return await flow.ask(work, world.town.li_ming, number, kind, REASON, wished)


async def the_newest(world: World, number: str) -> Plan:
    async with world.database.read() as work:
        return (await plans.of_case(work, number))[0]


async def granted(world: World, number: str, days: Sequence[date]) -> Plan:
    """By an officer, and it goes out."""
    waiting = await the_newest(world, number)
    async with world.database.begin("officer:1") as work:
        plan = await flow.grant(work, waiting.id, "officer:1", days, WHY)
    await lives.deliver(world)
    return plan


async def refused(world: World, number: str) -> None:
    waiting = await the_newest(world, number)
    async with world.database.begin("officer:1") as work:
        await flow.refuse(work, waiting.id, "officer:1", WHY)
    await lives.deliver(world)


async def pay_part(world: World, number: str, amount: int) -> None:
    """So many fen of a case, by code."""
    async with world.database.begin("page:pay") as work:
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE, amount=amount)
        trade = paid_trade(order, world.wall.now())
        await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)
    await lives.deliver(world)


async def mornings(world: World, count: int) -> None:
    """So many days go by, with what is done about plans in each."""
    for _ in range(count):
        world.pass_time(days=1)
        async with world.database.begin("system:jobs") as work:
            await watch_plans.JOB.run(work)
            await announce_overdue_fines.JOB.run(work)
        await lives.deliver(world)


async def difficult_year(world: World) -> None:
    """All that is told of plans: a part, a refusal, a deferral, instalments of which one is forgotten."""
    parted, no, later, slowly = [await lives.served(world, f"P{each}", code=PARKING) for each in range(4)]
    await pay_part(world, parted, 5000)
    for number, kind in ((no, PlanKind.DEFERRAL), (later, PlanKind.DEFERRAL), (slowly, PlanKind.INSTALMENTS)):
        await asked(world, number, kind)
    today = world.civic.now().date()
    await refused(world, no)
    await granted(world, later, [today + timedelta(days=60)])
    await granted(world, slowly, [today + timedelta(days=days) for days in (1, 30)])
    await mornings(world, 7)
