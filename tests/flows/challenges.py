"""The steps of a challenge in a life."""

import pytest

from models.base.errors import Refusal
from models.flows import challenge
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.challenges import Challenge
from models.violations.grounds import Ground, VoidGround
from tests.flows.life import Life

REASON = "红灯时我在让救护车"
OFFICER = "officer:7"


async def file(life: Life, number: str, kind: Kind = Kind.OBJECTION) -> Challenge:
    async with life.database.begin("citizen") as work:
        return await challenge.file(work, life.people.li_ming, number, kind, REASON)


async def withdraw(life: Life, number: str) -> None:
    async with life.database.begin("citizen") as work:
        await challenge.withdraw(work, life.people.li_ming, number)


async def decide(
    life: Life, filed: Challenge, outcome: ChallengeState, ground: Ground = VoidGround.RESCUE
) -> None:
    async with life.database.begin(OFFICER) as work:
        await challenge.decide(work, filed.id, OFFICER, outcome, "the lane was marked", ground)


async def refusal(life: Life, filed: Challenge, outcome: ChallengeState, ground: Ground) -> str:
    async with life.database.begin(OFFICER) as work:
        with pytest.raises(Refusal) as refused:
            await challenge.decide(work, filed.id, OFFICER, outcome, "no", ground)
    return refused.value.key


async def served(life: Life) -> str:
    """Served on 2 March; the last day to pay is 17 March."""
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    return number
