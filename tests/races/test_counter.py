"""Money at the counter beside other money: the same receipt twice, two receipts of one case, and WeChat Pay at the same moment."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from sqlalchemy import select

from models.flows import counter
from models.flows.settlement import Settlement
from models.post.desk import tickets
from models.restrictions import acts as restrictions
from models.violations import balance, counter_refunds, refunds
from models.violations.counter import Entered, Slip
from models.violations.counter_rules import Till
from models.violations.counter_tables import counter_receipts
from models.violations.payments import OrderState
from models.violations.rules import State
from models.violations.tables import ledger, orders
from tests.conftest import START
from tests.databases import on_postgresql
from tests.helpers import paid_trade
from tests.races import acts, jobs
from tests.races.ring import Meetings, Ring, at_once
from tests.races.street import Citizen, Street
from tests.races.wire import Job
from tests.service import Fakes, delivery

pytestmark = on_postgresql
ME, SHE = "officer:1", "officer:2"


def slip(street: Street, *cases: str, amount: int = 20000) -> Slip:
    """A receipt of a number of its own."""
    number = f"B-{next(street.numbers):06}"
    return Slip(number, "示范市商业银行", street.database.civic.now().date(), amount, cases)


def enter(paper: Slip, officer: str = ME) -> Job:
    return jobs.act(counter.enter, paper, officer)


async def back(street: Street, number: str) -> list[Till]:
    async with street.database.read() as work:
        return [each.till for each in await refunds.of_case(work, number)]


async def is_settled(street: Street, him: Citizen, number: str, surplus: int = 0) -> None:
    """Booked once, in balance, its lock lifted once, its citizen told once; so much more came (fen)."""
    assert (await street.case(number)).state is State.PAID
    assert await street.happened("payment.booked", f"case {number}") == 1
    assert await street.happened("restriction.lifted", f"case {number}") == 1
    told = await street.told(him)
    assert (told.count("payment_counter") + told.count("payment_receipt"), told.count("wallet_unlock")) == (
        1,
        1,
    )
    async with street.database.read() as work:
        assert await balance.imbalance(work) == 0
        assert await ledger.balance(work, f"fine:{number}") == 0
        assert not await restrictions.in_force(work, him.person_id)


async def test_a_receipt_that_two_enter_is_booked_once(twins: Meetings, street: Street) -> None:
    """`alone` for the receipt's number: the second finds it."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.locked(him)
        paper = slip(street, number, amount=await street.owed(number))
        told = await meet(enter(paper), enter(paper, SHE))
        assert sorted(each.new for each in told) == [False, True]
        await is_settled(street, him, number)
        assert await back(street, number) == []


async def test_a_receipt_that_two_enter_for_other_cases_is_one_case_s(
    twins: Meetings, street: Street
) -> None:
    """The same lock: nobody else holds both."""
    async for meet in twins:
        numbers = [await street.decided(await street.citizen()) for _ in range(2)]
        paper = slip(street, numbers[0])
        told = await meet(enter(paper), enter(replace(paper, cases=(numbers[1],)), SHE))
        assert "officer.receipt_other" in told
        assert await street.rows(counter_receipts, receipt_no=paper.receipt_no) == 1
        states = sorted([(await street.case(number)).state for number in numbers])
        assert states == [State.DECIDED, State.PAID]


async def test_of_two_receipts_of_one_case_one_goes_back(twins: Meetings, street: Street) -> None:
    """The cases are held (`settlement.held`) before what is open is looked at."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.locked(him)
        owed = await street.owed(number)
        papers = [slip(street, number, amount=owed) for _ in range(2)]
        told: Sequence[Entered] = await meet(*[enter(paper) for paper in papers])
        assert sorted(each.surplus_fen for each in told) == [0, owed]
        await is_settled(street, him, number)
        assert await back(street, number) == [Till.COUNTER]
        assert (await street.told(him)).count("refund_at_counter") == 1


async def test_the_counter_and_wechat_pay_at_once(meetings: Meetings, street: Street) -> None:
    """The same; WeChat Pay's money goes back, whichever was first, and its order is no longer open."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        order = await street.ordered(number)
        paper = slip(street, number, amount=order.total)
        _, booked = await meet(enter(paper), jobs.pay(paid_trade(order, START)))
        assert booked in {Settlement.BOOKED, Settlement.SURPLUS}
        await is_settled(street, him, number)
        assert await back(street, number) == [Till.WECHAT]
        assert await street.rows(orders, case_number=number, state=OrderState.PAID) == 2


async def test_the_counter_while_an_order_is_made(meetings: Meetings, street: Street) -> None:
    """The case is held by both: no order stays open for what was paid."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        paper = slip(street, number, amount=await street.owed(number))
        await meet(enter(paper), jobs.act(acts.order, number))
        await is_settled(street, him, number)
        async with street.database.read() as work:
            held = await work.all(select(orders.c.expires_at).where(orders.c.state == OrderState.NEW))
        assert all(row.expires_at <= street.database.wall.now() for row in held)


async def test_money_is_given_back_at_the_counter_once(twins: Meetings, street: Street) -> None:
    """The refund's row is held (`repay`, FOR UPDATE)."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.decided(him)
        await street.act(counter.enter, slip(street, number, amount=25000), ME)
        async with street.database.read() as work:
            [refund] = await refunds.of_case(work, number)
        day = street.database.civic.now().date()
        receipts = [f"A-{next(street.numbers):06}" for _ in range(2)]
        said = await meet(
            *[
                jobs.act(counter_refunds.repay, refund.number, ME, receipt, day, "本人领取")
                for receipt in receipts
            ]
        )
        assert "officer.repaid_before" in said
        assert await street.rows(ledger.table, reason="refund", reference=refund.number) == 1
        assert (await street.told(him)).count("refund_repaid") == 1
        assert await street.rows(tickets, subject=f"refund {refund.number}", closed_at=None) == 0


async def test_a_hundred_pieces_of_news_to_two_processes_are_one_payment(ring: Ring, street: Street) -> None:
    """All of the above. Half of them to each, in another order; two payments by WeChat Pay and two receipts, each 25 times."""
    him = await street.citizen()
    number = await street.locked(him)
    trades = [paid_trade(await street.ordered(number, openid), START) for openid in ("", him.openid)]
    papers = [slip(street, number, amount=trades[0].total) for _ in range(2)]
    news = [*[jobs.pay(trade) for trade in trades], *[enter(paper) for paper in papers]] * 25
    Random(1).shuffle(news)
    await at_once(ring, jobs.together(news[:50]), jobs.together(news[50:]))
    await is_settled(street, him, number)
    assert len(await back(street, number)) == 3
    assert await street.happened("refund.owed", f"case {number}") == 3
    worker = delivery(street.database, Fakes())
    await worker.drain()
    assert (await street.told(him)).count(
        "wallet_unlocked"
    ) == 0  # he was never locked there: the payment came first
