"""Accepting a proposal: the decision, its points, its notice; or the reason why not here."""

from datetime import date

import pytest

from models.base.errors import Refusal
from models.flows import decision, registration
from models.flows.decision import Proposal
from models.identity import acts as identity
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.licences import acts as licences
from models.violations.rules import Reason, State
from models.violations.tables import ledger
from tests.acts.queries import audited
from tests.flows.life import Life
from tests.helpers import (
    CHEN_PLATE,
    HORN,
    LI_PLATE,
    OVERLOAD,
    PARKING,
    RED_LIGHT,
    SPEEDING,
    decided_case,
    resident_id,
)

NO_LICENCE = PersonEntry(Claim("孙策", resident_id("18700707"), "13900000008"), date(1970, 7, 7))
OLD_PLATE = Plate("02", "粤T55555")


async def refusal(life: Life, person_id: int, number: str) -> Refusal:
    async with life.database.begin("citizen") as work:
        with pytest.raises(Refusal) as refused:
            await decision.accept(work, person_id, number)
    return refused.value


async def proposal(life: Life, number: str) -> Proposal:
    liable = (await life.case(number)).liable_id
    async with life.database.begin("citizen") as work:
        return await decision.proposal(work, liable, number)


async def test_a_decision_is_booked_posted_and_told(life: Life):
    number = await life.record()
    await life.accept(number)
    case = await life.case(number)
    assert (case.state, case.decided_on) == (State.DECIDED, date(2026, 3, 2))
    assert await life.read(ledger.balance, f"fine:{number}") == 20000
    [entry] = (await life.read(licences.balance, life.people.li_ming)).lots
    assert (entry.points, entry.reference) == (3, number)
    assert life.last("decision_by_letter").params["points"] == 3
    assert "case.decided" in await life.read(audited, f"case {number}")


async def test_it_may_be_accepted_before_the_notice_was_sent(life: Life):
    """The notice of the record is no longer true then."""
    async with life.database.begin("api:cameras") as work:
        await decided_case(work, life.people.li_ming)
    assert await life.deliver() == ["decision_by_letter"]  # nobody consented to e-service


async def test_accepting_twice_decides_once(life: Life):
    number = await life.record()
    await life.accept(number)
    assert (await refusal(life, life.people.li_ming, number)).key == "accept.not_open"
    assert await life.read(ledger.balance, f"fine:{number}") == 20000
    assert (await life.read(licences.balance, life.people.li_ming)).points == 3


async def test_nobody_accepts_for_another(life: Life):
    number = await life.record()
    assert (await refusal(life, life.people.wang_fang, number)).key == "case.unknown"


@pytest.mark.parametrize(
    ("plate", "code", "obstacle"),
    [
        pytest.param(LI_PLATE, SPEEDING, None, id="200 yuan, 3 points"),
        pytest.param(LI_PLATE, RED_LIGHT, None, id="200 yuan, 6 points"),
        pytest.param(LI_PLATE, PARKING, None, id="no points"),
        pytest.param(LI_PLATE, OVERLOAD, Reason.NO_AMOUNT, id="a range"),
        pytest.param(LI_PLATE, HORN, Reason.UNKNOWN_POINTS, id="unknown points"),
        pytest.param(CHEN_PLATE, PARKING, Reason.MINOR, id="a minor"),
        pytest.param(OLD_PLATE, SPEEDING, Reason.NO_LICENCE, id="points without a licence"),
        pytest.param(OLD_PLATE, PARKING, None, id="no points need no licence"),
    ],
)
async def test_what_stands_against_accepting(life: Life, plate: Plate, code: str, obstacle: Reason | None):
    async with life.database.begin("system:import") as work:
        await registration.enter_person(work, NO_LICENCE, None)
        owned = VehicleEntry(OLD_PLATE, "小型汽车", NO_LICENCE.claim.resident_id, date(2020, 1, 1))
        await identity.enter_vehicle(work, owned)
    number = await life.record(plate=plate, code=code)
    assert (await proposal(life, number)).obstacle is obstacle
    if obstacle:
        liable = (await life.case(number)).liable_id
        assert (await refusal(life, liable, number)).key == f"accept.{obstacle}"
        assert (await life.case(number)).state is State.NOTIFIED


async def test_whoever_would_reach_twelve_points_is_sent_to_the_counter(life: Life):
    first, second, third = [
        await life.record(record_no, code=code)
        for record_no, code in (("R1", RED_LIGHT), ("R2", RED_LIGHT), ("R3", SPEEDING))
    ]
    await life.accept(first)
    assert (await proposal(life, second)).obstacle is Reason.POINTS_FULL
    assert (await refusal(life, life.people.li_ming, second)).key == "accept.points_full"
    await life.accept(third)
    assert (await life.read(licences.balance, life.people.li_ming)).points == 9


async def test_the_proposal_says_whether_it_will_be_served_electronically(life: Life):
    number = await life.record()
    assert not (await proposal(life, number)).consent
    await life.consent(life.people.li_ming)
    assert (await proposal(life, number)).consent
