"""School years that are over go with all their data, and so do updates that were written and never published."""

from models.base.db import Database
from models.schools import ending
from scheduler.service import TickJob

EVERY_SECONDS = 3600.0


def job(database: Database) -> TickJob:
    """Every hour, a year in each transaction; returns how many years and drafts went."""

    async def forget() -> int:
        async with database.begin("system:forget_school_years") as work:
            gone = await ending.forget_drafts(work)
        while True:
            async with database.begin("system:forget_school_years") as work:
                if not await ending.forget_a_year(work):
                    return gone
            gone += 1

    return TickJob("forget_school_years", EVERY_SECONDS, forget)
