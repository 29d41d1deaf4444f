"""Money that comes twice, from two sides, or for two cases at once."""

from dataclasses import replace

import pytest

from models.base.ports import Trade, TradeState
from models.flows.settlement import Settlement
from models.restrictions import acts as restrictions
from models.violations import balance, store
from models.violations.payments import OrderState
from models.violations.rules import State
from models.violations.tables import orders, payments
from tests.databases import on_postgresql
from tests.helpers import paid_trade
from tests.races import acts, jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.service import Fakes, delivery

pytestmark = on_postgresql

A_MINUTE = 60  # seconds, after which an order is silent


async def trade_of(street: Street, number: str, openid: str = "") -> Trade:
    """The news that an order of this case was paid."""
    return paid_trade(await street.ordered(number, openid), street.database.wall.now())


async def is_settled(street: Street, him: Citizen, *numbers: str) -> None:
    """Booked once, in balance, the lock lifted once."""
    for number in numbers:
        assert (await street.case(number)).state is State.PAID
        assert await street.rows(payments, case_number=number, surplus=0) == 1
        assert await street.happened("payment.booked", f"case {number}") == 1
        assert await street.happened("restriction.lifted", f"case {number}") == 1
    told = await street.told(him)
    assert (told.count("payment_receipt"), told.count("wallet_unlock")) == (len(numbers), 1)
    async with street.database.read() as work:
        assert await balance.imbalance(work) == 0
        assert not await restrictions.in_force(work, him.person_id)


async def test_news_that_comes_to_both_is_booked_once(twins: Meetings, street: Street) -> None:
    """The guarded update of the order (`claim_paid`). To the end: the wallet acknowledges one unlock, and the citizen is told of it
    once on each of the two channels."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.locked(him)
        worker = delivery(street.database, Fakes())
        await worker.drain()
        news = jobs.pay(await trade_of(street, number))
        assert sorted(await meet(news, news)) == [Settlement.ALREADY, Settlement.BOOKED]
        await is_settled(street, him, number)
        await worker.drain()
        assert (await street.told(him)).count("wallet_unlocked") == 2


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        pytest.param(TradeState.PAID, OrderState.PAID, id="paid"),
        pytest.param(TradeState.CLOSED, OrderState.PAID, id="closed, it was a moment ago"),
    ],
)
async def test_news_while_the_order_is_asked_about(
    meetings: Meetings, street: Street, answer: TradeState, ended: OrderState
) -> None:
    """The guarded updates of the order: `claim_paid` from any state but paid, `order_closed` from open ones only."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        trade = await trade_of(street, number)
        asked = jobs.later(A_MINUTE, jobs.query(replace(trade, state=answer)))
        told, _ = await meet(jobs.pay(trade), asked)
        assert told in {Settlement.BOOKED, Settlement.ALREADY}
        assert await street.rows(orders, case_number=number, state=ended) == 1
        await is_settled(street, him, number)


async def test_two_cases_of_one_lock_are_paid_at_once(twins: Meetings, street: Street) -> None:
    """The person is held (`restrictions.lift`): the second sees what the first lifted."""
    async for meet in twins:
        him = await street.citizen()
        numbers = [await street.locked(him) for _ in range(2)]
        news = [jobs.pay(await trade_of(street, number)) for number in numbers]
        assert await meet(*news) == (Settlement.BOOKED, Settlement.BOOKED)
        await is_settled(street, him, *numbers)


async def test_of_two_payments_of_one_case_one_goes_back(twins: Meetings, street: Street) -> None:
    """The guarded move of the case: the second money is surplus."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.locked(him)
        news = [jobs.pay(await trade_of(street, number, openid)) for openid in ("", him.openid)]
        assert sorted(await meet(*news)) == [Settlement.BOOKED, Settlement.SURPLUS]
        assert (await street.told(him)).count("payment_surplus") == 1
        await is_settled(street, him, number)


async def test_two_who_are_about_to_pay_get_one_order(twins: Meetings, street: Street) -> None:
    """The case is held (`store.states`, FOR UPDATE) while an open order is looked for."""
    async for meet in twins:
        number = await street.decided(await street.citizen())
        one, other = await meet(jobs.act(acts.order, number), jobs.act(acts.order, number))
        assert one == other
        assert await street.rows(orders, case_number=number) == 1


async def test_a_payment_is_not_undone_by_news_that_the_decision_did_not_arrive(
    meetings: Meetings, street: Street
) -> None:
    """The guarded update of `service_failed`: only what is served is served no more."""
    async for meet in meetings:
        number = await street.late(await street.citizen())
        booked, _ = await meet(
            jobs.pay(await trade_of(street, number)), jobs.act(store.service_failed, number)
        )
        assert booked is Settlement.BOOKED
        assert (await street.case(number)).state is State.PAID
