"""An officer erased a record while its driver was asked: the driver was never told, and the officer's ticket stayed open for ever."""

import pytest
from sqlalchemy import select

from models.base.errors import Refusal
from models.flows import nomination
from models.post.desk import tickets
from models.violations import nominations, officer_acts
from models.violations.grounds import EraseGround
from models.violations.nomination_rules import NominationState
from tests.flows.life import Life
from tests.helpers import OVERLOAD, SPEEDING, WANG_FANG


@pytest.mark.parametrize("agreed", [False, True], ids=["asked", "agreed, and an officer verifies"])
async def test_the_driver_is_told_and_the_ticket_closed(life: Life, agreed: bool):
    number = await life.record(code=OVERLOAD if agreed else SPEEDING)
    async with life.database.begin("citizen") as work:
        named = await nomination.nominate(work, life.people.li_ming, number, WANG_FANG.claim.name)
        if agreed:
            await nomination.consent(work, life.people.wang_fang, named.nomination.code)
    await life.deliver_all()
    async with life.database.begin("officer:1") as work:
        case = await officer_acts.known(work, number)
        await officer_acts.erase(work, case, "officer:1", EraseGround.RESCUE, "红灯时让救护车")
    assert set(await life.deliver()) == {"record_erased", "nomination_over"}
    async with life.database.begin("citizen") as work:
        assert (await nominations.by_id(work, named.nomination.id)).state is NominationState.ENDED
        with pytest.raises(Refusal, match=r"takeover\.is\.ended"):
            await nomination.consent(work, life.people.wang_fang, named.nomination.code)
        assert await work.all(select(tickets.c.number).where(tickets.c.closed_at.is_(None))) == []
