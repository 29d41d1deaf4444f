"""The first moment of a new cycle of licence points: what is cleared and what is carried over from the one before (PM 15)."""

from datetime import time

from models.base import leases
from models.base.db import Work
from models.flows import point_cycles
from scheduler.service import DailyJob

NAME = "close_point_cycles"


async def close(work: Work) -> int:
    """Those that ended with yesterday; the first time all, for what earlier versions left out of the sum by its day, without an entry."""
    first = await leases.last_slot(work, NAME) is None
    return await (point_cycles.close_all if first else point_cycles.close_ending)(work)


JOB = DailyJob(NAME, time(0, 0), close)
