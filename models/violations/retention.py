"""How long pictures are kept: those that back an objection, and what the camera saw.

A case's pictures are needed until it is closed and whatever can still be brought against it has had its time (tariff, natural days).
Then they go; that they were there, and when they went, stays on record.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.violations.tables import CHALLENGED, cases, challenges, evidence, photos

BATCH = 500  # of each sort, in one unit of work


async def retire(work: Work) -> int:
    """Take pictures of cases long closed off the record; returns how many, of each sort a batch at most. Their bytes are then orphans."""
    backing = select(photos.c.blob.label("key"), challenges.c.case_number).join(
        challenges, challenges.c.id == photos.c.challenge_id
    )
    of_objections = await work.all(_over(work, backing.join(cases), photos.c.removed_at))
    seen = select(evidence.c.id.label("key"), evidence.c.case_number).join(cases)
    of_cameras = await work.all(_over(work, seen, evidence.c.removed_at))
    for table, key, rows in (
        (photos, photos.c.blob, of_objections),
        (evidence, evidence.c.id, of_cameras),
    ):
        if rows:
            gone = bulk.among(work, key, [row.key for row in rows])
            await work.run(update(table).where(gone).values(removed_at=work.now))
    counts = Counter(row.case_number for row in (*of_objections, *of_cameras))
    for number, count in sorted(counts.items()):
        await audit.record(work, "photos.removed", f"case {number}", count=count)
    return max(len(of_objections), len(of_cameras))


async def forget_unnamed(work: Work, before: datetime) -> None:
    """What was handed in before then, and no record has named: it has no case, and nobody will see it."""
    late = evidence.c.case_number.is_(None) & (evidence.c.added_at < before)
    await work.run(delete(evidence).where(late))


async def without_row(work: Work, blobs: Collection[str]) -> set[str]:
    """Of these blobs those that nothing on record needs."""
    known: set[str] = set()
    for key, removed_at in ((photos.c.blob, photos.c.removed_at), (evidence.c.blob, evidence.c.removed_at)):
        kept = select(key).where(bulk.among(work, key, blobs), removed_at.is_(None))
        known |= {row.blob for row in await work.all(kept)}
    return set(blobs) - known


def _over(work: Work, found: Select[Any], removed_at: Any) -> Select[Any]:
    """Those of cases that were closed so long ago, and about which nothing is open."""
    last = work.today - timedelta(days=work.city.tariff.retention.photo_days)
    open_still = select(challenges.c.case_number).where(CHALLENGED)
    settled = cases.c.closed_on < last, cases.c.number.not_in(open_still)
    return found.where(removed_at.is_(None), *settled).limit(BATCH)
