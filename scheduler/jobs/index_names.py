"""Names that an earlier release wrote are made findable, a batch at a time; those of today are from the start."""

from models.base.db import Database
from models.identity import names
from scheduler.service import TickJob


def job(database: Database) -> TickJob:
    """Every minute, as long as full batches come."""

    async def index_all() -> int:
        total = 0
        while True:
            async with database.begin("system:index_names") as work:
                indexed = await names.index_some(work)
            total += indexed
            if indexed < names.BATCH:
                return total

    return TickJob("index_names", 60, index_all)
