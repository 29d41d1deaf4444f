"""A case in each of its states, lived through by the acts and flows that lead there; all return its number."""

from collections.abc import Awaitable, Callable

from models.flows import challenge, enforcement, settlement
from models.identity import acts as identity
from models.violations import challenge_rules, payments, store
from models.violations.rules import State
from tests.helpers import (
    APP_ID,
    HORN,
    MERCHANT_ID,
    OVERLOAD,
    decided_case,
    paid_trade,
    recorded_case,
    serve,
)
from tests.pages.world import World

Life = Callable[[World], Awaitable[str]]


async def recorded(world: World) -> str:
    async with world.database.begin("api:K1") as work:
        return await recorded_case(work)


async def notified(world: World) -> str:
    number = await recorded(world)
    await serve(world.database)
    return number


async def without_amount(world: World) -> str:
    async with world.database.begin("api:K1") as work:
        return await recorded_case(work, code=OVERLOAD)


async def without_points(world: World) -> str:
    async with world.database.begin("api:K1") as work:
        return await recorded_case(work, code=HORN)


async def objected(world: World) -> str:
    """Waiting for the answer to an objection."""
    number = await notified(world)
    async with world.database.begin("citizen:1") as work:
        await challenge.file(
            work, world.town.li_ming, number, challenge_rules.Kind.OBJECTION, "红灯时我在让救护车"
        )
    return number


async def decided(world: World, record_no: str = "R1") -> str:
    async with world.database.begin("citizen:1") as work:
        await identity.set_consent(work, world.town.li_ming, given=True)
        return await decided_case(work, world.town.li_ming, record_no)


async def served(world: World) -> str:
    """Served on Monday 2 March: the last day to pay is Tuesday 17 March."""
    number = await decided(world)
    await serve(world.database)
    return number


async def overdue(world: World) -> str:
    """Two days after the last one."""
    number = await served(world)
    world.civic.move(days=17)
    async with world.database.begin("system:overdue") as work:
        await enforcement.announce_overdue(work)
    return number


async def paid(world: World) -> str:
    return await pay(world, await served(world))


async def paid_late(world: World) -> str:
    return await pay(world, await overdue(world))


async def erased(world: World) -> str:
    return await _end(world, await recorded(world), State.ERASED)


async def voided(world: World) -> str:
    return await _end(world, await served(world), State.VOIDED)


async def pay(world: World, number: str) -> str:
    """Pay a case by code, and book it."""
    async with world.database.begin("page:pay") as work:
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE)
        trade = paid_trade(order, world.wall.now())
        await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)
    return number


async def _end(world: World, number: str, state: State) -> str:
    async with world.database.begin("officer:1") as work:
        assert await store.move(work, number, state, closed_on=work.today)
    return number
