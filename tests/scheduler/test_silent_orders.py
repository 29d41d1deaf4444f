"""Orders nobody told us the end of are asked about: booked when paid, closed when expired, left alone while they can be paid."""

from dataclasses import dataclass, replace

import pytest

from models.base.ports import GatewayDown, Trade, TradeState
from models.violations import payments, store
from models.violations.payments import Order, OrderState
from models.violations.rules import State
from scheduler.jobs.query_silent_orders import SilentOrders
from tests.fakes import FakePayments
from tests.helpers import decided_case, paid_trade
from tests.scheduler.post_office import PostOffice

HALF_AN_HOUR = 30 * 60


@dataclass
class Till:
    """One order of half an hour on a decided case, and the job that asks about it."""

    office: PostOffice
    order: Order
    job: SilentOrders

    @property
    def wire(self) -> FakePayments:
        return self.office.fakes.payments

    def says(self, state: TradeState) -> None:
        """What the provider answers about the order from now on."""
        paid = paid_trade(self.order, self.office.wall.now())
        number = self.order.number
        self.wire.trades[number] = paid if state is TradeState.PAID else Trade(number, state)

    async def states(self) -> tuple[OrderState, State]:
        """Of the order and of its case."""
        async with self.office.database.read() as work:
            order = await payments.order(work, self.order.number)
            assert order is not None
            case = await store.case(work, order.case_number)
            assert case is not None
            return order.state, case.state


@pytest.fixture
async def till(office: PostOffice) -> Till:
    async with office.database.begin("citizen") as work:
        number = await decided_case(work, office.people.li_ming)
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE)
        await payments.order_opened(work, order.number, "weixin://x")
    return Till(office, order, SilentOrders(office.database, office.fakes.payments))


@pytest.mark.parametrize(
    ("state", "seconds", "ended", "order", "case", "closings"),
    [
        pytest.param(TradeState.PAID, 21, 1, "paid", State.PAID, 0, id="paid: booked"),
        pytest.param(TradeState.OPEN, 21, 0, "open", State.DECIDED, 0, id="not paid yet: left alone"),
        pytest.param(TradeState.PAYING, 21, 0, "open", State.DECIDED, 0, id="being paid: left alone"),
        pytest.param(TradeState.FAILED, 21, 0, "open", State.DECIDED, 0, id="failed: may be tried again"),
        pytest.param(TradeState.OPEN, HALF_AN_HOUR, 0, "open", State.DECIDED, 0, id="until it expires"),
        pytest.param(
            TradeState.OPEN, HALF_AN_HOUR + 1, 1, "closed", State.DECIDED, 1, id="expired: closed there, too"
        ),
        pytest.param(
            TradeState.PAID, HALF_AN_HOUR + 1, 1, "paid", State.PAID, 0, id="expired and paid: booked"
        ),
        pytest.param(TradeState.CLOSED, 21, 1, "closed", State.DECIDED, 0, id="closed there"),
        pytest.param(TradeState.REVOKED, 21, 1, "closed", State.DECIDED, 0, id="revoked there"),
        pytest.param(TradeState.UNKNOWN_ORDER, 21, 1, "closed", State.DECIDED, 0, id="never got there"),
    ],
)
async def test_a_silent_order(
    till: Till, state: TradeState, seconds: int, ended: int, order: str, case: State, closings: int
) -> None:
    till.says(state)
    till.office.wall.move(seconds=seconds)
    assert await till.job.query_all() == ended
    assert (await till.states(), len(till.wire.closed)) == ((order, case), closings)


async def test_a_young_order_is_not_asked_about(till: Till) -> None:
    till.says(TradeState.PAID)
    till.office.wall.move(seconds=20)
    assert (await till.job.query_all(), till.wire.queried) == (0, [])


async def test_what_came_to_an_end_is_not_asked_about_again(till: Till) -> None:
    till.says(TradeState.PAID)
    till.office.wall.move(seconds=21)
    assert [await till.job.query_all() for _ in range(3)] == [1, 0, 0]
    assert len(till.wire.queried) == 1


async def test_paid_at_the_last_moment(till: Till) -> None:
    """Open when asked, paid when told to close: the next question books it."""

    @dataclass
    class LastMoment(FakePayments):
        async def query(self, order_no: str) -> Trade:
            known = await super().query(order_no)
            return known if len(self.queried) > 1 else replace(known, state=TradeState.OPEN)

    wire = LastMoment()
    job = SilentOrders(till.office.database, wire)
    till.office.wall.move(seconds=HALF_AN_HOUR + 1)
    wire.trades[till.order.number] = paid_trade(till.order, till.order.expires_at)
    assert await job.query_all() == 0
    assert (await till.states())[0] == "open"
    assert await job.query_all() == 1
    assert await till.states() == ("paid", State.PAID)


async def test_while_the_provider_is_away_nothing_changes(till: Till) -> None:
    till.says(TradeState.PAID)
    till.office.wall.move(seconds=HALF_AN_HOUR + 1)
    till.wire.trouble = GatewayDown("no answer")
    assert (await till.job.query_all(), await till.states()) == (0, ("open", State.DECIDED))
    till.wire.trouble = None
    assert (await till.job.query_all(), await till.states()) == (1, ("paid", State.PAID))


async def test_an_order_of_another_amount_is_not_booked(till: Till) -> None:
    till.wire.trades[till.order.number] = replace(paid_trade(till.order), total=1)
    till.office.wall.move(seconds=21)
    await till.job.query_all()
    assert await till.states() == ("open", State.DECIDED)
    assert await till.office.tickets() == ["payment_mismatch"]


@pytest.mark.parametrize(
    ("state", "order", "case"),
    [
        pytest.param(TradeState.OPEN, "closed", State.DECIDED, id="open: closed"),
        pytest.param(TradeState.PAID, "paid", State.PAID, id="paid: booked"),
    ],
)
async def test_a_jump_of_the_demos_clock_ends_every_open_order(
    till: Till, state: TradeState, order: str, case: State
) -> None:
    till.says(state)
    await till.job.close_all()
    assert await till.states() == (order, case)
