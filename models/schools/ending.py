"""The end of a school year: some days after its last one everything of it goes (PIPL 19). Drafts nobody published go after some hours."""

from datetime import timedelta

from sqlalchemy import select

from models.base.db import Work
from models.schools import removal, rules
from models.schools.tables import updates, years

DRAFT = updates.c.published_at.is_(None)


async def forget_a_year(work: Work) -> int:
    """One year that is over, the earliest; returns how many."""
    known = select(years.c.id, years.c.last_day).where(years.c.ended_at.is_(None)).order_by(years.c.last_day)
    first = await work.first(known.limit(1).with_for_update())
    if first is None or not rules.is_over(first.last_day, work.today, work.city.tariff.school.keep_days):
        return 0
    await removal.forget_year(work, first.id)
    return 1


async def forget_drafts(work: Work) -> int:
    """Those that nobody published in time; returns how many."""
    oldest = work.now - timedelta(hours=work.city.tariff.school.draft_hours)
    old = [row.id for row in await work.all(select(updates.c.id).where(DRAFT, updates.c.written_at < oldest))]
    await removal.forget_updates(work, old)
    return len(old)
