"""Twelve points: held (PM 17), given back after study, exam and payment whichever comes last (PM 18, 23), or when fewer are left."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from models.flows import decision
from models.flows.education import Recorded
from models.identity import acts as identity
from models.licences import acts as licences
from models.licences.reduction_rules import Learnt
from models.licences.standing import Standing, Told, enter_standing, standing_of
from models.violations.rules import Reason
from tests.acts.queries import audited
from tests.conftest import START
from tests.flows import driving
from tests.flows.driving import decided, learn
from tests.flows.life import Life
from tests.flows.test_officers import refusal
from tests.helpers import PARKING, RED_LIGHT, SPEEDING, WANG_PLATE

TODAY = START.date()


@pytest.fixture
async def full(life: Life) -> list[str]:
    """Twelve points of two cases; nothing is paid, and nothing studied."""
    await life.consent(life.people.li_ming)
    return [await decided(life, f"R{each}", RED_LIGHT) for each in range(2)]


async def study(life: Life, days: int = 7, reference: str = "S-001") -> Recorded:
    """So many days from today on; it is recorded on the last of them."""
    first = life.database.civic.now().date()
    driving.set_clock(life, first + timedelta(days=days - 1))
    return await learn(life, reference, Learnt.FULL_STUDY, first, first + timedelta(days=days - 1))


async def exam(life: Life, reference: str = "E-001", *, passed: bool = True) -> Recorded:
    return await learn(life, reference, Learnt.FULL_EXAM, life.database.civic.now().date(), passed=passed)


async def test_the_twelfth_point_holds_the_licence_and_says_what_to_do(life: Life, full: list[str]):
    held = await driving.hold(life)
    assert held is not None
    assert (held.days_needed, held.days_studied, held.passed_on) == (7, 0, None)
    assert life.last("licence_held").params == {"points": 12, "days": 7}
    assert (await life.read(standing_of, life.people.li_ming)).standing is Standing.HELD
    assert await life.read(audited, f"licence {life.people.li_ming}") == ["licence.held"]


async def test_eleven_do_not(life: Life):
    async with life.database.begin("officer:1") as work:
        await licences.post_decision(work, life.people.li_ming, 11, "442012003480")
    assert await driving.hold(life) is None


@pytest.mark.parametrize("order", [pytest.param(each, id=" ".join(each)) for each in permutations(("s", "p", "e"))
                                   if each.index("s") < each.index("e")])  # fmt: skip
async def test_study_exam_and_payment_whichever_comes_last(life: Life, full: list[str], order: tuple[str]):
    async def pay() -> Any:
        for number in full:
            await life.pay(number)

    steps = {"s": lambda: study(life), "e": lambda: exam(life), "p": pay}
    for step in order:
        assert await driving.points(life) == 12
        await steps[step]()
    assert (await driving.points(life), await driving.hold(life)) == (0, None)
    await life.deliver_all()
    assert [kind for _, kind in life.told if kind.startswith("licence")] == [
        "licence_held",
        "licence_cleared",
    ]
    assert (await life.read(standing_of, life.people.li_ming)).standing is Standing.IN_FORCE
    assert await driving.books(life) == {"issued": -12, "cleared": 12}


async def test_one_unpaid_fine_keeps_it_held(life: Life, full: list[str]):
    await study(life)
    await exam(life)
    await life.pay(full[0])
    assert await driving.points(life) == 12
    await life.pay(full[1])
    assert await driving.points(life) == 0


async def test_a_fine_without_points_is_not_asked_for(life: Life, full: list[str]):
    await decided(life, "R9", PARKING)
    for number in full:
        await life.pay(number)
    await study(life)
    await exam(life)
    assert await driving.hold(life) is None


async def test_what_was_voided_is_not_owed(life: Life, full: list[str]):
    """Fifteen points: one decision of three is left unpaid and then taken back; twelve stand, all else is done."""
    extra = await decided(life, "R9", SPEEDING)
    await study(life)
    await exam(life)
    for number in full:
        await life.pay(number)
    assert await driving.points(life) == 15
    await driving.void(life, extra)
    assert (await driving.points(life), await driving.hold(life)) == (0, None)


async def test_below_twelve_it_is_released_and_told(life: Life, full: list[str]):
    await driving.void(life, full[0])
    assert (await driving.points(life), await driving.hold(life)) == (6, None)
    await life.deliver_all()
    assert life.last("licence_released").params == {"points": 6}


async def test_what_was_released_before_the_news_went_out_is_not_told_to_be_held(life: Life):
    numbers = [await life.record(f"R{each}", code=RED_LIGHT) for each in range(2)]
    async with life.database.begin("officer:1") as work:
        for number in numbers:
            assert await decision.decide(work, await decision.proposal(work, life.people.li_ming, number))
    await driving.void(life, numbers[1])
    assert "licence_held" not in await life.deliver()


async def test_the_second_time_in_a_cycle_takes_seven_days_more(life: Life, full: list[str]):
    for number in full:
        await life.pay(number)
    await study(life)
    await exam(life)
    for each in range(2):
        await decided(life, f"N{each}", RED_LIGHT)
    held = await driving.hold(life)
    assert held is not None
    assert held.days_needed == 14


async def test_study_may_be_in_parts_and_a_failed_exam_taken_again(life: Life, full: list[str]):
    assert (await study(life, 5)).days_left == 2
    assert await refusal(exam(life)) == "officer.study_first"
    driving.set_clock(life, TODAY + timedelta(days=5))
    assert (await study(life, 2, "S-002")).days_left == 0
    await exam(life, passed=False)
    held = await driving.hold(life)
    assert held is not None
    assert held.passed_on is None
    await exam(life, "E-002")
    held = await driving.hold(life)
    assert held is not None
    assert held.passed_on == TODAY + timedelta(days=6)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        pytest.param(TODAY - timedelta(days=1), TODAY, "officer.before_hold", id="begun before it was held"),
        pytest.param(TODAY, TODAY + timedelta(days=1), "officer.education_days", id="still to come"),
        pytest.param(TODAY, TODAY - timedelta(days=1), "officer.education_days", id="the wrong way round"),
    ],
)
async def test_study_that_does_not_count(life: Life, full: list[str], first: date, last: date, why: str):
    assert await refusal(learn(life, "S-001", Learnt.FULL_STUDY, first, last)) == why


async def test_nobody_studies_for_a_licence_that_is_not_held(life: Life):
    assert await refusal(learn(life, "S-001", Learnt.FULL_STUDY, TODAY)) == "officer.not_held"


async def test_a_driver_at_twelve_is_sent_to_the_counter(life: Life, full: list[str]):
    """Also for records of the same vehicle, which the counter may still clear (PM 14); a fine without points is no matter."""
    number = await life.record("R8", code=SPEEDING)
    found = await life.read(decision.proposal, life.people.li_ming, number)
    assert found.obstacle is Reason.HELD
    assert await refusal(life.accept(number)) == "accept.held"
    parked = await life.record("R9", code=PARKING)
    assert (await life.read(decision.proposal, life.people.li_ming, parked)).obstacle is None


async def test_what_the_register_says_goes_before_our_own_hold(life: Life, full: list[str]):
    async with life.database.begin("import:licences") as work:
        await identity.hold(work, life.people.li_ming)
        await enter_standing(work, life.people.li_ming, Told(Standing.REVOKED))
    assert (await life.read(standing_of, life.people.li_ming)).standing is Standing.REVOKED
    async with life.database.begin("import:licences") as work:
        await enter_standing(work, life.people.li_ming, Told(Standing.IN_FORCE, date(2031, 1, 1)))
    told = await life.read(standing_of, life.people.li_ming)
    assert (told.standing, told.valid_until) == (Standing.HELD, date(2031, 1, 1))


async def test_nobody_elses_points_are_moved(life: Life, full: list[str]):
    await decided(life, "W1", SPEEDING, WANG_PLATE)
    for number in full:
        await life.pay(number)
    await study(life)
    await exam(life)
    assert (await life.read(licences.balance, life.people.wang_fang)).points == 3
