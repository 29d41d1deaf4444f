"""Studies, exams and activities on record, each under the reference number of whoever held it (PM 18-27)."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, distinct, func, select

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.licences import account, holds
from models.licences.holds import Hold
from models.licences.notices import REDUCED
from models.licences.reduction_rules import Learnt
from models.licences.tables import educations, ledger
from models.post import outbox


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learnt or done: from the first to the last day, for so many minutes in all, and whether an exam was passed."""

    kind: Learnt
    first_day: date
    last_day: date
    minutes: int = 0
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """On record; `points` that it took off."""

    reference: str
    points: int


async def known(work: Work, reference: str, person_id: int, learned: Learned) -> Kept | None:
    """The record of this reference. Raises Refusal when it says something else, or of somebody else."""
    row = await work.first(select(educations).where(educations.c.reference == reference))
    if row is None:
        return None
    if (row.person_id, _learned(row)) != (person_id, learned):
        raise Refusal("officer.other_education", reference=reference)
    return Kept(reference, row.points)


async def keep(
    work: Work, reference: str, person_id: int, learned: Learned, *, points: int = 0, hold: Hold | None = None
) -> Kept:
    """Put it on record. Raises Refusal when somebody else's was entered under this reference at the same moment."""
    row: dict[str, Any] = {
        "reference": reference,
        "person_id": person_id,
        **asdict(learned),
        "points": points,
        "hold_id": hold.id if hold else None,
        "recorded_by": work.actor,
        "recorded_at": work.now,
    }
    if not await work.insert_new(educations, row):
        raise Refusal("officer.other_education", reference=reference)
    details = {"education": learned.kind.value, "reference": reference, "points": points}
    await audit.record(work, "licence.education", f"licence {person_id}", person_id=person_id, **details)
    return Kept(reference, points)


async def reduce(work: Work, reference: str, person_id: int, learned: Learned, points: int) -> Kept:
    """Take points off (PM 27) and tell the driver. Hold the person before, and ask the rules."""
    kept = await keep(work, reference, person_id, learned, points=points)
    await ledger.post(
        work,
        source=account.name(person_id),
        target=account.REDUCED,
        amount=points,
        reason="reduced",
        reference=lot(reference),
    )
    left = await account.total(work, person_id)
    params = {"points": points, "left": left, "reference": reference}
    await outbox.queue(
        work, REDUCED, subject=f"study {reference}", once="reduced", person_id=person_id, params=params
    )
    return kept


def lot(reference: str) -> str:
    """Its name in the ledger, which no case number can have."""
    return f"study {reference}"


async def taken(work: Work, person_id: int, since: date) -> int:
    """Points that were taken off since this day, the first of a cycle."""
    out_of = (ledger.table.c.from_account == account.name(person_id)) & (ledger.table.c.reason == "reduced")
    found = select(func.coalesce(func.sum(ledger.table.c.amount), 0)).where(
        out_of, ledger.table.c.day >= since
    )
    return int(await work.scalar(found) or 0)


async def full_studies(work: Work, person_id: int, since: date) -> int:
    """For how many holds somebody studied since this day."""
    mine = (educations.c.person_id == person_id) & (educations.c.kind == holds.FULL_STUDY)
    count = select(func.count(distinct(educations.c.hold_id))).where(mine, educations.c.last_day >= since)
    return int(await work.scalar(count) or 0)


async def cheated(work: Work, person_id: int, since: date) -> bool:
    """Whether cheating at one is on record since this day."""
    mine = (educations.c.person_id == person_id) & (educations.c.kind == Learnt.CHEATED)
    found = select(educations.c.reference).where(mine, educations.c.last_day >= since).limit(1)
    return await work.scalar(found) is not None


def _learned(row: Row[Any]) -> Learned:
    return Learned(Learnt(row.kind), row.first_day, row.last_day, row.minutes, row.passed)
