"""Photos that are not needed any more: of cases long closed, handed in and never named, or of a transaction that did not commit.

A photo is first off the record, with an event in the audit trail, and then off the disk: what the second step misses, the next round
finds again.
"""

from datetime import timedelta

from models.base.blobs import Blobs
from models.base.db import Database
from models.violations import retention
from scheduler.service import TickJob

EVERY_SECONDS = 3600.0
# Far longer than any transaction: a younger one may be about to get its row, or its record.
YOUNG = timedelta(hours=1)


def job(database: Database, blobs: Blobs) -> TickJob:
    """Every hour; returns how many were removed."""

    async def remove() -> int:
        while await _retired(database) == retention.BATCH:
            pass
        old = await blobs.older_than(database.wall.now() - YOUNG)
        async with database.read() as work:
            orphans = await retention.without_row(work, old) if old else set()
        for key in sorted(orphans):
            await blobs.delete(key)
        return len(orphans)

    return TickJob("remove_photos", EVERY_SECONDS, remove)


async def _retired(database: Database) -> int:
    async with database.begin("system:remove_photos") as work:
        await retention.forget_unnamed(work, work.now - YOUNG)
        return await retention.retire(work)
