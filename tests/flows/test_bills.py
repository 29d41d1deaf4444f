"""A day's bill beside our books: each difference is found once and none is invented, what can be mended is, the rest waits at the desk."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.base.db import City, Database
from models.base.ids import Ids
from models.base.ports import BillLine, GatewayDown, Malformed, RefundNews, RefundState
from models.flows.settlement import Settlement
from models.post import desk
from models.violations import bills, store
from models.violations.bill_rules import Differs, Outcome, What
from models.violations.bill_tables import lines
from models.violations.rules import State
from models.violations.tables import ledger, orders, payments, refunds
from scheduler.jobs.reconcile_bills import NoSuchBill, ReconcileBills, Reconciled, check_day, due_days
from tests.acts.queries import count
from tests.conftest import PATIENT, START, FixedClock
from tests.databases import Databases, on_sqlite
from tests.fakes import FakePayments
from tests.flows.challenges import served
from tests.flows.life import Life
from tests.helpers import paid_trade, town
from tests.service import Fakes, delivery

DAY = START.date()


async def reconcile(life: Life, gateway: FakePayments, day: date = DAY) -> Reconciled:
    """On the morning after, at half past ten or later."""
    wall = life.clocks[1]
    wall.instant = max(wall.instant, START + timedelta(days=1, hours=1))
    return await ReconcileBills(life.database, gateway).run(day)


async def found(life: Life, day: date = DAY) -> list[tuple[str, str, str | None]]:
    """What differs, by kind, what it is about, and how it was settled."""
    return [(each.kind, each.what, each.outcome) for each in await life.read(bills.of_day, day)]


async def topics(life: Life) -> list[str]:
    async with life.database.read() as work:
        waiting = select(desk.tickets).where(desk.tickets.c.closed_at.is_(None))
        return sorted(row.topic for row in await work.all(waiting))


async def one_paid(life: Life) -> BillLine:
    """A case that was paid; its line."""
    number = await served(life)
    order = await life.order(number)
    trade = paid_trade(order, life.database.wall.now())
    assert await life.settle(trade) is Settlement.BOOKED
    return BillLine("payment", trade.transaction_id, order.number, trade.total, "SUCCESS")


async def one_refunded(life: Life) -> tuple[list[BillLine], BillLine]:
    """Two payments of one case, and the refund of the second; their lines."""
    number = await served(life)
    own, other = await life.order(number), await life.order(number, "o-wife")
    now = life.database.wall.now()
    trades = [paid_trade(own, now), paid_trade(other, now)]
    assert [await life.settle(trade) for trade in trades] == [Settlement.BOOKED, Settlement.SURPLUS]
    await delivery(life.database, Fakes()).drain()
    async with life.database.read() as work:
        [refund] = await work.all(select(refunds))
    paid = [
        BillLine("payment", trade.transaction_id, trade.order_no, trade.total, "SUCCESS") for trade in trades
    ]
    back = BillLine("refund", refund.number, refund.transaction_id, refund.amount, "SUCCESS")
    return paid, back


async def test_a_day_on_which_all_is_right(life: Life):
    paid, back = await one_refunded(life)
    done = await reconcile(life, FakePayments(bills={DAY: [*paid, back]}))
    assert (done.bill.payments, done.bill.paid, done.bill.refunds, done.bill.refunded) == (2, 40000, 1, 20000)
    assert (done.found, await found(life), await topics(life)) == (0, [], [])
    async with life.database.read() as work:
        assert await count(work, lines) == 0
        assert await bills.open_differences(work) == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(lambda line: [], Differs.MISSING_THERE, id="the bill has it not"),
        pytest.param(lambda line: [replace(line, amount=1)], Differs.OTHER_AMOUNT, id="another amount"),
        pytest.param(lambda line: [replace(line, state="REVOKED")], Differs.OTHER_STATE, id="another state"),
        pytest.param(lambda line: [line, line], Differs.TWICE, id="on two lines"),
        pytest.param(
            lambda line: [line, replace(line, number="4200X", order_no="X" * 32)],
            Differs.MISSING_HERE,
            id="one we never heard of, and whose order is none of ours",
        ),
    ],
)
async def test_what_differs_waits_at_the_desk_once(
    life: Life, change: Callable[[BillLine], list[BillLine]], kind: Differs
):
    gateway = FakePayments(bills={DAY: change(await one_paid(life))})
    for _ in range(2):  # again is harmless
        assert (await reconcile(life, gateway)).found == 1
        assert await found(life) == [(kind, What.PAYMENT, None)]
        assert await topics(life) == ["bill_difference"]
    async with life.database.read() as work:
        assert await bills.open_differences(work) == 1


async def test_what_an_officer_has_closed_stays_closed(life: Life):
    gateway = FakePayments(bills={DAY: [replace(await one_paid(life), amount=1)]})
    await reconcile(life, gateway)
    async with life.database.begin("officer:1") as work:
        [ticket] = [row.number for row in await work.all(select(desk.tickets))]
        await desk.take(work, ticket, "officer:1")
        await desk.close(work, ticket, "officer:1", "WeChat Pay has corrected it")
    await reconcile(life, gateway)
    assert await topics(life) == []
    assert await life.read(bills.open_differences) == 0


async def test_a_payment_we_never_heard_of_is_booked_as_its_notification_would_have_been(life: Life):
    number = await served(life)
    order = await life.order(number)
    trade = paid_trade(order, life.database.wall.now())
    line = BillLine("payment", trade.transaction_id, order.number, trade.total, "SUCCESS")
    gateway = FakePayments(bills={DAY: [line]}, trades={order.number: trade})
    done = await reconcile(life, gateway)
    assert (done.found, done.mended) == (1, 1)
    assert await found(life) == [(Differs.MISSING_HERE, What.PAYMENT, Outcome.BOOKED)]
    assert (await life.case(number)).state is State.PAID
    assert await topics(life) == []
    assert (await reconcile(life, gateway)).found == 0


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"transaction_id": "4200other"}, id="another transaction"),
        pytest.param({"total": 19999}, id="another amount"),
    ],
)
async def test_a_payment_whose_order_tells_another_tale_is_not_booked(life: Life, wrong: dict[str, str]):
    number = await served(life)
    order = await life.order(number)
    trade = paid_trade(order, life.database.wall.now())
    line = BillLine("payment", trade.transaction_id, order.number, trade.total, "SUCCESS")
    told = {order.number: replace(trade, **wrong)}  # type: ignore[arg-type]
    await reconcile(life, FakePayments(bills={DAY: [line]}, trades=told))
    assert (await life.case(number)).state is State.SERVED
    assert await topics(life) == ["bill_difference"]


async def test_what_stands_on_the_next_days_bill_was_not_missing(life: Life):
    """Around midnight the two clocks may disagree."""
    line = await one_paid(life)
    gateway = FakePayments(bills={DAY + timedelta(days=1): [line]})
    await reconcile(life, gateway)
    assert await topics(life) == ["bill_difference"]
    life.clocks[1].move(days=1)
    assert (await reconcile(life, gateway, DAY + timedelta(days=1))).found == 0
    assert await found(life) == [(Differs.MISSING_THERE, What.PAYMENT, Outcome.OTHER_DAY)]
    assert await topics(life) == []
    await reconcile(life, gateway)  # and it does not come back
    assert await topics(life) == []


async def test_what_is_corrected_when_the_day_is_compared_again_is_settled(life: Life):
    line = await one_paid(life)
    gateway = FakePayments(bills={DAY: [replace(line, amount=1)]})
    await reconcile(life, gateway)
    gateway.bills[DAY] = [line]
    assert (await reconcile(life, gateway)).found == 0
    assert await found(life) == [(Differs.OTHER_AMOUNT, What.PAYMENT, Outcome.GONE)]
    assert await topics(life) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(lambda line: [], Differs.MISSING_THERE, id="arrived, and on no bill"),
        pytest.param(lambda line: [replace(line, amount=1)], Differs.OTHER_AMOUNT, id="another amount"),
        pytest.param(lambda line: [replace(line, state="FAIL")], Differs.OTHER_STATE, id="failed over there"),
        pytest.param(
            lambda line: [line, replace(line, number="5030BYHAND")], Differs.MISSING_HERE, id="made by hand"
        ),
    ],
)
async def test_refunds_differ_the_same_ways(
    life: Life, change: Callable[[BillLine], list[BillLine]], kind: Differs
):
    paid, back = await one_refunded(life)
    gateway = FakePayments(bills={DAY: [*paid, *change(back)]})
    assert (await reconcile(life, gateway)).found == 1
    assert await found(life) == [(kind, What.REFUND, None)]


async def test_a_refund_that_stood_on_an_earlier_bill_need_not_stand_on_this(life: Life):
    """Asked for on one day, arrived on the next."""
    paid, back = await one_refunded(life)
    under_way = replace(back, state="PROCESSING")
    gateway = FakePayments(bills={DAY: [*paid, under_way]})
    async with life.database.begin("test") as work:
        await work.run(update(refunds).values(ended_at=START + timedelta(days=1)))
    assert (await reconcile(life, gateway)).found == 0
    life.clocks[1].move(days=1)
    assert (await reconcile(life, gateway, DAY + timedelta(days=1))).found == 0


async def test_the_end_of_a_refund_that_we_did_not_hear_of_is_recorded(life: Life):
    paid, back = await one_refunded(life)
    async with life.database.begin("test") as work:
        await work.run(update(refunds).values(state="failed", code="ABNORMAL", ended_at=None))
        await work.run(ledger.table.delete().where(ledger.table.c.reason == "refund"))
    gateway = FakePayments(bills={DAY: [*paid, back]})
    gateway.refunds[back.number] = RefundNews(back.number, RefundState.DONE, back.amount)
    done = await reconcile(life, gateway)
    assert (done.found, done.mended, await topics(life)) == (1, 1, [])
    assert await found(life) == [(Differs.OTHER_STATE, What.REFUND, Outcome.RECORDED)]


async def test_a_bill_that_cannot_be_had_is_asked_for_again(life: Life):
    line = await one_paid(life)
    gateway = FakePayments(bills={DAY: [line]}, trouble=GatewayDown("STATEMENT_CREATING"))
    life.clocks[1].instant = START + timedelta(days=1, hours=1)
    job = ReconcileBills(life.database, gateway)
    assert await job.run_due() == 0
    gateway.trouble = None
    assert await job.run_due() == 7  # the last week, made up for
    assert await job.run_due() == 0
    assert await found(life) == []


async def test_a_bill_that_cannot_be_read_is_for_a_person_until_it_can(life: Life):
    gateway = FakePayments(trouble=Malformed("line 3 of the bill: not an amount"))
    life.clocks[1].instant = START + timedelta(days=1, hours=1)
    job = ReconcileBills(life.database, gateway)
    await job.run_due()
    assert await topics(life) == ["bill_unreadable"] * 7
    gateway.trouble = None
    await job.run_due()
    assert await topics(life) == []


@pytest.mark.parametrize(
    ("hours", "newest"),
    [
        pytest.param(0.4, date(2026, 2, 28), id="10:24: yesterday's may not be there yet"),
        pytest.param(0.5, date(2026, 3, 1), id="half past ten"),
        pytest.param(13.9, date(2026, 3, 1), id="before midnight in China, after it nowhere"),
        pytest.param(14, date(2026, 3, 1), id="midnight in China: yesterday's is not made before ten"),
    ],
)
def test_which_days_are_due(hours: float, newest: date):
    days = due_days(START + timedelta(hours=hours))
    assert (days[-1], len(days)) == (newest, 7)


@pytest.mark.parametrize("back", [0, -1, 91])
def test_days_without_a_bill(back: int):
    with pytest.raises(NoSuchBill):
        check_day(DAY - timedelta(days=back), START)


PLANTED = st.sampled_from([None, "absent", "amount", "state", "stranger"])


@on_sqlite
def test_each_difference_is_found_once_and_none_is_invented(city: City, databases: Databases):
    """Random books with planted differences."""

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.lists(PLANTED, max_size=8))
    def any_books(planted: list[str | None]) -> None:
        asyncio.run(_any_books(city, databases, planted))

    any_books()


async def _any_books(city: City, databases: Databases, planted: list[str | None]) -> None:
    clocks = FixedClock(), FixedClock()
    url = await databases.fresh()
    database = Database(
        url, city=replace(city, ids=Ids(Random(7))), civic=clocks[0], wall=clocks[1], limits=PATIENT
    )
    try:
        life = Life(database, clocks, await town(database))
        case = await served(life)
        bill, expected = [], []
        for number, what in enumerate(planted):
            line = BillLine("payment", f"4200{number:028}", f"{number:032}", 100 + number, "SUCCESS")
            if what != "stranger":
                await _book(life, case, line)
            told, kind = {
                None: ([line], None),
                "absent": ([], Differs.MISSING_THERE),
                "amount": ([replace(line, amount=1)], Differs.OTHER_AMOUNT),
                "state": ([replace(line, state="REVOKED")], Differs.OTHER_STATE),
                "stranger": ([line], Differs.MISSING_HERE),
            }[what]
            bill += told
            expected += [(kind, line.number)] if kind else []
        gateway = FakePayments(bills={DAY: bill})
        for _ in range(2):
            await reconcile(life, gateway)
            kept = await life.read(bills.of_day, DAY)
            assert sorted((each.kind, each.number) for each in kept) == sorted(expected)
        assert len(await topics(life)) == len(expected)
    finally:
        await database.close()


async def _book(life: Life, case: str, line: BillLine) -> None:
    """A payment as it stands in our books, whatever it closed."""
    wall = life.database.wall.now()
    order = {"number": line.order_no, "case_number": case, "openid": "", "total": line.amount, "surcharge": 0}
    paid = {"transaction_id": line.number, "order_number": line.order_no, "case_number": case}
    async with life.database.begin("test") as work:
        await work.run(orders.insert().values(**order, state="paid", expires_at=wall, made_at=wall))
        amounts = {"amount": line.amount, "surplus": 0, "paid_at": wall, "booked_at": wall}
        await work.run(payments.insert().values(**paid, **amounts))
        assert await store.case(work, case)
