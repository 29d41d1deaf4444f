"""Waiting for one's twin where there is no row yet that could be locked: a count and then an insert, a look and then an insert."""

from sqlalchemy import Text, bindparam, func, select

from models.base.db import Work

ALONE = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name", type_=Text), 0)))


async def alone(work: Work, *names: str) -> None:
    """Whoever names the same waits until this unit of work ends. SQLite has one writer anyway."""
    if work.writing.dialect.name == "postgresql":
        for name in sorted(names):
            await work.run(ALONE, {"name": name})
