"""Points taken off for studies and activities (PM 25-27): each refusal by its fact, once for each reference number."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from models.base.db import Work
from models.identity import acts as identity
from models.identity.acts import VehicleEntry
from models.licences.reduction_rules import Learnt, Serious
from models.licences.standing import Standing, Told, enter_standing
from models.violations import catalogue
from models.violations.catalogue import Offence, read_fine
from tests.conftest import START
from tests.flows import driving
from tests.flows.driving import decided, learn
from tests.flows.life import Life
from tests.flows.test_officers import refusal
from tests.helpers import AUTHORITY, LI_MING, LI_PLATE, RED_LIGHT, SPEEDING, WANG_FANG, recorded_case

TODAY = START.date()


@pytest.fixture
async def six(life: Life) -> str:
    """Li Ming has six points, and has paid."""
    number = await decided(life, "R1", RED_LIGHT)
    await life.pay(number)
    return number


async def on_site(life: Life, reference: str = "L-0001") -> int:
    return (await learn(life, reference, Learnt.ON_SITE, TODAY, minutes=60, passed=True)).points_off


async def test_each_takes_off_what_it_is_worth_and_is_told(life: Life, six: str):
    assert await on_site(life) == 2
    online = await learn(
        life, "L-0002", Learnt.ONLINE, TODAY - timedelta(days=2), TODAY, minutes=30, passed=True
    )
    assert (online.points_off, online.points) == (1, 3)
    activity = await learn(life, "L-0003", Learnt.ACTIVITY, TODAY, minutes=60)
    assert (activity.points_off, activity.points) == (1, 2)
    await life.deliver_all()
    assert life.last("points_reduced").params == {"points": 1, "left": 2, "reference": "L-0003"}
    assert await driving.books(life) == {"issued": -6, "reduced": 4, "driver:1": 2}


async def test_the_same_reference_again_changes_nothing(life: Life, six: str):
    assert [await on_site(life) for _ in range(2)] == [2, 2]
    assert await driving.points(life) == 4


async def test_a_reference_stands_for_one_thing(life: Life, six: str):
    await on_site(life)
    other = learn(life, "L-0001", Learnt.ACTIVITY, TODAY, minutes=60)
    assert await refusal(other) == "officer.other_education"


async def test_six_in_a_cycle_and_then_again_in_the_next(life: Life, six: str):
    await life.pay(await decided(life, "R2"))
    assert [await on_site(life, f"L-000{each}") for each in range(3)] == [2, 2, 2]
    assert await refusal(on_site(life, "L-0009")) == "reduce.most"
    await driving.close(life)
    await life.pay(await decided(life, "R3"))
    assert await on_site(life, "L-0010") == 2


async def test_what_was_taken_off_stays_off_when_its_decision_is_taken_back(life: Life, six: str):
    """Six and three, less two; the six are taken back: one is left, and never less than none."""
    three = await decided(life, "R2")
    await life.pay(three)
    await on_site(life)
    await driving.void(life, six)
    assert await driving.points(life) == 1
    await driving.void(life, three)
    assert await driving.points(life) == 0
    await driving.close(life)
    assert await driving.points(life) == 0


async def registered(life: Life, **told: object) -> None:
    async with life.database.begin("import:licences") as work:
        await enter_standing(work, life.people.li_ming, Told(**told))  # type: ignore[arg-type]


async def something_open(life: Life) -> None:
    async with life.database.begin("api:cameras") as work:
        await recorded_case(work, "R7")


async def something_unpaid(life: Life) -> None:
    await decided(life, "R7")


async def uninspected(life: Life) -> None:
    """Its mark ran out yesterday."""
    async with life.database.begin("import:vehicles") as work:
        await _inspected(work, TODAY - timedelta(days=1))


async def _inspected(work: Work, until: date) -> None:
    entry = VehicleEntry(LI_PLATE, "小型汽车", LI_MING.claim.resident_id, date(2020, 1, 1), until)
    assert await identity.enter_vehicle(work, entry) == "changed"


async def drunk(life: Life) -> None:
    """Decided in this city; the tariff names the code."""
    conduct = "饮酒后驾驶机动车"
    drinking = Offence(AUTHORITY, "1712", date(2022, 4, 1), conduct, "", "", read_fine("1000"), 3, "")
    async with life.database.begin("import:offences") as work:
        await catalogue.enter(work, drinking)
    await life.pay(await decided(life, "R7", "1712"))


async def cheated(life: Life) -> None:
    await learn(life, "C-0001", Learnt.CHEATED, TODAY)


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        pytest.param(lambda life: registered(life, standing=Standing.HELD), "held", id="held elsewhere"),
        pytest.param(lambda life: registered(life, standing=Standing.SUSPENDED), "suspended", id="suspended"),
        pytest.param(lambda life: registered(life, standing=Standing.REVOKED), "revoked", id="revoked"),
        pytest.param(
            lambda life: registered(life, valid_until=TODAY - timedelta(days=1)), "expired", id="overdue"
        ),
        pytest.param(lambda life: registered(life, probation_until=TODAY), "probation", id="on probation"),
        pytest.param(something_open, "open", id="a record is open"),
        pytest.param(something_unpaid, "open", id="a fine is unpaid"),
        pytest.param(uninspected, "uninspected", id="a vehicle not inspected"),
        pytest.param(drunk, "drink_driving", id="punished here"),
        pytest.param(
            lambda life: registered(life, punished_for=Serious.FORGED, punished_on=date(2023, 6, 1)),
            "forged",
            id="punished elsewhere, three cycles back",
        ),
        pytest.param(cheated, "cheated", id="cheated here"),
        pytest.param(
            lambda life: registered(life, cheated_on=date(2023, 6, 1)), "cheated", id="cheated elsewhere"
        ),
    ],
)
async def test_what_stands_against_it(
    life: Life, six: str, fact: Callable[[Life], Awaitable[None]], why: str
):
    await fact(life)
    assert await refusal(on_site(life)) == f"reduce.{why}"
    assert await driving.points(life) >= 6


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"punished_for": Serious.TRADING, "punished_on": date(2023, 5, 31)}, id="a punishment"),
        pytest.param({"cheated_on": date(2023, 5, 31)}, id="cheating"),
        pytest.param({"probation_until": TODAY - timedelta(days=1)}, id="probation"),
        pytest.param({"valid_until": TODAY}, id="its last day of validity"),
    ],
)
async def test_what_is_too_long_ago_or_still_holds_does_not(life: Life, six: str, told: dict[str, object]):
    await registered(life, **told)
    assert await on_site(life) == 2


async def test_a_vehicle_that_was_inspected_does_not(life: Life, six: str):
    async with life.database.begin("import:vehicles") as work:
        await _inspected(work, TODAY)
    assert await on_site(life) == 2


async def test_a_vehicle_that_was_sold_is_the_buyers_to_have_inspected(life: Life, six: str):
    await uninspected(life)
    async with life.database.begin("import:vehicles") as work:
        sold = VehicleEntry(LI_PLATE, "小型汽车", WANG_FANG.claim.resident_id, TODAY)
        await identity.enter_vehicle(work, sold)
    assert await on_site(life) == 2


async def test_two_full_score_studies_bar_it_in_this_cycle_and_the_next(life: Life):
    for time in range(2):
        numbers = [await decided(life, f"F{time}{each}", RED_LIGHT) for each in range(2)]
        for number in numbers:
            await life.pay(number)
        first = life.database.civic.now().date()
        driving.set_clock(life, first + timedelta(days=13))
        last = first + timedelta(days=13)
        await learn(life, f"S-00{time}", Learnt.FULL_STUDY, first, last)
        await learn(life, f"E-00{time}", Learnt.FULL_EXAM, last, passed=True)
    await life.pay(await decided(life, "R8", SPEEDING))
    assert await driving.points(life) == 3
    assert await refusal(on_site(life)) == "reduce.two_studies"
    await driving.close(life)
    await life.pay(await decided(life, "R9", SPEEDING))
    assert await refusal(on_site(life)) == "reduce.two_studies"
    await driving.close(life, date(2027, 6, 1))
    await life.pay(await decided(life, "R10", SPEEDING))
    assert await on_site(life) == 2


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        pytest.param(Learnt.ON_SITE, {"minutes": 59, "passed": True}, "too_short", id="too short"),
        pytest.param(Learnt.ON_SITE, {"minutes": 60}, "not_passed", id="not passed"),
    ],
)
async def test_what_lacks_something_is_not_recorded(
    life: Life, six: str, kind: Learnt, more: dict[str, Any], why: str
):
    assert await refusal(learn(life, "L-0001", kind, TODAY, **more)) == f"reduce.{why}"
    assert await on_site(life) == 2, "its number is still free"


async def test_who_is_in_no_register_has_nothing_taken_off(life: Life, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(driving, "RESIDENT_ID", "442000188001010019")
    assert await refusal(on_site(life)) == "officer.no_driver"
