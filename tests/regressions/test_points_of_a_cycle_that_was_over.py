"""The driver's cycle had ended, its job was late, and points that were to be cleared stood in the way of taking a case over."""

from datetime import date

from models.flows import nomination
from models.licences import acts as licences
from tests.flows import driving
from tests.flows.life import Life
from tests.helpers import RED_LIGHT, WANG_FANG, WANG_PLATE

EVE = date(2026, 5, 31)


async def test_they_are_cleared_before_it_is_asked(life: Life):
    paid = await driving.decided(life, "W1", RED_LIGHT, plate=WANG_PLATE)
    await life.pay(paid)
    driving.set_clock(life, EVE)
    number = await life.record("L1", code=RED_LIGHT)
    driving.set_clock(life, driving.NEW_CYCLE)
    async with life.database.begin("citizen") as work:
        named = await nomination.nominate(work, life.people.li_ming, number, WANG_FANG.claim.name)
        await nomination.consent(work, life.people.wang_fang, named.nomination.code)
    assert (await life.case(number)).liable_id == life.people.wang_fang
    balance = await life.read(licences.balance, life.people.wang_fang)
    assert balance.points == 0
