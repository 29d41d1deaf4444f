"""What holds a case still: nothing is pressed for, warned of or locked while one objects, or while a payment plan is asked for or runs."""

from collections.abc import Collection

from sqlalchemy import select

from models.base import bulk
from models.base.db import Work
from models.violations.plan_tables import PLANNED, plans
from models.violations.tables import CHALLENGED, challenges


async def paused(work: Work, numbers: Collection[str]) -> set[str]:
    """Of these cases those that are in dispute, or have a plan (domain 5: never for such an amount)."""
    disputed = bulk.among(work, challenges.c.case_number, numbers) & CHALLENGED
    planned = bulk.among(work, plans.c.case_number, numbers) & PLANNED
    either = (
        select(challenges.c.case_number).where(disputed).union(select(plans.c.case_number).where(planned))
    )
    return {row.case_number for row in await work.all(either)}
