"""Paid orders, their payments and their postings are in balance, whatever was paid; what is not is seen at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from models.base.db import Database
from models.flows import settlement
from models.violations import payments, store
from models.violations.balance import imbalance
from models.violations.payments import Order
from models.violations.tables import ledger
from models.violations.tables import payments as booked
from tests.conftest import START, FixedClock
from tests.flows.life import Life
from tests.helpers import APP_ID, MERCHANT_ID, decided_case, paid_trade

FINE = 20000
POSTED = ledger.table


@pytest.fixture
async def order(life: Life) -> Order:
    """For a fine of 200 yuan, paid."""
    async with life.database.begin("citizen") as work:
        number = await decided_case(work, life.people.li_ming)
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE)
        await payments.order_opened(work, order.number, "weixin://x")
    await pay(life.database, order)
    return order


async def pay(database: Database, order: Order) -> None:
    async with database.begin("system:wechat-pay") as work:
        await settlement.settle(work, paid_trade(order), app_id=APP_ID, merchant_id=MERCHANT_ID)


async def off(database: Database) -> int:
    async with database.read() as work:
        return await imbalance(work)


async def test_nothing_is_off_before_anything_was_paid(life: Life) -> None:
    assert await off(life.database) == 0


async def test_a_fine_that_was_paid_is_in_balance(life: Life, order: Order) -> None:
    assert await off(life.database) == 0


async def test_money_for_a_case_that_was_closed_is_in_balance(life: Life) -> None:
    """A second order of the same case was paid, too: it is kept apart until it goes back."""
    async with life.database.begin("citizen") as work:
        number = await decided_case(work, life.people.li_ming)
    for order in [await life.order(number, openid) for openid in ("o-li", "o-another")]:
        await pay(life.database, order)
    assert await off(life.database) == 0


WRONG = [
    pytest.param(delete(POSTED).where(POSTED.c.reason == "payment"), 2 * FINE, id="no posting"),
    pytest.param(delete(booked), FINE, id="no payment"),
    pytest.param(update(booked).values(amount=FINE - 1), 1, id="a payment of another amount"),
    pytest.param(
        update(POSTED).where(POSTED.c.reason == "decision").values(amount=FINE + 100),
        100,
        id="something left on a closed fine",
    ),
]


@pytest.mark.parametrize(("fault", "fen"), WRONG)
async def test_what_is_wrong_is_seen(life: Life, order: Order, fault: Any, fen: int) -> None:
    async with life.database.begin("system:test") as work:
        await work.run(fault)
    assert await off(life.database) == fen


async def test_only_what_is_recent_is_looked_at(life: Life, order: Order, wall: FixedClock) -> None:
    async with life.database.begin("system:test") as work:
        await work.run(delete(booked))
    wall.instant = START + timedelta(days=2, seconds=1)
    assert await off(life.database) == 0
