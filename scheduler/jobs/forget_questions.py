"""Questions of booking systems that were kept as long as the tariff says."""

from models.base.db import Database
from models.restrictions import questions
from scheduler.service import TickJob

EVERY_SECONDS = 3600.0


def job(database: Database) -> TickJob:
    """Every hour, in short transactions; returns how many were removed."""

    async def forget() -> int:
        total = 0
        while True:
            async with database.begin("system:forget_questions") as work:
                gone = await questions.forget(work)
            total += gone
            if gone < questions.BATCH:
                return total

    return TickJob("forget_questions", EVERY_SECONDS, forget)
