"""What has happened to a citizen before a conversation begins; each returns the case number."""

from collections.abc import Awaitable, Callable

from models.flows import settlement
from models.identity import acts as identity
from models.identity.rules import Plate
from models.violations import payments, store
from models.violations.rules import State
from scheduler.jobs import announce_overdue_fines
from tests.handlers.chat import World
from tests.helpers import APP_ID, LI_PLATE, MERCHANT_ID, SPEEDING, decided_case, paid_trade, recorded_case
from tests.service import delivery

Life = Callable[[World], Awaitable[str]]


async def recorded(
    world: World, record_no: str = "R1", *, plate: Plate = LI_PLATE, code: str = SPEEDING
) -> str:
    """Recorded and notified."""
    async with world.database.begin("api:K1") as work:
        number = await recorded_case(work, record_no, plate=plate, code=code)
    await deliver(world)
    return number


async def decided(world: World, record_no: str = "R1") -> str:
    """Accepted, without consent to electronic service, so that nothing serves it."""
    async with world.database.begin("citizen:1") as work:
        number = await decided_case(work, world.town.li_ming, record_no)
    await deliver(world)
    return number


async def served(world: World, record_no: str = "R1", *, code: str = SPEEDING) -> str:
    """Served on Monday 2 March: the last day to pay is Tuesday 17 March."""
    async with world.database.begin("citizen:1") as work:
        await identity.set_consent(work, world.town.li_ming, given=True)
        number = await decided_case(work, world.town.li_ming, record_no, code=code)
    await deliver(world)
    return number


async def overdue(world: World) -> str:
    """Two days after the last one; the warning is queued."""
    number = await served(world)
    world.pass_time(days=17)
    async with world.database.begin("system:jobs") as work:
        await announce_overdue_fines.JOB.run(work)
    return number


async def paid(world: World, record_no: str = "R1", *, code: str = SPEEDING) -> str:
    """Paid by code."""
    number = await served(world, record_no, code=code)
    async with world.database.begin("page:pay") as work:
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE)
        trade = paid_trade(order, world.wall.now())
        await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)
    return number


async def erased(world: World) -> str:
    """Erased by an officer before it was decided."""
    return await _end(world, await recorded(world), State.ERASED)


async def voided(world: World) -> str:
    """A decision that an officer took back."""
    return await _end(world, await served(world), State.VOIDED)


async def deliver(world: World) -> None:
    """Everything due goes out."""
    await delivery(world.database, world.fakes).drain()


async def _end(world: World, number: str, state: State) -> str:
    async with world.database.begin("officer:1") as work:
        assert await store.move(work, number, state, closed_on=work.today)
    return number
