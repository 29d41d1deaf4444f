"""An officer's month, as Li Ming hears of it: a figure, an erased record, a longer term, two decisions taken back, an announcement."""

from datetime import timedelta

from models.base.db import Work
from models.flows import counter, settlement, voiding
from models.violations import counter_refunds, officer_acts, payments, refunds, silent_owners, store
from models.violations.counter import Slip
from models.violations.grounds import EraseGround, VoidGround
from tests.handlers import lives
from tests.handlers.chat import World
from tests.helpers import APP_ID, MERCHANT_ID, OVERLOAD, PARKING, decided_case, paid_trade

ME, WHY = "officer:1", "根据记录"


async def month(world: World) -> None:
    """All that officers do with cases."""
    ranged = await lives.recorded(world, "O1", code=OVERLOAD)
    wrong = await lives.recorded(world, "O2", code=PARKING)
    longer = await lives.recorded(world, "O3", code=PARKING)
    async with world.database.begin("citizen:1") as work:
        unpaid, paid = [
            await decided_case(work, world.town.li_ming, record, code=PARKING) for record in ("O4", "O5")
        ]
    await _pay(world, paid)
    async with world.database.begin(ME) as work:
        await officer_acts.set_figure(work, ranged, ME, 50000, WHY)
        await officer_acts.erase(work, await _case(work, wrong), ME, EraseGround.OTHER_VEHICLE, WHY)
        await officer_acts.extend(work, longer, ME, work.today + timedelta(days=60), WHY)
        for number in (unpaid, paid):
            await voiding.void(work, await _case(work, number), ME, VoidGround.PROCEDURE, WHY)
    await lives.deliver(world)
    await at_the_counter(world)
    await announced(world)


async def at_the_counter(world: World) -> None:
    """A part, then the rest and more, which is given back."""
    number = await lives.served(world, "O6", code=PARKING)
    async with world.database.begin(ME) as work:
        for receipt, fen in (("B-0001", 5000), ("B-0002", 11000)):
            await counter.enter(work, Slip(receipt, "示范市商业银行", work.today, fen, (number,)), ME)
        [owed] = await refunds.of_case(work, number)
    await lives.deliver(world)
    async with world.database.begin(ME) as work:
        await counter_refunds.repay(work, owed.number, ME, "A-1", work.today, WHY)
    await lives.deliver(world)


async def announced(world: World) -> None:
    """Five records that lie, and what is told of them."""
    numbers = [await lives.recorded(world, f"L{each}", code=PARKING) for each in range(5)]
    world.pass_time(days=31)
    async with world.database.begin(ME) as work:
        await silent_owners.propose(work, numbers[0], ME, WHY)
    await lives.deliver(world)


async def _pay(world: World, number: str) -> None:
    async with world.database.begin("page:pay") as work:
        order = await payments.prepare_order(work, await _case(work, number), payments.BY_CODE)
        trade = paid_trade(order, world.wall.now())
        await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)


async def _case(work: Work, number: str) -> store.Case:
    return await officer_acts.known(work, number)
