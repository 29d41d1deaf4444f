"""From the money to the unlock: booked once, whatever the news and its order; what does not fit goes back or to an officer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.base.clock import CITY_ZONE
from models.base.ports import TradeState
from models.flows.settlement import Settlement
from models.post import outbox
from models.post.desk import tickets
from models.restrictions import acts as restrictions
from models.violations.payments import order_closed
from models.violations.rules import State
from models.violations.tables import ledger, payments
from tests.acts.queries import count
from tests.flows.life import Life
from tests.helpers import paid_trade

Owing = Callable[[], Awaitable[str]]


@pytest.fixture
def owing(life: Life) -> Owing:
    """A case of 200 yuan, served on 2 March and due on the 17th."""

    async def owing() -> str:
        await life.consent(life.people.li_ming)
        number = await life.record()
        await life.accept(number)
        return number

    return owing


async def payments_of(life: Life, number: str) -> list[tuple[int, int]]:
    """Amount and surplus of what came in on a case."""
    async with life.database.read() as work:
        paid = select(payments).where(payments.c.case_number == number).order_by(payments.c.booked_at)
        return [(row.amount, row.surplus) for row in await work.all(paid)]


async def test_a_payment_closes_the_case(life: Life, owing: Owing):
    number = await owing()
    assert await life.pay(number) is Settlement.BOOKED
    case = await life.case(number)
    assert (case.state, case.closed_on) == (State.PAID, life.database.civic.now().date())
    assert await payments_of(life, number) == [(20000, 0)]
    assert await life.read(ledger.balance, f"fine:{number}") == 0
    assert await life.read(ledger.balance, "treasury") == 20000
    assert await life.waiting() == ["payment_receipt"]


async def test_news_that_comes_again_changes_nothing(life: Life, owing: Owing):
    number = await owing()
    trade = paid_trade(await life.order(number))
    outcomes = [await life.settle(trade) for _ in range(4)]
    assert outcomes == [Settlement.BOOKED] + [Settlement.ALREADY] * 3
    assert await payments_of(life, number) == [(20000, 0)]
    assert await life.waiting() == ["payment_receipt"]


async def test_the_same_news_at_the_same_time_is_booked_once(life: Life, owing: Owing):
    trade = paid_trade(await life.order(await owing()))
    outcomes = await asyncio.gather(*(life.settle(trade) for _ in range(5)))
    assert sorted(outcomes) == [Settlement.ALREADY] * 4 + [Settlement.BOOKED]


@pytest.mark.parametrize("state", [state for state in TradeState if state is not TradeState.PAID])
async def test_news_of_anything_but_a_payment_books_nothing(life: Life, owing: Owing, state: TradeState):
    number = await owing()
    trade = replace(paid_trade(await life.order(number)), state=state)
    assert await life.settle(trade) is Settlement.NOT_PAID
    assert (await life.case(number)).state is State.SERVED


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"total": 19999}, id="a fen less"),
        pytest.param({"total": 20001}, id="a fen more"),
        pytest.param({"app_id": "wx-other"}, id="another app"),
        pytest.param({"merchant_id": "1900000002"}, id="another merchant"),
        pytest.param({"currency": "USD"}, id="another currency"),
        pytest.param({"order_no": "0" * 32}, id="not our order"),
    ],
)
async def test_a_payment_that_does_not_match_goes_to_an_officer(
    life: Life, owing: Owing, wrong: dict[str, Any]
):
    number = await owing()
    trade = paid_trade(await life.order(number))
    outcomes = [await life.settle(replace(trade, **wrong)) for _ in range(2)]
    assert outcomes == [Settlement.MISMATCH] * 2
    assert (await life.case(number)).state is State.SERVED
    async with life.database.read() as work:
        assert await count(work, tickets, topic="payment_mismatch") == 1
    assert await life.settle(trade) is Settlement.BOOKED  # the right news is still good


async def test_a_second_payment_is_surplus_and_goes_back(life: Life, owing: Owing):
    number = await owing()
    own, by_another = await life.order(number), await life.order(number, "o-wife")
    assert await life.settle(paid_trade(own)) is Settlement.BOOKED
    assert await life.settle(paid_trade(by_another)) is Settlement.SURPLUS
    assert await life.settle(paid_trade(by_another)) is Settlement.ALREADY
    assert sorted(await payments_of(life, number)) == [(20000, 0), (20000, 20000)]
    assert await life.read(ledger.balance, f"fine:{number}") == 0
    assert await life.read(ledger.balance, "surplus") == -20000
    assert await life.waiting() == ["payment_receipt", "refund", "payment_surplus"]


async def test_two_payments_at_the_same_time_close_the_case_once(life: Life, owing: Owing):
    number = await owing()
    orders = [await life.order(number, openid) for openid in ("o-li", "o-wife")]
    outcomes = await asyncio.gather(*(life.settle(paid_trade(order)) for order in orders))
    assert sorted(outcomes) == [Settlement.BOOKED, Settlement.SURPLUS]


async def last_evening(life: Life) -> None:
    """17 March, 23:50: the last minutes of the last day to pay."""
    for clock in life.clocks:
        clock.instant = clock.instant.astimezone(CITY_ZONE).replace(day=17, hour=23, minute=50)


def clock_on(life: Life, **span: float) -> None:
    for clock in life.clocks:
        clock.move(**span)


@pytest.mark.parametrize(
    ("paid_after", "told_after", "outcome"),
    [
        pytest.param(9, 9, Settlement.BOOKED, id="paid and told before midnight"),
        pytest.param(9, 600, Settlement.BOOKED, id="paid before midnight, told in the morning"),
        pytest.param(10, 15, Settlement.BOOKED, id="paid in the last second"),
        pytest.param(11, 11, Settlement.SURPLUS, id="paid after midnight: the day costs 6 yuan more"),
    ],
)
async def test_an_amount_holds_until_its_order_expires(
    life: Life, owing: Owing, paid_after: int, told_after: int, outcome: Settlement
):
    number = await owing()
    await last_evening(life)
    order = await life.order(number)
    trade = paid_trade(order, life.database.wall.now() + timedelta(minutes=paid_after))
    clock_on(life, minutes=told_after)
    await life.jobs()
    assert await life.settle(trade) is outcome
    closed = outcome is Settlement.BOOKED
    assert (await life.case(number)).state is (State.PAID if closed else State.OVERDUE)
    assert await life.read(ledger.balance, f"fine:{number}") == (0 if closed else 20000)


@pytest.mark.parametrize(
    "timed", [pytest.param(True, id="paid late"), pytest.param(False, id="without a time")]
)
async def test_an_expired_order_that_still_is_the_bill_closes_the_case(life: Life, owing: Owing, timed: bool):
    number = await owing()
    trade = paid_trade(await life.order(number))
    clock_on(life, days=2)
    trade = replace(trade, paid_at=life.database.wall.now() if timed else None)
    assert await life.settle(trade) is Settlement.BOOKED


async def test_paying_a_closed_order_still_counts(life: Life, owing: Owing):
    """The provider may take money across the closing."""
    number = await owing()
    order = await life.order(number)
    async with life.database.begin("system:orders") as work:
        await order_closed(work, order.number)
    assert await life.settle(paid_trade(order)) is Settlement.BOOKED


async def locked(life: Life, owing: Owing) -> str:
    """A case whose lock took hold this morning, 25 March."""
    number = await owing()
    await life.days(23)
    assert "wallet_locked" in [kind for _, kind in life.told]
    return number


async def test_the_lock_is_lifted_with_the_booking(life: Life, owing: Owing):
    number = await locked(life, owing)
    await life.pay(number)
    assert await life.read(restrictions.in_force, life.people.li_ming) == []


async def test_only_the_wallets_acknowledgement_tells_the_citizen(life: Life, owing: Owing):
    number = await locked(life, owing)
    await life.pay(number)
    assert await life.waiting() == ["wallet_unlock", "payment_receipt"]
    assert await life.deliver() == ["wallet_unlock", "payment_receipt"]
    assert await life.waiting() == ["wallet_unlocked", "wallet_unlocked"]  # chat and text
    assert await life.deliver() == ["wallet_unlocked", "wallet_unlocked"]
    assert await life.deliver() == []


async def test_a_lock_that_was_paid_before_it_was_sent_is_not_sent(life: Life, owing: Owing):
    number = await owing()
    await life.days(22)
    clock_on(life, days=1)
    await life.jobs()
    assert await life.waiting() == ["wallet_lock"]
    await life.pay(number)
    assert await life.deliver() == ["wallet_unlock", "payment_receipt"]
    await life.deliver_all()
    kinds = [kind for _, kind in life.told]
    assert "wallet_lock" not in kinds
    assert "wallet_locked" not in kinds


async def test_a_lock_that_is_paid_while_it_is_being_sent_is_undone(life: Life, owing: Owing):
    """The citizen is not told of a lock that is gone by then."""
    number = await owing()
    await life.days(22)
    clock_on(life, days=1)
    await life.jobs()
    async with life.database.begin("system:delivery") as work:
        [lock] = await outbox.claim(work, limit=1, lease=timedelta(minutes=1))
    await life.pay(number)
    async with life.database.begin("system:delivery") as work:
        assert await outbox.sent(work, lock, "wallet")
        await restrictions.LOCK.on_sent(work, [lock])
    await life.deliver_all()
    kinds = [kind for _, kind in life.told]
    assert "wallet_unlock" in kinds
    assert "wallet_locked" not in kinds
