"""Owners who let five records or more of one vehicle lie: announced, then decided (PR 53-54)."""

from dataclasses import replace
from datetime import date
from typing import Any

from models.flows import silence
from models.identity import acts as identity
from models.licences import acts as licences
from models.violations import officer_acts, silent_owners
from models.violations.grounds import EraseGround
from models.violations.rules import State
from tests.flows.life import Life
from tests.flows.test_officers import OFFICER, OTHER, WHY, refusal
from tests.helpers import CHEN_PLATE, CHEN_XIAO, PARKING, RED_LIGHT, SPEEDING, WANG_PLATE


async def lying(life: Life, count: int = 5, *, plate: Any = WANG_PLATE, code: str = PARKING) -> list[str]:
    """So many records of one vehicle whose term is over; parking carries no points."""
    numbers = [await life.record(f"S{each}", plate=plate, code=code) for each in range(count)]
    await life.days(31)
    return numbers


async def announce(life: Life, number: str) -> silent_owners.Proposal:
    async with life.database.begin(OFFICER) as work:
        return await silent_owners.propose(work, number, OFFICER, WHY)


async def decide(life: Life, key: int) -> silence.Outcome:
    async with life.database.begin(OTHER) as work:
        return await silence.decide(work, key, OTHER, WHY)


async def test_five_records_are_announced_for_seven_working_days_and_then_decided(life: Life):
    """Thursday 2 April: Monday the 6th is a day off (Qingming), so the seventh working day is Tuesday the 14th."""
    numbers = await lying(life)
    made = await announce(life, numbers[0])
    assert (sorted(made.numbers), made.announced_until) == (sorted(numbers), date(2026, 4, 14))
    assert await life.deliver() == ["silence_announced"]
    await life.days(12)
    assert await refusal(decide(life, made.id)) == "officer.still_announced"
    await life.days(1)
    outcome = await decide(life, made.id)
    assert sorted(outcome.decided) == sorted(numbers)
    assert {(await life.case(number)).state for number in numbers} == {State.DECIDED}
    assert await life.deliver() == ["decision_by_letter"] * 5
    assert await refusal(decide(life, made.id)) == "officer.silence_ended"


async def test_who_comes_in_meanwhile_is_not_decided_on_again(life: Life):
    numbers = await lying(life)
    made = await announce(life, numbers[0])
    await life.accept(numbers[0])
    async with life.database.begin(OFFICER) as work:
        case = await officer_acts.known(work, numbers[1])
        await officer_acts.erase(work, case, OFFICER, EraseGround.UNCLEAR, WHY)
    await life.days(13)
    outcome = await decide(life, made.id)
    assert sorted(outcome.left) == sorted(numbers[:2])
    assert sorted(outcome.decided) == sorted(numbers[2:])


async def test_four_records_are_too_few(life: Life):
    numbers = await lying(life, 4)
    assert await refusal(announce(life, numbers[0])) == "officer.too_few_silent"


async def test_what_is_announced_is_not_announced_again(life: Life):
    numbers = await lying(life)
    made = await announce(life, numbers[0])
    assert await refusal(announce(life, numbers[1])) == "officer.too_few_silent"
    async with life.database.begin(OFFICER) as work:
        await silent_owners.withdraw(work, made.id, OFFICER)
    assert (await announce(life, numbers[1])).numbers == made.numbers


async def test_a_withdrawn_announcement_is_not_decided(life: Life):
    made = await announce(life, (await lying(life))[0])
    async with life.database.begin(OFFICER) as work:
        await silent_owners.withdraw(work, made.id, OFFICER)
    await life.days(13)
    assert await refusal(decide(life, made.id)) == "officer.silence_ended"
    assert await life.deliver() == []


async def test_records_of_a_minor_are_left_to_a_person(life: Life):
    numbers = await lying(life, plate=CHEN_PLATE)
    made = await announce(life, numbers[0])
    await life.days(13)
    outcome = await decide(life, made.id)
    assert (outcome.decided, len(outcome.left)) == ((), 5)


async def test_points_are_posted_to_an_owner_with_a_licence(life: Life):
    made = await announce(life, (await lying(life, code=SPEEDING))[0])
    await life.days(13)
    await decide(life, made.id)
    async with life.database.read() as work:
        points = await licences.balance(work, life.people.wang_fang)
    assert points is not None
    assert points.points == 15


async def test_an_owner_without_a_licence_gets_no_points(life: Life):
    grown_up = replace(CHEN_XIAO, born_on=date(1999, 9, 1))
    async with life.database.begin("import") as work:
        await identity.enter_person(work, grown_up)
    numbers = await lying(life, plate=CHEN_PLATE, code=RED_LIGHT)
    made = await announce(life, numbers[0])
    await life.days(13)
    await decide(life, made.id)
    case = await life.case(numbers[0])
    assert (case.state, case.points) == (State.DECIDED, 0)


async def test_only_where_the_tariff_says_so_it_is_decided_by_itself(life: Life):
    made = await announce(life, (await lying(life))[0])
    await life.days(13)
    async with life.database.begin("system:decide_announced_records") as work:
        assert await silence.decide_ripe(work) == 0
        tariff = work.city.tariff
        handling = tariff.handling.model_copy(update={"when_silent": "decide"})
        work.city = replace(work.city, tariff=tariff.model_copy(update={"handling": handling}))
        assert await silence.decide_ripe(work) == 5
        assert (await silent_owners.proposal_of(work, made.id)).state is silent_owners.Silence.DECIDED
        assert await silence.decide_ripe(work) == 0
