"""The money of a decision that was taken back: owed, asked for, asked about, arrived, and in balance."""

import pytest

from models.base.ports import GatewayDown, GatewayError, GatewayRefused, RefundNews, RefundState
from models.flows.settlement import Settlement
from models.licences import acts as licences
from models.post import desk
from models.violations import balance, refunds
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.reversing import OWED_BACK
from models.violations.rules import State
from models.violations.tables import ledger
from models.violations.tables import refunds as refund_rows
from tests.acts.queries import count
from tests.fakes import FakePayments
from tests.flows.challenges import decide, file, served
from tests.flows.life import Life
from tests.helpers import paid_trade
from tests.service import Fakes, delivery


async def deliver(life: Life, payments: FakePayments | None = None) -> None:
    """Everything that is due, refunds included."""
    await delivery(life.database, Fakes(payments=payments or FakePayments())).drain()


async def test_voided_after_it_was_paid_gives_the_money_back(life: Life):
    number = await served(life)
    await life.days(17)  # two days late
    await life.pay(number)
    await life.deliver_all()
    await decide(life, await file(life, number, Kind.REVIEW), ChallengeState.VOIDED)
    owed = await life.read(ledger.balance, OWED_BACK)
    assert owed == -21200
    payments = FakePayments()
    await deliver(life, payments)
    [(refund_no, _, amount)] = payments.refunded
    assert amount == 21200
    for account in (OWED_BACK, "treasury", "imposed", f"fine:{number}"):
        assert await life.read(ledger.balance, account) == 0
    assert await life.read(balance.imbalance) == 0
    assert await life.read(count_refunds, refund_no) == 1
    assert (await life.read(licences.balance, life.people.li_ming)).points == 0


async def count_refunds(work: object, number: str) -> int:
    return await count(work, refund_rows, number=number, state=refunds.RefundState.DONE)  # type: ignore[arg-type]


async def paid_and_voided(life: Life) -> str:
    number = await served(life)
    await life.pay(number)
    await life.deliver_all()
    await decide(life, await file(life, number, Kind.REVIEW), ChallengeState.VOIDED)
    return number


async def pass_time(life: Life, seconds: float) -> None:
    for clock in life.clocks:
        clock.move(seconds=seconds)


@pytest.mark.parametrize(
    ("trouble", "arrived"),
    [
        pytest.param(None, RefundState.UNDER_WAY, id="on its way to the bank"),
        pytest.param(GatewayDown("no answer"), RefundState.DONE, id="no answer: it may have been taken"),
    ],
)
async def test_a_refund_is_asked_about_until_it_is_through(
    life: Life, trouble: GatewayError | None, arrived: RefundState
):
    await paid_and_voided(life)
    payments = FakePayments(arrived=arrived, trouble=trouble)
    await deliver(life, payments)
    [(refund_no, *_)] = payments.refunded
    assert await life.read(count_refunds, refund_no) == 0
    payments.trouble = None
    await pass_time(life, 5)
    await deliver(life, payments)
    if arrived is RefundState.UNDER_WAY:
        assert payments.refunds_queried == [refund_no]
        payments.refunds[refund_no] = RefundNews(refund_no, RefundState.DONE, 20000)
        await pass_time(life, 10)
        await deliver(life, payments)
    assert {number for number, *_ in payments.refunded} == {refund_no}
    assert await life.read(count_refunds, refund_no) == 1
    assert await life.read(ledger.balance, OWED_BACK) == 0


async def test_a_refund_that_cannot_be_is_for_a_person(life: Life):
    await paid_and_voided(life)
    await deliver(life, FakePayments(trouble=GatewayRefused("USER_ACCOUNT_ABNORMAL")))
    async with life.database.read() as work:
        assert await count(work, desk.tickets, topic="refund_failed") == 1
        assert await count(work, refund_rows, state=refunds.RefundState.FAILED) == 1
    assert await life.read(ledger.balance, OWED_BACK) == -20000


async def test_an_order_paid_after_the_decision_went_is_surplus(life: Life):
    number = await served(life)
    order = await life.order(number)
    await decide(life, await file(life, number), ChallengeState.VOIDED)
    trade = paid_trade(order, life.database.wall.now())
    assert await life.settle(trade) is Settlement.SURPLUS
    assert (await life.case(number)).state is State.VOIDED


async def test_what_is_under_objection_may_be_paid(life: Life):
    number = await served(life)
    filed = await file(life, number)
    assert await life.pay(number) is Settlement.BOOKED
    await decide(life, filed, ChallengeState.VOIDED)
    assert await life.read(ledger.balance, OWED_BACK) == -20000
