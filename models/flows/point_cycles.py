"""The end of a cycle of licence points: violations say whose fines are unpaid, licences clear and carry (violations + licences).

The job closes whoever's cycle ended with yesterday. Whoever is about to move a driver's points closes that driver first, so that a job
that is late moves nothing into the wrong cycle.
"""

from collections.abc import Collection, Sequence

from models.base.db import Work
from models.identity import acts as identity
from models.licences import cycles
from models.violations import point_facts

BATCH = 1000  # people; of a city of five million 14,000 cycles end in a day, most of them without points


async def close_ending(work: Work) -> int:
    """Close the cycles that ended with yesterday; returns of how many people something was cleared or carried over."""
    return await _close_batches(work, await cycles.ending(work))


async def close_all(work: Work) -> int:
    """The same for everybody with points, whenever their cycles ended."""
    return await _close_batches(work, await cycles.pointed(work))


async def catch_up(work: Work, person_id: int) -> None:
    """Close what is over of this person, who is held by the caller."""
    await _close(work, [person_id])


async def _close_batches(work: Work, people: Sequence[int]) -> int:
    closed = 0
    for begin in range(0, len(people), BATCH):
        closed += await _close(work, people[begin : begin + BATCH])
    return closed


async def _close(work: Work, people: Collection[int]) -> int:
    over = await cycles.over(work, people)
    if not over:
        return 0
    await identity.hold_all(work, over)
    over = await cycles.over(work, over)  # as it stands, now that nobody else can move it
    owed = await point_facts.unpaid(work, over)
    unpaid = {person_id: {case.number: case.due_on for case in owed.get(person_id, ())} for person_id in over}
    return await cycles.close(work, over, unpaid)
