"""Entering the registers: new, changed or unchanged; what contradicts them is for an officer."""

from dataclasses import replace
from datetime import date

import pytest

from models.base.db import Work
from models.base.errors import Refusal
from models.flows import registration
from models.identity import acts
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.licences import acts as licences
from tests.helpers import C1, LI_MING, LI_PLATE, WANG_FANG, Town, resident_id

NEWCOMER = PersonEntry(Claim("赵云", resident_id("18800303"), "13900000009"), date(1980, 3, 3))
NEW_PHONE = replace(LI_MING, claim=replace(LI_MING.claim, phone="13700000007"))
B2 = registration.Licence("B2", C1.first_issued_on)


@pytest.mark.parametrize(
    ("entry", "licence", "outcome"),
    [
        pytest.param(NEWCOMER, None, "new", id="a newcomer"),
        pytest.param(NEWCOMER, C1, "new", id="a newcomer with a licence"),
        pytest.param(LI_MING, C1, "unchanged", id="the same row again"),
        pytest.param(LI_MING, None, "unchanged", id="the same person, licence not handed over"),
        pytest.param(NEW_PHONE, C1, "changed", id="another phone"),
        pytest.param(LI_MING, B2, "changed", id="another class"),
    ],
)
async def test_a_row_of_the_registers(
    work: Work, entry: PersonEntry, licence: registration.Licence | None, outcome: str
):
    assert await registration.enter_person(work, entry, licence) == outcome
    assert await registration.enter_person(work, entry, licence) == "unchanged"


async def test_an_id_under_another_name_is_for_an_officer(work: Work, people: Town):
    with pytest.raises(Refusal, match=r"register\.other_name"):
        await acts.enter_person(work, replace(LI_MING, claim=replace(LI_MING.claim, name="李四")))
    assert (await acts.contact(work, people.li_ming)).name == "李明"


async def test_a_licence_that_was_handed_over_is_kept(work: Work, people: Town):
    balance = await licences.balance(work, people.li_ming)
    assert balance is not None
    assert (balance.licence_class, balance.points, balance.left) == ("C1", 0, 12)
    assert (balance.cycle_began, balance.cycle_ends) == (date(2025, 6, 1), date(2026, 6, 1))
    assert await licences.balance(work, people.chen_xiao) is None


async def test_a_vehicle_and_its_owners(work: Work, people: Town):
    bought = VehicleEntry(LI_PLATE, "小型汽车", WANG_FANG.claim.resident_id, date(2026, 1, 10))
    assert [await acts.enter_vehicle(work, bought) for _ in range(2)] == ["new", "unchanged"]
    owners = [await acts.owner_on(work, LI_PLATE, date(2026, 1, day)) for day in (9, 10)]
    assert [owner and owner.person_id for owner in owners] == [people.li_ming, people.wang_fang]
    assert await acts.owner_on(work, LI_PLATE, date(2019, 12, 31)) is None
    assert await acts.owner_on(work, Plate("01", LI_PLATE.number), date(2026, 1, 9)) is None


async def test_an_owner_must_be_in_the_registers(work: Work):
    unknown = VehicleEntry(LI_PLATE, "小型汽车", NEWCOMER.claim.resident_id, date(2026, 1, 10))
    with pytest.raises(Refusal, match=r"register\.unknown_owner"):
        await acts.enter_vehicle(work, unknown)
