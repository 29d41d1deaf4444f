"""Money for overlapping cases, and a plan that is answered, paid, withdrawn or broken at the same moment."""

from datetime import date, timedelta

from models.flows import enforcement, plan
from models.flows.settlement import Settlement
from models.violations import balance, payments, plans, store
from models.violations.payments import Order
from models.violations.plan_rules import PlanKind, PlanState
from models.violations.plans import Plan
from models.violations.rules import State
from models.violations.tables import ledger
from models.violations.tables import payments as booked
from tests.databases import on_postgresql
from tests.helpers import paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job

pytestmark = on_postgresql

FINE = 20000


async def order(street: Street, openid: str, number: str, *others: str, amount: int | None = None) -> Order:
    """Of these cases, or of so much of one."""
    async with street.database.begin("street") as work:
        found = await store.cases_of(work, [number, *others])
        more = [found[other] for other in others]
        return await payments.prepare_order(work, found[number], openid, more, amount)


def paid(made: Order, street: Street) -> Job:
    """The news of it."""
    return jobs.pay(paid_trade(made, street.database.wall.now()))


async def asked(street: Street, him: Citizen, number: str) -> Plan:
    """A deferral that waits for its answer."""
    made: Plan = await street.act(plan.ask, him.person_id, number, PlanKind.DEFERRAL, "no wages")
    return made


def answers(waits: Plan, street: Street) -> Job:
    days = [street.database.civic.now().date() + timedelta(days=30)]
    return jobs.act(plan.grant, waits.id, "officer:1", days, "so it is")


async def state(street: Street, one: Plan) -> PlanState:
    async with street.database.read() as work:
        return (await plans.by_id(work, one.id)).state


async def is_in_balance(street: Street) -> bool:
    async with street.database.read() as work:
        return await balance.imbalance(work) == 0


async def test_two_orders_of_overlapping_cases(meetings: Meetings, street: Street) -> None:
    """The person is held, then the cases in the order of their numbers (`settlement._held`): whoever is second finds the common case
    paid, and that part of the money is surplus; neither waits for the other in a circle."""
    async for meet in meetings:
        him = await street.citizen()
        first, common, last = [await street.decided(him) for _ in range(3)]
        left = await order(street, "o-left", first, common)
        right = await order(street, "o-right", last, common)
        assert await meet(paid(left, street), paid(right, street)) == (Settlement.BOOKED, Settlement.BOOKED)
        assert [(await street.case(number)).state for number in (first, common, last)] == [State.PAID] * 3
        surpluses = [
            await street.rows(booked, order_number=each.number, surplus=FINE) for each in (left, right)
        ]
        assert sorted(surpluses) == [0, 1]
        assert (await street.told(him)).count("payment_receipt") == 3
        assert (await street.told(him)).count("payment_surplus") == 1
        assert await is_in_balance(street)


async def test_two_parts_of_one_case(twins: Meetings, street: Street) -> None:
    """The case is held while it is read what is open (`settlement._held`): the second part is taken on what the first has left."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.decided(him)
        parts = [await order(street, openid, number, amount=15000) for openid in ("o-left", "o-right")]
        assert await meet(*(paid(part, street) for part in parts)) == (Settlement.BOOKED, Settlement.BOOKED)
        assert (await street.case(number)).state is State.PAID
        assert sorted(
            [await street.rows(booked, order_number=part.number, surplus=10000) for part in parts]
        ) == [0, 1]
        async with street.database.read() as work:
            assert await ledger.balance(work, f"fine:{number}") == 0
        assert await is_in_balance(street)


async def test_a_plan_is_granted_while_everything_is_paid(meetings: Meetings, street: Street) -> None:
    """Both hold the person and the case (`plan._held`, `settlement._held`), and the plan moves from asked only."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        waits = await asked(street, him, number)
        made = await order(street, "", number)
        granted, settled = await meet(answers(waits, street), paid(made, street))
        assert settled is Settlement.BOOKED
        assert (await street.case(number)).state is State.PAID
        won = isinstance(granted, Plan)
        assert won or granted == "officer.plan_ended"
        assert await state(street, waits) is (PlanState.KEPT if won else PlanState.ENDED)
        assert (await street.told(him)).count("wallet_unlock") == 1
        assert await is_in_balance(street)


async def test_a_plan_is_granted_while_a_part_is_paid(meetings: Meetings, street: Street) -> None:
    """Whoever is first: the part is off what is spread over the days, or it counts for them. What is left is the same."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.decided(him)
        waits = await asked(street, him, number)
        made = await order(street, "", number, amount=5000)
        granted, _ = await meet(answers(waits, street), paid(made, street))
        assert isinstance(granted, Plan)
        async with street.database.read() as work:
            found = await plans.by_id(work, waits.id)
        assert [each.amount for each in found.left(await street.case(number))] == [FINE - 5000]


async def test_of_two_who_ask_one_has_asked(twins: Meetings, street: Street) -> None:
    """The person is held; the unique index stands behind."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.decided(him)
        ask = jobs.act(plan.ask, him.person_id, number, PlanKind.DEFERRAL, "no wages")
        outcomes = await meet(ask, ask)
        assert [each for each in outcomes if not isinstance(each, Plan)] == ["plan.open_already"]


async def test_a_plan_is_asked_for_when_the_measure_ripens(meetings: Meetings, street: Street) -> None:
    """The cases are held while it is looked what holds them still (`enforcement.impose_ripe`): no lock comes after the asking."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.warned(him)
        ask = jobs.act(plan.ask, him.person_id, number, PlanKind.DEFERRAL, "no wages")
        made, _ = await meet(ask, jobs.act(enforcement.impose_ripe))
        assert isinstance(made, Plan)
        events = await street.order_of(f"case {number}", "plan.asked", "restriction.imposed")
        assert events in (["plan.asked"], ["restriction.imposed", "plan.asked"])


async def test_a_missed_instalment_is_paid_as_the_plan_breaks(meetings: Meetings, street: Street) -> None:
    """The cases are held before it is looked again what was paid (`plan._break_missed`): who paid first keeps the plan."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.late(him)
        waits = await asked(street, him, number)
        await street.act(plan.grant, waits.id, "officer:1", [_tomorrow(street)], "so it is")
        street.pass_time(days=5)
        made = await order(street, "", number)
        await meet(paid(made, street), jobs.act(plan.watch))
        events = await street.order_of(f"case {number}", "plan.broken", "plan.kept", "payment.booked")
        assert events in (["payment.booked", "plan.kept"], ["plan.broken", "payment.booked"])
        assert (await street.case(number)).state is State.PAID


def _tomorrow(street: Street) -> date:
    return street.database.civic.now().date() + timedelta(days=1)
