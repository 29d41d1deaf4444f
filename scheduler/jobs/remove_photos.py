"""Photos whose transaction did not commit: nothing names them, and nobody will see them again."""

from datetime import timedelta

from models.base.blobs import Blobs
from models.base.db import Database
from models.violations import challenges
from scheduler.service import TickJob

EVERY_SECONDS = 3600.0
# Far longer than any transaction: a younger one may be about to get its row.
YOUNG = timedelta(hours=1)


def job(database: Database, blobs: Blobs) -> TickJob:
    """Every hour; returns how many were removed."""

    async def remove() -> int:
        old = await blobs.older_than(database.wall.now() - YOUNG)
        async with database.read() as work:
            orphans = await challenges.without_row(work, old) if old else set()
        for key in sorted(orphans):
            await blobs.delete(key)
        return len(orphans)

    return TickJob("remove_orphan_photos", EVERY_SECONDS, remove)
