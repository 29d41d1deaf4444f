"""What goes: the data of children who left, and of a school year that is over (PIPL 19). Nothing of it is kept elsewhere but the audit
trail, which holds numbers only, and the outbox's rows, which go with their updates."""

from collections.abc import Collection

from sqlalchemy import Table, delete, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.post import outbox
from models.schools import forgetting
from models.schools.tables import (
    children,
    classes,
    consents,
    guardianships,
    listed_guardians,
    pictures,
    reads,
    requests,
    teachers,
    updates,
    years,
)

OF_CHILDREN: tuple[Table, ...] = (requests, listed_guardians, consents, guardianships)
OF_UPDATES: tuple[Table, ...] = (reads, pictures)
KINDS = ("school_update", "school_update_urgent")
ABOUT_UPDATES = (*KINDS, "update_answered", "update_replied")


async def forget_children(work: Work, child_ids: Collection[int]) -> None:
    """With whoever was their guardian here. Whoever keeps more of a child takes it away first."""
    if not child_ids:
        return
    for table in OF_CHILDREN:
        await work.run(delete(table).where(bulk.among(work, table.c.child_id, child_ids)))
    await work.run(delete(children).where(bulk.among(work, children.c.id, child_ids)))


async def forget_updates(work: Work, update_ids: Collection[int]) -> None:
    """With the notices of them. The pictures' files are removed by a job, as they are named by nothing any more."""
    if not update_ids:
        return
    named = select(updates.c.code).where(bulk.among(work, updates.c.id, update_ids))
    await outbox.forget(work, ABOUT_UPDATES, [row.code for row in await work.all(named)])
    for table in OF_UPDATES:
        await work.run(delete(table).where(bulk.among(work, table.c.update_id, update_ids)))
    await work.run(delete(updates).where(bulk.among(work, updates.c.id, update_ids)))


async def forget_year(work: Work, year_id: int) -> None:
    """Everything of a year but that it was."""
    mine = select(classes.c.id).where(classes.c.year_id == year_id)
    ids = [row.id for row in await work.all(mine)]
    await forgetting.forget_year(work, ids)
    told = select(updates.c.id).where(bulk.among(work, updates.c.class_id, ids))
    await forget_updates(work, [row.id for row in await work.all(told)])
    pupils = select(children.c.id).where(bulk.among(work, children.c.class_id, ids))
    await forget_children(work, [row.id for row in await work.all(pupils)])
    for table in (requests, teachers):
        await work.run(delete(table).where(bulk.among(work, table.c.class_id, ids)))
    await work.run(delete(classes).where(classes.c.year_id == year_id))
    await work.run(update(years).where(years.c.id == year_id).values(ended_at=work.now))
    await audit.record(work, "school_year.forgotten", f"school year {year_id}", classes=len(ids))
