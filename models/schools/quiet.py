"""A guardian's quiet hours: updates that are not urgent wait until they end. Whole hours of the city's time; they may span midnight."""

from datetime import time
from typing import Any

from sqlalchemy import delete, select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import BadInput
from models.schools.tables import quiet_hours


async def hours_of(work: Work, person_id: int) -> tuple[time, time] | None:
    """None: told at any hour."""
    row = await work.first(select(quiet_hours).where(quiet_hours.c.person_id == person_id))
    return (row.begins, row.ends) if row else None


async def set_hours(work: Work, person_id: int, begins: int, ends: int) -> None:
    """From this hour to that, 0 to 23. What is waiting already comes when it was to come. Raises BadInput when they are the same."""
    if begins == ends:
        raise BadInput("quiet.how")
    hours: dict[str, Any] = {"begins": time(begins), "ends": time(ends)}
    if not await work.insert_new(quiet_hours, {"person_id": person_id, **hours}):
        await work.run(update(quiet_hours).where(quiet_hours.c.person_id == person_id).values(**hours))
    await audit.record(work, "quiet_hours.set", f"person {person_id}", person_id=person_id)


async def end(work: Work, person_id: int) -> None:
    """Told at any hour again."""
    await work.run(delete(quiet_hours).where(quiet_hours.c.person_id == person_id))
    await audit.record(work, "quiet_hours.ended", f"person {person_id}", person_id=person_id)
