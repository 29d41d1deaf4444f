"""Finding people by their name: by its blind index, which rows that an earlier release wrote get afterwards.

A name is shared by many; the last four of the resident ID or of the phone tell them apart.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from models.base import bulk
from models.base.db import Work
from models.identity import rules, store
from models.identity.tables import people

BATCH = 500
LAST = 4  # what people give of a number to say whom they mean


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody of this name; `endings` are the last four of the resident ID and of the phone."""

    id: int
    endings: Collection[str]


async def named(work: Work, name: str, ending: str = "") -> list[Named]:
    """Everybody of this name, or those of them whose resident ID or phone ends so; no companies."""
    columns = (people.c.id, people.c.resident_id, people.c.phone)
    called_so = people.c.name_index == work.index(name, store.NAME)
    rows = await work.all(select(*columns).where(called_so, people.c.company.is_(False)))
    found = [
        Named(row.id, _endings(work.open(row.resident_id, store.RESIDENT_ID), _phone(work, row.phone)))
        for row in rows
    ]
    return [each for each in found if not ending or ending in each.endings]


async def names_of(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """What these people are called; unknown ids are left out."""
    wanted = select(people.c.id, people.c.name).where(bulk.among(work, people.c.id, person_ids))
    return {row.id: work.open(row.name, store.NAME) for row in await work.all(wanted)}


async def called(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """How others are told of these people and companies."""
    columns = (people.c.id, people.c.name, people.c.company)
    rows = await work.all(select(*columns).where(bulk.among(work, people.c.id, person_ids)))
    return {row.id: rules.called(work.open(row.name, store.NAME), row.company) for row in rows}


async def index_some(work: Work) -> int:
    """Index a batch of names that are not yet; returns how many."""
    rows = await work.all(
        select(people.c.id, people.c.name)
        .where(people.c.name_index.is_(None))
        .order_by(people.c.id)
        .limit(BATCH)
    )
    indexed = [
        {"which": row.id, "index": work.index(work.open(row.name, store.NAME), store.NAME)} for row in rows
    ]
    one = update(people).where(people.c.id == bindparam("which")).values(name_index=bindparam("index"))
    await work.run_many(one, indexed)
    return len(rows)


def _phone(work: Work, sealed: str | None) -> str:
    return work.open(sealed, store.PHONE) if sealed else ""


def _endings(*numbers: str) -> frozenset[str]:
    return frozenset(number[-LAST:] for number in numbers if number)
