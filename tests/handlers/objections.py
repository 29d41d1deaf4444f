"""What tests of objections need: the open one of a case, and an officer's answer."""

from typing import Any

from models.flows import challenge
from models.violations import challenges
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.challenges import Challenge
from models.violations.grounds import EraseGround
from tests.handlers import lives
from tests.handlers.chat import World
from tests.helpers import PARKING

REASON = "红灯时我在让救护车"


async def the_open_one(world: World, number: str) -> Challenge:
    async with world.database.read() as work:
        [found] = [each for each in await challenges.of_case(work, number) if each.open]
    return found


async def answer(world: World, number: str, outcome: ChallengeState, reasons: str = "照片清楚") -> None:
    """An officer's, and it goes out."""
    filed = await the_open_one(world, number)
    async with world.database.begin("officer:1") as work:
        await challenge.decide(work, filed.id, "officer:1", outcome, reasons, EraseGround.RESCUE)
    await lives.deliver(world)


ANSWERS: tuple[tuple[Any, Kind, ChallengeState], ...] = (  # life, who is asked, what is answered
    (lives.recorded, Kind.OBJECTION, ChallengeState.UPHELD),
    (lives.recorded, Kind.OBJECTION, ChallengeState.ERASED),
    (lives.served, Kind.OBJECTION, ChallengeState.UPHELD),
    (lives.served, Kind.REVIEW, ChallengeState.UPHELD),
    (lives.served, Kind.OBJECTION, ChallengeState.VOIDED),
    (lives.paid, Kind.REVIEW, ChallengeState.VOIDED),
)


async def object_to_much(world: World) -> None:
    """A case for each answer there is."""
    for count, (life, kind, outcome) in enumerate(ANSWERS):
        number = await life(world, f"C{count}", code=PARKING)
        async with world.database.begin("officer:1") as work:
            filed = await challenge.file(work, world.town.li_ming, number, kind, "it was not so")
            await challenge.decide(work, filed.id, "officer:1", outcome, "seen again", EraseGround.RESCUE)
        await lives.deliver(world)
