"""A hundred pieces of news of one case, at once, in any order, from WeChat Pay and from the counter: one booking, one lifting, one
confirmation; and whatever came besides goes back."""

import asyncio
from random import Random

import pytest

from models.flows import counter
from models.restrictions import acts as restrictions
from models.violations import balance, refunds
from models.violations.counter import Slip
from models.violations.rules import State
from models.violations.tables import ledger, payments
from tests.acts.queries import count
from tests.flows.challenges import served
from tests.flows.life import Life
from tests.helpers import paid_trade

AT_ONCE = 20  # as many as there are connections


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_hundred_pieces_of_news_are_one_payment(life: Life, seed: int):
    number = await served(life)
    await life.days(24)  # locked
    for_each = [
        paid_trade(await life.order(number, openid), life.database.wall.now())
        for openid in ("o-li", "o-wife")
    ]
    today, total = life.database.civic.now().date(), for_each[0].total
    slips = [Slip(f"B-000{each}", "示范市商业银行", today, total, (number,)) for each in (1, 2)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def tell(news: object) -> None:
        async with gate:
            if not isinstance(news, Slip):
                await life.settle(news)  # type: ignore[arg-type]
                return
            async with life.database.begin("officer:1") as work:
                await counter.enter(work, news, "officer:1")

    order = [*for_each, *slips] * 25
    Random(seed).shuffle(order)
    await asyncio.gather(*[tell(news) for news in order])
    await life.deliver_all()
    told = [kind for _, kind in life.told]
    assert told.count("payment_receipt") + told.count("payment_counter") == 1
    assert (told.count("wallet_unlock"), told.count("wallet_unlocked")) == (
        1,
        2,
    )  # a confirmation: chat and text
    assert (await life.case(number)).state is State.PAID
    async with life.database.read() as work:
        assert not await restrictions.in_force(work, life.people.li_ming)
        assert await count(work, payments) == 4
        back = await refunds.of_case(work, number)
        assert (len(back), sum(each.amount for each in back)) == (3, 3 * total)
        assert await balance.imbalance(work) == 0
        assert await ledger.balance(work, f"fine:{number}") == 0
