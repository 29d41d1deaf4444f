"""The money of a decision that was taken back: owed, asked for, asked about, arrived, and in balance."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from models.base.db import City, Database
from models.base.errors import Refusal
from models.base.ids import Ids
from models.base.ports import GatewayDown, GatewayError, GatewayRefused, RefundNews
from models.base.ports import RefundState as TheirState
from models.flows import settlement
from models.flows.settlement import Settlement
from models.licences import acts as licences
from models.post import desk
from models.violations import balance, refunds
from models.violations.booking import SURPLUS
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.refund_rules import RefundState as RefundIs
from models.violations.refund_rules import Why
from models.violations.reversing import OWED_BACK
from models.violations.rules import State
from models.violations.tables import ledger, parts
from models.violations.tables import payments as payment_rows
from models.violations.tables import refunds as refund_rows
from tests.acts.queries import count
from tests.conftest import PATIENT, FixedClock
from tests.databases import Databases, kept, on_sqlite
from tests.fakes import FakePayments
from tests.flows.challenges import decide, file, served
from tests.flows.life import Life
from tests.helpers import paid_trade, town
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
    return await count(work, refund_rows, number=number, state=RefundIs.DONE)  # type: ignore[arg-type]


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
        pytest.param(None, TheirState.UNDER_WAY, id="on its way to the bank"),
        pytest.param(GatewayDown("no answer"), TheirState.DONE, id="no answer: it may have been taken"),
    ],
)
async def test_a_refund_is_asked_about_until_it_is_through(
    life: Life, trouble: GatewayError | None, arrived: TheirState
):
    await paid_and_voided(life)
    payments = FakePayments(arrived=arrived, trouble=trouble)
    await deliver(life, payments)
    [(refund_no, *_)] = payments.refunded
    assert await life.read(count_refunds, refund_no) == 0
    payments.trouble = None
    await pass_time(life, 5)
    await deliver(life, payments)
    if arrived is TheirState.UNDER_WAY:
        assert payments.refunds_queried == [refund_no]
        payments.refunds[refund_no] = RefundNews(refund_no, TheirState.DONE, 20000)
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
        assert await count(work, refund_rows, state=RefundIs.FAILED) == 1
    assert await life.read(ledger.balance, OWED_BACK) == -20000


async def surplus(life: Life, *, again: bool = True) -> str:
    """A case that two people paid; the second payment's refund is owed. Its number."""
    number = await served(life)
    orders = [await life.order(number, openid) for openid in ("o-li", "o-wife")]
    for order in orders:
        await life.settle(paid_trade(order, life.database.wall.now()))
    if again:
        assert await life.settle(paid_trade(orders[1])) is Settlement.ALREADY
    [owed] = await life.read(refunds.of_case, number)
    return str(owed.number)


async def refund(life: Life, number: str) -> refunds.Refund:
    """As it stands."""
    found = await life.read(refunds.by_number, number)
    assert isinstance(found, refunds.Refund)
    return found


async def waiting_topics(life: Life) -> list[str]:
    async with life.database.read() as work:
        rows = await work.all(select(desk.tickets).where(desk.tickets.c.closed_at.is_(None)))
    return [row.topic for row in rows]


async def test_a_second_payment_goes_back_by_itself_and_the_citizen_is_told_twice(life: Life):
    """That it will, and that it has."""
    number = await surplus(life)
    payments = FakePayments()
    fakes = Fakes(payments=payments)
    await delivery(life.database, fakes).drain()
    assert [(asked[0], asked[2]) for asked in payments.refunded] == [(number, 20000)]
    assert (await refund(life, number)).state is RefundIs.DONE
    assert await life.read(ledger.balance, SURPLUS) == 0
    assert await life.read(ledger.balance, "treasury") == 20000
    assert await life.read(balance.imbalance) == 0
    texts = [sms.text for sms in fakes.sms.sent if sms.template in {"payment_surplus", "refund_done"}]
    assert len(texts) == 2
    for text in texts:
        assert "¥200.00" in text
        assert "另一笔" in text
        assert "1至3个工作日" in text


async def test_too_late_and_still_owed(life: Life):
    number = await served(life)
    order = await life.order(number)
    await life.days(17)
    assert await life.settle(paid_trade(order, life.database.wall.now())) is Settlement.SURPLUS
    [owed] = await life.read(refunds.of_case, number)
    assert (owed.why, owed.amount, (await life.case(number)).state) == (Why.LATE, 20000, State.OVERDUE)
    await life.deliver_all()
    assert life.last("payment_late").params["amount"] == 20000


async def test_an_order_paid_after_the_decision_went_is_surplus(life: Life):
    number = await served(life)
    order = await life.order(number)
    await decide(life, await file(life, number), ChallengeState.VOIDED)
    trade = paid_trade(order, life.database.wall.now())
    assert await life.settle(trade) is Settlement.SURPLUS
    assert (await life.case(number)).state is State.VOIDED
    [owed] = await life.read(refunds.of_case, number)
    assert (owed.why, owed.amount) == (Why.WITHDRAWN, 20000)


async def test_what_came_too_much_and_what_was_voided_go_back_apart_and_never_more_than_came(life: Life):
    """Fifty yuan more than was open, and then the decision is voided."""
    number = await served(life)
    await life.pay(number)
    async with life.database.begin("test") as work:
        await work.run(update(payment_rows).values(surplus=5000))
        await work.run(update(parts).values(paid_principal=15000, surplus=5000))
        transaction = await work.scalar(select(payment_rows.c.transaction_id))
        for _ in range(2):
            await settlement.give_back(work, transaction, "ORDER", number, 5000, closed_by_it=True)
        for expected in (15000, 0):
            assert await refunds.pay_back(work, number, life.people.li_ming) == expected
        with pytest.raises(ValueError, match="more would go back"):
            await settlement.give_back(work, transaction, "ORDER", number, 1, closed_by_it=False)
    assert sorted((each.why, each.amount) for each in await life.read(refunds.of_case, number)) == [
        (Why.MORE, 5000),
        (Why.VOIDED, 15000),
    ]


async def fails(life: Life, code: TheirState | GatewayRefused) -> str:
    """A refund of surplus money that came to nothing; its number."""
    number = await surplus(life)
    trouble = code if isinstance(code, GatewayRefused) else None
    arrived = code if isinstance(code, TheirState) else TheirState.DONE
    await deliver(life, FakePayments(trouble=trouble, arrived=arrived))
    assert await waiting_topics(life) == ["refund_failed"]
    return number


async def try_again(life: Life, number: str) -> str:
    """An officer does."""
    async with life.database.begin("officer:1") as work:
        return await refunds.try_again(work, number, "officer:1", "账户已恢复")


@pytest.mark.parametrize(
    ("code", "same"),
    [
        pytest.param(TheirState.CLOSED, False, id="closed: that number is spent"),
        pytest.param(TheirState.ABNORMAL, True, id="the card was gone: mended in the console"),
        pytest.param(GatewayRefused("USER_ACCOUNT_ABNORMAL"), True, id="refused"),
    ],
)
async def test_an_officer_has_a_failed_refund_tried_again(
    life: Life, code: TheirState | GatewayRefused, same: bool
):
    number = await fails(life, code)
    again = await try_again(life, number)
    assert (again == number, await waiting_topics(life)) == (same, [])
    payments = FakePayments()
    await deliver(life, payments)
    assert payments.refunds_queried == [again]  # whatever is known there is asked first
    assert [number for number, *_ in payments.refunded] == [again]
    assert (await refund(life, again)).state is RefundIs.DONE
    assert (await refund(life, number)).state is (RefundIs.DONE if same else RefundIs.REPLACED)
    assert await life.read(ledger.balance, SURPLUS) == 0


async def test_what_was_mended_in_the_console_is_not_paid_again(life: Life):
    number = await fails(life, TheirState.ABNORMAL)
    await try_again(life, number)
    known = {number: RefundNews(number, TheirState.DONE, 20000)}
    payments = FakePayments(refunds=known)
    await deliver(life, payments)
    assert payments.refunded == []
    assert (await refund(life, number)).state is RefundIs.DONE


async def test_what_has_not_failed_is_not_tried_again(life: Life):
    number = await surplus(life)
    for step in ("owed", "done"):
        with pytest.raises(Refusal, match=r"officer\.refund_not_failed"):
            await try_again(life, number)
        assert (await refund(life, number)).state == step
        await deliver(life)
    with pytest.raises(Refusal, match=r"officer\.no_refund"):
        await try_again(life, "X" * 32)


async def test_news_of_another_amount_is_for_a_person(life: Life):
    number = await surplus(life)
    async with life.database.begin("system:wechat-pay") as work:
        assert await refunds.heard(work, RefundNews(number, TheirState.DONE, 1)) is refunds.Heard.ODD
    assert (await refund(life, number)).state is RefundIs.OWED
    assert await waiting_topics(life) == ["refund_odd"]


async def test_a_closed_refund_that_arrives_after_all_is_for_a_person(life: Life):
    """Its replacement is under way: somebody would be paid twice."""
    number = await fails(life, TheirState.CLOSED)
    await try_again(life, number)
    async with life.database.begin("system:wechat-pay") as work:
        assert await refunds.heard(work, RefundNews(number, TheirState.DONE, 20000)) is refunds.Heard.ODD
    assert await waiting_topics(life) == ["refund_odd"]


class AnyRefund(RuleBasedStateMachine):
    """One surplus of 200 yuan. WeChat Pay is `there`; whatever happens, no more than that ever goes back."""

    life: ClassVar[Callable[[], Coroutine[Any, Any, Life]]]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.one = self.runner.run(type(self).life())
        self.number = self.runner.run(surplus(self.one, again=False))
        self.there = FakePayments()

    def teardown(self) -> None:
        self.runner.run(self.one.database.close())
        self.runner.close()

    @rule(
        trouble=st.sampled_from([None, GatewayDown("no answer"), GatewayRefused("USER_ACCOUNT_ABNORMAL")]),
        arrived=st.sampled_from(TheirState),
    )
    def delivered(self, trouble: GatewayError | None, arrived: TheirState) -> None:
        self.there.trouble, self.there.arrived = trouble, arrived
        self.runner.run(pass_time(self.one, 3600))
        self.runner.run(deliver(self.one, self.there))

    @rule(end=st.sampled_from(TheirState))
    def it_comes_to_an_end_there(self, end: TheirState) -> None:
        """Closed and done are final over there, too; our own question or the notification, whichever is first."""
        for number, news in self.there.refunds.items():
            if news.state in {TheirState.UNDER_WAY, TheirState.ABNORMAL}:
                self.there.refunds[number] = RefundNews(number, end, news.amount)

    @rule()
    def told(self) -> None:
        for news in list(self.there.refunds.values()):
            self.runner.run(self._hear(news))

    async def _hear(self, news: RefundNews) -> None:
        async with self.one.database.begin("system:wechat-pay") as work:
            assert await refunds.heard(work, news) is not refunds.Heard.ODD

    @rule()
    def an_officer_tries_again(self) -> None:
        with contextlib.suppress(Refusal):
            self.number = self.runner.run(try_again(self.one, self.number))

    @invariant()
    def no_more_goes_back_than_came(self) -> None:
        sent = sum(news.amount for news in self.there.refunds.values() if news.state is TheirState.DONE)
        assert sent in {0, 20000}
        assert self.runner.run(self.one.read(ledger.balance, SURPLUS)) in {-20000, -20000 + sent}
        live = [each.state for each in self.runner.run(self.one.read(refunds.of_case, self.case))]
        assert len([state for state in live if state is not RefundIs.REPLACED]) == 1

    @property
    def case(self) -> str:
        return str(self.runner.run(self.one.read(refunds.by_number, self.number)).case_number)


@on_sqlite
def test_any_refund(city: City, databases: Databases):
    async def life() -> Life:
        clocks = FixedClock(), FixedClock()
        url = await databases.fresh()
        database = Database(
            url,
            city=replace(city, ids=Ids(Random(7))),
            civic=clocks[0],
            wall=clocks[1],
            limits=PATIENT,
            engines=kept,
        )
        return Life(database, clocks, await town(database))

    here = type("AnyRefundHere", (AnyRefund,), {"life": staticmethod(life)})
    few = settings(
        max_examples=12,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    run_state_machine_as_test(here, settings=few)


async def test_what_is_under_objection_may_be_paid(life: Life):
    number = await served(life)
    filed = await file(life, number)
    assert await life.pay(number) is Settlement.BOOKED
    await decide(life, filed, ChallengeState.VOIDED)
    assert await life.read(ledger.balance, OWED_BACK) == -20000
