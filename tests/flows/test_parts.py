"""One order for several cases, and parts of one: each case is booked by itself, and what has no owner any more goes back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from models.base.errors import Refusal
from models.base.money import Fen
from models.flows import voiding
from models.flows.settlement import Settlement
from models.restrictions import acts as restrictions
from models.violations import balance, officer_acts
from models.violations.amount_rules import Part
from models.violations.grounds import VoidGround
from models.violations.rules import State
from models.violations.tables import ledger, parts, refunds
from tests.acts.queries import count
from tests.flows.life import Life
from tests.helpers import PARKING, paid_trade


@pytest.fixture
async def two(life: Life) -> tuple[str, str]:
    """150 yuan that is due on the 17th of March, and 200 that is not served yet."""
    await life.consent(life.people.li_ming)
    parking = await life.record("R1", code=PARKING)
    await life.accept(parking)
    speeding = await life.record("R2")
    await life.decide(speeding)
    return parking, speeding


async def is_in_balance(life: Life) -> bool:
    return bool(await life.read(balance.imbalance) == 0)


async def locked_for(life: Life) -> list[str]:
    """The cases on which the lock rests."""
    return [each.case_number for each in await life.read(restrictions.in_force, life.people.li_ming)]


async def void(life: Life, number: str) -> int:
    async with life.database.begin("officer:1") as work:
        case = await officer_acts.known(work, number)
        return await voiding.void(work, case, "officer:1", VoidGround.PROCEDURE, "the notice lacked a place")


async def test_one_order_pays_both_and_each_has_its_receipt(life: Life, two: tuple[str, str]):
    parking, speeding = two
    order = await life.order(speeding, "o-li", parking)
    assert (order.case_number, order.total) == (
        parking,
        35000,
    )  # the oldest due is first, whatever was named first
    assert order.parts == (Part(parking, 15000, 0, True), Part(speeding, 20000, 0, True))
    assert await life.settle(paid_trade(order)) is Settlement.BOOKED
    assert [(await life.case(number)).state for number in two] == [State.PAID, State.PAID]
    assert [await life.read(ledger.balance, f"fine:{number}") for number in two] == [0, 0]
    assert await life.read(ledger.balance, "treasury") == 35000
    assert await is_in_balance(life)
    await life.deliver_all()
    receipts = [notice for _, notice in life.diary if notice.kind == "payment_receipt"]
    assert [(each.subject, each.params["amount"]) for each in receipts] == [
        (parking, 15000),
        (speeding, 20000),
    ]
    assert await life.settle(paid_trade(order)) is Settlement.ALREADY


async def test_what_was_ordered_is_ordered_again_only_if_it_is_the_same(life: Life, two: tuple[str, str]):
    parking, speeding = two
    first = await life.order(parking, "o-li", speeding)
    assert (await life.order(speeding, "o-li", parking)).number == first.number
    assert (await life.order(parking)).number != first.number
    assert (await life.order(parking, amount=5000)).number not in {
        first.number,
        (await life.order(parking)).number,
    }


async def test_a_case_that_is_paid_elsewhere_meanwhile_goes_back(life: Life, two: tuple[str, str]):
    parking, speeding = two
    both = await life.order(parking, "o-li", speeding)
    assert await life.settle(paid_trade(await life.order(parking, "o-wife"))) is Settlement.BOOKED
    assert await life.settle(paid_trade(both)) is Settlement.BOOKED
    assert (await life.case(speeding)).state is State.PAID
    assert await life.read(ledger.balance, "surplus") == -15000
    assert await is_in_balance(life)
    await life.deliver_all()
    surplus = life.last("payment_surplus")
    assert (surplus.subject, surplus.params["amount"]) == (parking, 15000)


async def test_a_decision_that_is_taken_back_meanwhile_goes_back(life: Life, two: tuple[str, str]):
    parking, speeding = two
    both = await life.order(parking, "o-li", speeding)
    assert await void(life, speeding) == 0
    assert await life.settle(paid_trade(both)) is Settlement.BOOKED
    assert [(await life.case(number)).state for number in two] == [State.PAID, State.VOIDED]
    assert await life.read(ledger.balance, "surplus") == -20000
    assert await is_in_balance(life)


async def test_of_a_common_payment_only_the_voided_cases_part_is_owed_back(life: Life, two: tuple[str, str]):
    parking, speeding = two
    await life.pay(parking, speeding)
    assert [await void(life, number) for number in two] == [15000, 20000]
    async with life.database.read() as work:
        assert await count(work, refunds, case_number=parking, amount=15000) == 1
        assert await count(work, refunds, case_number=speeding, amount=20000) == 1
    assert await is_in_balance(life)


async def test_a_late_payment_closes_what_still_costs_the_same(life: Life, two: tuple[str, str]):
    """17 days on one case costs more by two days, the other was never served by text: it costs what it did."""
    parking, speeding = two
    await life.consent(life.people.li_ming, given=False)
    both = await life.order(parking, "o-li", speeding)
    await life.days(17)
    late = replace(paid_trade(both), paid_at=life.database.wall.now())
    assert await life.settle(late) is Settlement.BOOKED
    assert [(await life.case(number)).state for number in two] == [State.OVERDUE, State.PAID]
    await life.deliver_all()
    assert life.last("payment_late").params["amount"] == 15000
    assert await is_in_balance(life)


async def test_an_order_of_the_version_before_pays_its_case_whole(life: Life, two: tuple[str, str]):
    """Made by a process that knew nothing of parts, while it was being replaced."""
    parking, _ = two
    order = await life.order(parking)
    async with life.database.begin("system:test") as work:
        await work.run(delete(parts))
    assert await life.settle(paid_trade(order)) is Settlement.BOOKED
    case = await life.case(parking)
    assert (case.state, [each.total for each in case.paid]) == (State.PAID, [15000])
    assert await is_in_balance(life)


async def test_no_more_than_the_tariffs_cases_go_into_one_order(life: Life):
    numbers = [await life.record(f"R{each}", code=PARKING) for each in range(12)]
    for number in numbers:
        await life.decide(number)
    order = await life.order(numbers[0], "o-li", *numbers[1:])
    assert len(order.parts) == life.database.city.tariff.payment.cases_in_order == 10


async def test_a_part_is_booked_and_the_case_stays_open(life: Life, two: tuple[str, str]):
    parking, _ = two
    assert await life.pay(parking, amount=5000) is Settlement.BOOKED
    case = await life.case(parking)
    assert (case.state, [(each.on, each.total) for each in case.paid]) == (
        State.SERVED,
        [(date(2026, 3, 2), 5000)],
    )
    assert await life.read(ledger.balance, f"fine:{parking}") == 10000
    assert await is_in_balance(life)
    await life.deliver_all()
    told = life.last("payment_part")
    assert (told.params["amount"], told.params["left"]) == (Fen(5000), Fen(10000))
    await life.days(25)  # ten days late, on 100 yuan
    reminders = [notice for _, notice in life.diary if notice.kind == "due_reminder"]
    assert {each.params["amount"] for each in reminders if each.subject == parking} == {Fen(10000)}
    assert (await life.order(parking)).total == 13000
    assert await life.pay(parking) is Settlement.BOOKED
    assert (await life.case(parking)).state is State.PAID
    assert await life.read(ledger.balance, "treasury") == 18000
    assert await is_in_balance(life)


async def test_a_part_of_an_overdue_case_leaves_its_lock(life: Life, two: tuple[str, str]):
    parking, _ = two
    await life.days(23)
    assert [each.case_number for each in await life.read(restrictions.in_force, life.people.li_ming)] == [
        parking
    ]
    await life.pay(parking, amount=15000)
    assert len(await life.read(restrictions.in_force, life.people.li_ming)) == 1
    added = (await life.order(parking)).total
    assert added == 8 * 450  # of eight days; it grows no more
    await life.days(3)
    assert (await life.order(parking)).total == added
    await life.pay(parking)
    assert parking not in await locked_for(life)
    assert await is_in_balance(life)


async def test_a_part_paid_before_midnight_and_told_in_the_morning_counts_for_its_day(
    life: Life, two: tuple[str, str]
):
    parking, _ = two
    await life.days(15)  # the 17th, the last day to pay
    order = await life.order(parking, amount=10000)
    trade = paid_trade(order, life.database.wall.now() + timedelta(minutes=5))
    await life.days(1)
    assert await life.settle(trade) is Settlement.BOOKED
    assert [each.on for each in (await life.case(parking)).paid] == [date(2026, 3, 17)]
    assert (await life.order(parking)).total == 5150


async def test_two_parts_that_are_more_than_the_bill(life: Life, two: tuple[str, str]):
    parking, _ = two
    some, more = [await life.order(parking, openid, amount=10000) for openid in ("o-li", "o-wife")]
    assert [await life.settle(paid_trade(order)) for order in (some, more)] == [Settlement.BOOKED] * 2
    assert (await life.case(parking)).state is State.PAID
    assert await life.read(ledger.balance, "surplus") == -5000
    assert await is_in_balance(life)


async def test_a_part_of_a_voided_decision_is_owed_back(life: Life, two: tuple[str, str]):
    parking, _ = two
    await life.pay(parking, amount=5000)
    assert await void(life, parking) == 5000
    async with life.database.read() as work:
        assert await count(work, refunds, case_number=parking, amount=5000) == 1
    assert await is_in_balance(life)


@pytest.mark.parametrize(
    ("amount", "others", "refused"),
    [
        pytest.param(4999, False, "pay.part_small", id="too small a part"),
        pytest.param(15001, False, "pay.part_too_much", id="more than the bill"),
        pytest.param(15000, False, "", id="the whole bill, said as an amount"),
        pytest.param(20000, True, "pay.part_of_one", id="a part of two"),
    ],
)
async def test_how_much_can_be_ordered(
    life: Life, two: tuple[str, str], amount: int, others: bool, refused: str
):
    parking, speeding = two
    if not refused:
        assert (await life.order(parking, amount=amount)).parts[0].whole
        return
    with pytest.raises(Refusal) as told:
        await life.order(parking, "o-li", *([speeding] if others else []), amount=amount)
    assert told.value.key == refused
