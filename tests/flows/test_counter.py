"""Paid at the counter of the treasury's bank: booked as of the bank's day, once, whatever else came; what is too much goes back."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.base.errors import Refusal
from models.base.ports import TradeState
from models.flows import counter, voiding
from models.flows.settlement import Settlement
from models.post.desk import tickets
from models.restrictions import acts as restrictions
from models.violations import balance, bills, counter_refunds, receipts, refunds, reversing, store
from models.violations.counter import Entered, Slip
from models.violations.counter_refunds import Repaid
from models.violations.counter_rules import Till
from models.violations.grounds import VoidGround
from models.violations.payments import OrderState
from models.violations.refund_rules import RefundState, Why
from models.violations.rules import State
from models.violations.tables import ledger, orders
from scheduler.jobs.query_silent_orders import SilentOrders
from scheduler.jobs.reconcile_bills import ReconcileBills
from tests.acts.queries import count
from tests.fakes import FakePayments
from tests.flows.challenges import served
from tests.flows.life import Life
from tests.helpers import PARKING, WANG_PLATE, paid_trade
from tests.service import Fakes, delivery

BANK = "示范市商业银行人民路支行"
OFFICER = "officer:1"
DAY = date(2026, 3, 3)


def march(day: int) -> date:
    return date(2026, 3, day)


async def enter(
    life: Life, *cases: str, paid_on: date, amount: int = 20000, receipt: str = "B-0001", bank: str = BANK
) -> Entered | str:
    """What became of it, or the key of its refusal."""
    async with life.database.begin(OFFICER) as work:
        try:
            return await counter.enter(work, Slip(receipt, bank, paid_on, amount, cases), OFFICER)
        except Refusal as refusal:
            return refusal.key


async def repay(life: Life, refund: str, receipt: str = "A-1", day: date = DAY) -> Repaid | str:
    async with life.database.begin(OFFICER) as work:
        try:
            return await counter_refunds.repay(work, refund, OFFICER, receipt, day, "本人领取")
        except Refusal as refusal:
            return refusal.key


async def void(life: Life, number: str) -> int:
    case = await life.case(number)
    async with life.database.begin(OFFICER) as work:
        return await voiding.void(work, case, OFFICER, VoidGround.PROCEDURE, "程序有误")


async def back(life: Life, number: str) -> list[tuple[Till, int, Why]]:
    """What goes back, and which way."""
    return [(each.till, each.amount, each.why) for each in await life.read(refunds.of_case, number)]


async def accounts(life: Life, number: str) -> list[int]:
    """What is left on the fine; owed back to somebody; and by how much anything is out of balance."""
    names = (f"fine:{number}", "surplus", reversing.OWED_BACK)
    return [*[await life.read(ledger.balance, name) for name in names], await life.read(balance.imbalance)]


async def topics(life: Life) -> list[str]:
    async with life.database.read() as work:
        rows = await work.all(select(tickets.c.topic).where(tickets.c.closed_at.is_(None)))
        return sorted(row.topic for row in rows)


@pytest.mark.parametrize(
    ("days", "paid_on", "amount", "laid", "state"),
    [
        pytest.param(8, 10, 20000, (20000, 0, 0), State.PAID, id="whole, entered on the day"),
        pytest.param(10, 10, 20000, (20000, 0, 0), State.PAID, id="entered two days later"),
        pytest.param(20, 17, 20000, (20000, 0, 0), State.PAID, id="on the last day, entered when overdue"),
        pytest.param(22, 19, 21200, (20000, 1200, 0), State.PAID, id="the surcharge is the bank's day's"),
        pytest.param(22, 19, 22400, (20000, 1200, 1200), State.PAID, id="not that of the day of entry"),
        pytest.param(22, 19, 20000, (20000, 0, 0), State.OVERDUE, id="without the surcharge"),
        pytest.param(8, 10, 5000, (5000, 0, 0), State.SERVED, id="a part, smaller than the chat allows, too"),
        pytest.param(8, 10, 25000, (20000, 0, 5000), State.PAID, id="more than is owed"),
    ],
)
async def test_what_the_bank_took(
    life: Life, days: int, paid_on: int, amount: int, laid: tuple[int, int, int], state: State
):
    number = await served(life)
    await life.days(days)
    entered = await enter(life, number, paid_on=march(paid_on), amount=amount)
    assert isinstance(entered, Entered)
    [one] = entered.cases
    assert (one.principal, one.surcharge, one.surplus, one.state) == (*laid, state)
    assert (await life.case(number)).state is state
    left = 20000 - laid[0] if state is not State.PAID else 0
    assert await accounts(life, number) == [left, -laid[2], 0, 0]
    assert await back(life, number) == ([(Till.COUNTER, laid[2], Why.MORE)] if laid[2] else [])
    await life.deliver()
    told = life.last("payment_counter" if state is State.PAID else "payment_counter_part").params
    assert (told["amount"], told["day"], told["bank"]) == (laid[0] + laid[1], march(paid_on), BANK)


async def test_it_lifts_the_lock_and_the_citizen_is_told_as_after_any_payment(life: Life):
    number = await served(life)
    await life.days(24)  # locked on the 25th of March
    assert await life.read(restrictions.in_force, life.people.li_ming)
    await enter(life, number, paid_on=march(26), amount=25400)
    assert await life.read(restrictions.in_force, life.people.li_ming) == []
    await life.deliver_all()
    assert [kind for _, kind in life.told[-4:]] == [
        "wallet_unlock",
        "payment_counter",
        "wallet_unlocked",
        "wallet_unlocked",
    ]


@pytest.mark.parametrize(
    ("again", "answer"),
    [
        pytest.param({}, None, id="the same: answered, and not booked again"),
        pytest.param({"amount": 19999}, "officer.receipt_other", id="another amount"),
        pytest.param({"paid_on": march(9)}, "officer.receipt_other", id="another day"),
        pytest.param({"bank": "另一家银行"}, "officer.receipt_other", id="another bank"),
    ],
)
async def test_a_receipt_is_entered_once(life: Life, again: dict[str, Any], answer: str | None):
    number = await served(life)
    await life.days(8)
    first = await enter(life, number, paid_on=march(10))
    assert isinstance(first, Entered)
    second = await enter(life, number, **{"paid_on": march(10), **again})
    if answer is None:
        assert isinstance(second, Entered)
        assert (first.new, second.new, second.cases) == (True, False, first.cases)
    else:
        assert second == answer
    assert await back(life, number) == []
    assert (await life.waiting()).count("payment_counter") == 1
    async with life.database.read() as work:
        assert await count(work, orders) == 1


async def test_a_receipt_that_names_another_case_is_refused(life: Life):
    number = await served(life)
    await enter(life, number, paid_on=march(2))
    await life.consent(life.people.wang_fang)
    other = await life.record("R2", plate=WANG_PLATE)
    await life.accept(other)
    assert await enter(life, other, paid_on=march(2)) == "officer.receipt_other"
    assert (await life.case(other)).state is State.SERVED


async def undecided(life: Life) -> str:
    return await life.record()


async def erased(life: Life) -> str:
    number = await life.record()
    async with life.database.begin(OFFICER) as work:
        assert await store.move(work, number, State.ERASED, closed_on=work.today)
    return number


async def unknown(life: Life) -> str:
    del life
    return "442012003481"


@pytest.mark.parametrize(
    ("made", "paid_on", "answer"),
    [
        pytest.param(served, march(3), "officer.counter_future", id="a day to come"),
        pytest.param(served, march(1), "officer.counter_before", id="before the decision"),
        pytest.param(undecided, march(2), "officer.counter_undecided", id="nobody has decided"),
        pytest.param(erased, march(2), "officer.counter_undecided", id="erased"),
        pytest.param(unknown, march(2), "officer.no_case", id="no case"),
    ],
)
async def test_an_entry_that_cannot_be(
    life: Life, made: Callable[[Life], Awaitable[str]], paid_on: date, answer: str
):
    assert await enter(life, await made(life), paid_on=paid_on) == answer
    async with life.database.read() as work:
        assert await count(work, orders) == 0


async def test_several_cases_on_one_receipt_the_oldest_due_first(life: Life):
    first = await served(life)
    await life.days(3)
    second = await life.record("R2", code=PARKING)
    await life.accept(second)
    entered = await enter(life, second, first, paid_on=march(5), amount=30000)
    assert isinstance(entered, Entered)
    assert [(each.case, each.principal, each.state) for each in entered.cases] == [
        (first, 20000, State.PAID),
        (second, 10000, State.SERVED),
    ]
    assert await life.read(balance.imbalance) == 0


async def test_money_for_a_decision_that_was_taken_back_waits_at_the_counter(life: Life):
    number = await served(life)
    await void(life, number)
    await enter(life, number, paid_on=march(2))
    assert (await life.case(number)).state is State.VOIDED
    assert await back(life, number) == [(Till.COUNTER, 20000, Why.WITHDRAWN)]
    assert await topics(life) == ["counter_refund"]
    await life.deliver_all()
    assert "人民路1号" in life.last("refund_at_counter").params["counter"]


async def test_what_waits_at_the_counter_is_given_back_once(life: Life):
    number = await served(life)
    await enter(life, number, paid_on=march(2), amount=25000)
    [refund] = await life.read(refunds.of_case, number)
    await life.days(1)
    assert await repay(life, refund.number, day=march(1)) == "officer.repaid_day"
    assert await repay(life, refund.number, day=march(4)) == "officer.repaid_day"
    said = [await repay(life, refund.number) for _ in range(2)]
    assert said == [Repaid(refund.number, number, 5000, "A-1", new=new) for new in (True, False)]
    assert await repay(life, refund.number, "A-2") == "officer.repaid_before"
    assert await accounts(life, number) == [0, 0, 0, 0]
    assert (await life.read(refunds.by_number, refund.number)).state is RefundState.DONE
    assert await topics(life) == []
    await life.deliver_all()
    assert [kind for _, kind in life.told].count("refund_repaid") == 1


async def test_one_receipt_does_not_stand_for_two_repayments(life: Life):
    number = await served(life)
    await enter(life, number, paid_on=march(2), amount=25000)
    await enter(life, number, paid_on=march(2), amount=20000, receipt="B-0002")
    one, other = await life.read(refunds.of_case, number)
    assert isinstance(await repay(life, one.number, day=march(2)), Repaid)
    assert await repay(life, other.number, day=march(2)) == "officer.repaid_receipt"


@pytest.mark.parametrize(
    ("wechat", "counter_on", "amount", "returned"),
    [
        pytest.param(10, 12, 20000, 20000, id="WeChat Pay first"),
        pytest.param(12, 10, 20000, 20000, id="the counter first"),
        pytest.param(23, 19, 21200, 23600, id="the counter first, with less surcharge: the difference, too"),
        pytest.param(19, 23, 20000, 20000, id="the counter later, without the surcharge"),
    ],
)
async def test_paid_both_ways_wechat_pay_goes_back_and_the_counter_stands(
    life: Life, wechat: int, counter_on: int, amount: int, returned: int
):
    number = await served(life)
    await life.days(wechat - 2)
    assert await life.pay(number) is Settlement.BOOKED
    await life.days(25 - wechat)
    entered = await enter(life, number, paid_on=march(counter_on), amount=amount)
    assert isinstance(entered, Entered)
    assert entered.booked_fen == amount
    assert await back(life, number) == [(Till.WECHAT, returned, Why.DOUBLE)]
    await delivery(life.database, Fakes()).drain()
    assert await accounts(life, number) == [0, 0, 0, 0]
    assert await topics(life) == []
    paid = (await issued(life, number)).payments
    assert [each.amount for each in paid if each.at_counter == "B-0001"] == [amount]


async def issued(life: Life, number: str) -> receipts.Receipt:
    async with life.database.begin("citizen") as work:
        return await receipts.issue(work, life.people.li_ming, number)


async def test_a_receipt_names_the_payment_that_stands(life: Life):
    number = await served(life)
    await life.pay(number)
    before = await issued(life, number)
    await enter(life, number, paid_on=march(2))
    after = await issued(life, number)
    assert (after.code, after.total) == (before.code, before.total)
    assert [[each.at_counter for each in one.payments] for one in (before, after)] == [[""], ["B-0001"]]


async def test_more_at_the_counter_than_wechat_pay_brought_is_fetched_there(life: Life):
    number = await served(life)
    await life.pay(number)
    await enter(life, number, paid_on=march(2), amount=21000)
    assert await back(life, number) == [(Till.COUNTER, 21000, Why.DOUBLE)]


async def test_wechat_pays_money_after_the_counters_goes_back_by_itself(life: Life):
    number = await served(life)
    order = await life.order(number)
    await enter(life, number, paid_on=march(2))
    assert await life.settle(paid_trade(order)) is Settlement.SURPLUS
    assert await back(life, number) == [(Till.WECHAT, 20000, Why.DOUBLE)]
    assert await accounts(life, number) == [0, -20000, 0, 0]


async def test_voided_after_both_everybody_gets_back_what_is_left(life: Life):
    number = await served(life)
    await life.days(21)  # 23 March
    await life.pay(number)
    await enter(life, number, paid_on=march(19), amount=21200)
    assert await void(life, number) == 21200
    assert sorted(await back(life, number)) == [
        (Till.COUNTER, 21200, Why.VOIDED),
        (Till.WECHAT, 23600, Why.DOUBLE),
    ]
    assert await accounts(life, number) == [0, -23600, -21200, 0]


@pytest.mark.parametrize(
    ("says", "ended"),
    [
        pytest.param(TradeState.OPEN, OrderState.CLOSED, id="closed"),
        pytest.param(TradeState.PAID, OrderState.PAID, id="paid at that moment: it goes back"),
    ],
)
async def test_orders_that_nobody_needs_any_more_are_closed(life: Life, says: TradeState, ended: OrderState):
    number = await served(life)
    order = await life.order(number)
    await enter(life, number, paid_on=march(2), amount=5000)
    wire = FakePayments()
    if says is TradeState.PAID:
        wire.trades[order.number] = paid_trade(order)
    for clock in life.clocks:
        clock.move(seconds=5)
    assert await SilentOrders(life.database, wire).query_all() == 1  # soon: not when it expires
    async with life.database.read() as work:
        assert await count(work, orders, number=order.number, state=ended) == 1
    assert wire.closed == ([order.number] if says is TradeState.OPEN else [])


async def test_wechat_pays_bill_does_not_miss_it(life: Life):
    number = await served(life)
    await enter(life, number, paid_on=march(2), amount=25000)
    [refund] = await life.read(refunds.of_case, number)
    await repay(life, refund.number, day=march(2))
    for clock in life.clocks:
        clock.move(days=1)
    done = await ReconcileBills(life.database, FakePayments()).run(march(2))
    assert done.found == 0
    assert await life.read(bills.open_differences) == 0
