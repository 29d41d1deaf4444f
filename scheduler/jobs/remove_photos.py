"""Photos that are not needed any more: of cases long closed, handed in and never named, of a school year that is over, or of a transaction
that did not commit.

A photo is first off the record, with an event in the audit trail, and then off the disk: what the second step misses, the next round
finds again.
"""

from collections.abc import Collection
from datetime import timedelta

from models.base.blobs import Blobs
from models.base.db import Database, Work
from models.schools import updates
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
            orphans = await _without_row(work, old) if old else set()
        for key in sorted(orphans):
            await blobs.delete(key)
        return len(orphans)

    return TickJob("remove_photos", EVERY_SECONDS, remove)


async def _without_row(work: Work, blobs: Collection[str]) -> set[str]:
    """Of these blobs those that no case and no update of a class needs."""
    return await updates.without_row(work, await retention.without_row(work, blobs))


async def _retired(database: Database) -> int:
    async with database.begin("system:remove_photos") as work:
        await retention.forget_unnamed(work, work.now - YOUNG)
        return await retention.retire(work)
