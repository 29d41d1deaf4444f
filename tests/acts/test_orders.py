"""Payment orders: an amount holds for half an hour, never past midnight; the open one is given again."""

from datetime import date, timedelta

import pytest

from models.base.clock import CITY_ZONE
from models.base.db import Database, Work
from models.base.errors import Refusal
from models.violations import acts, payments, store
from models.violations.payments import BY_CODE, OrderState
from models.violations.rules import State
from tests.conftest import START, FixedClock
from tests.helpers import Town, decided_case, recorded_case


async def order_of(work: Work, person_id: int, number: str, openid: str = "o-li") -> payments.Order:
    case = await acts.case_of(work, person_id, number)
    return await payments.prepare_order(work, case, openid)


async def test_an_order_of_todays_bill(work: Work, people: Town):
    number = await decided_case(work, people.li_ming)
    order = await order_of(work, people.li_ming, number)
    assert (order.case_number, order.total, order.surcharge) == (number, 20000, 0)
    assert (order.state, order.handle, order.openid) == (OrderState.NEW, None, "o-li")
    assert order.expires_at == work.wall + timedelta(minutes=30)
    assert await payments.order(work, order.number) == order
    assert await payments.order(work, "no such order") is None


async def test_the_open_order_is_given_again(work: Work, people: Town):
    number = await decided_case(work, people.li_ming)
    order = await order_of(work, people.li_ming, number)
    await payments.order_opened(work, order.number, "prepay-1")
    again = await order_of(work, people.li_ming, number)
    assert (again.number, again.state, again.handle) == (order.number, OrderState.OPEN, "prepay-1")
    assert (await order_of(work, people.li_ming, number, BY_CODE)).number != order.number


@pytest.mark.parametrize("state", [State.RECORDED, State.NOTIFIED, State.PAID, State.ERASED, State.VOIDED])
async def test_there_is_nothing_to_pay_for_an_undecided_or_closed_case(
    work: Work, people: Town, state: State
):
    if state in {State.RECORDED, State.NOTIFIED, State.ERASED}:
        number = await recorded_case(work)
    else:
        number = await decided_case(work, people.li_ming)
    if state is not State.RECORDED:
        assert await store.move(work, number, state)
    with pytest.raises(Refusal, match=r"pay\.nothing"):
        await order_of(work, people.li_ming, number)


async def test_a_closed_or_expiring_order_is_not_given_again(
    database: Database, people: Town, civic: FixedClock, wall: FixedClock
):
    async with database.begin("citizen") as work:
        number = await decided_case(work, people.li_ming)
        first = await order_of(work, people.li_ming, number)
        await payments.order_closed(work, first.number)
        second = await order_of(work, people.li_ming, number)
    for clock in (civic, wall):
        clock.move(minutes=29)
    async with database.begin("citizen") as work:
        third = await order_of(work, people.li_ming, number)
    assert len({first.number, second.number, third.number}) == 3


async def test_an_amount_never_holds_past_midnight(
    database: Database, people: Town, civic: FixedClock, wall: FixedClock
):
    """The civic clock may be days ahead of the wall: the same duration is added there."""
    civic.instant = START.replace(hour=23, minute=50) + timedelta(days=9)
    async with database.begin("citizen") as work:
        number = await decided_case(work, people.li_ming)
        order = await order_of(work, people.li_ming, number)
    assert order.expires_at == wall.now() + timedelta(minutes=10)
    assert civic.now().astimezone(CITY_ZONE).date() == date(2026, 3, 11)


async def test_orders_nobody_told_the_end_of(database: Database, people: Town, wall: FixedClock):
    async with database.begin("citizen") as work:
        number = await decided_case(work, people.li_ming)
        order = await order_of(work, people.li_ming, number)
        assert await payments.unpaid_orders(work, silent_only=True) == []
        assert await payments.unpaid_orders(work, silent_only=False) == [order]
    wall.move(seconds=21)
    async with database.begin("citizen") as work:
        assert await payments.unpaid_orders(work, silent_only=True) == [order]
        assert [await payments.claim_paid(work, order.number) for _ in range(2)] == [True, False]
        assert await payments.unpaid_orders(work, silent_only=False) == []
        await payments.order_closed(work, order.number)  # paid stays paid
        paid = await payments.order(work, order.number)
    assert paid is not None
    assert paid.state is OrderState.PAID
