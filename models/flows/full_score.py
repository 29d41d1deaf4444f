"""Getting a held licence back: study, exam, and the fines of its points paid (PM 17-18, 23; violations + licences).

Asked after each of the three; whichever comes last clears the points, and the driver is told at once.
"""

from models.base.db import Work
from models.licences import account, holds
from models.violations import point_facts


async def clear_if_done(work: Work, person_id: int) -> bool:
    """Clear the points of somebody whose licence is held and who has done all three; whether they were. Hold the person before."""
    if not await holds.is_held(work, person_id):
        return False
    held = await holds.of(work, person_id)
    if held is None or held.passed_on is None or await unpaid(work, person_id):
        return False
    await holds.clear(work, held)
    return True


async def unpaid(work: Work, person_id: int) -> list[str]:
    """The cases whose points stand and whose fines are not paid."""
    standing = await account.lots(work, person_id)
    return await point_facts.still_owed(work, [lot.reference for lot in standing if lot.points > 0])
