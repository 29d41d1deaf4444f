"""Link new audit events into the hash chain."""

from models.base import audit
from models.base.db import Database
from scheduler.service import TickJob


def job(database: Database) -> TickJob:
    """Every two seconds, as long as full batches come."""

    async def seal() -> int:
        total = 0
        while True:
            async with database.begin("system:sealer") as work:
                sealed = await audit.seal(work)
            total += sealed
            if sealed < audit.BATCH:
                return total

    return TickJob("seal_audit_events", 2, seal)
