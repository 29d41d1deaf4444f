"""Twelve points: the licence is held (PM 17) until study, exam and payment are all there (PM 23), or until a decision that was taken
back leaves fewer.

    held -> cleared    study, exam and payment: its points are gone
         `- released   fewer than twelve points by now
Whoever calls holds the person.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update

from models.base import audit
from models.base.db import Work
from models.licences import account, rules
from models.licences.notices import CLEARED, HELD, RELEASED
from models.licences.tables import educations, holds, ledger, licences
from models.post import outbox

FULL_STUDY = "full_study"


class Outcome(StrEnum):
    """How a hold ended."""

    CLEARED = "cleared"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Hold:
    """A licence that is held. Days of study: those that are needed, and those that were studied."""

    id: int
    person_id: int
    since: date
    days_needed: int
    days_studied: int
    passed_on: date | None

    @property
    def studied(self) -> bool:
        return self.days_studied >= self.days_needed


async def of(work: Work, person_id: int) -> Hold | None:
    """The open hold of this person's licence."""
    row = await work.first(select(holds).where(holds.c.person_id == person_id, holds.c.ended_on.is_(None)))
    if row is None:
        return None
    mine = (educations.c.hold_id == row.id) & (educations.c.kind == FULL_STUDY)
    spans = await work.all(select(educations.c.first_day, educations.c.last_day).where(mine))
    studied = rules.days_covered((span.first_day, span.last_day) for span in spans)
    return Hold(row.id, person_id, row.since, await days_needed(work, person_id), studied, row.passed_on)


async def is_held(work: Work, person_id: int) -> bool:
    """Whether it is held, and no more."""
    mine = select(holds.c.id).where(holds.c.person_id == person_id, holds.c.ended_on.is_(None))
    return await work.scalar(mine) is not None


async def days_needed(work: Work, person_id: int) -> int:
    """Natural days of study that these points take (PM 18)."""
    licence = await work.first(select(licences).where(licences.c.person_id == person_id))
    licence_class, first = (licence.licence_class, licence.first_issued_on) if licence else ("", work.today)
    began = rules.cycle_start(first, work.today)
    earlier = (holds.c.person_id == person_id) & (holds.c.outcome == Outcome.CLEARED)
    count = select(func.count()).select_from(holds).where(earlier, holds.c.since >= began)
    total = await account.total(work, person_id)
    points = work.city.tariff.points
    return rules.study_days(licence_class, total, int(await work.scalar(count) or 0), points)


async def settle(work: Work, person_id: int) -> None:
    """After points have moved: held at twelve or more, and only then. The person is told what to do."""
    total = await account.total(work, person_id)
    full = total >= work.city.tariff.points.limit
    held = await of(work, person_id)
    if full and held is None:
        await _begin(work, person_id, total)
    elif held is not None and not full:
        await _end(work, held, Outcome.RELEASED)
        await _tell(work, RELEASED, held, points=total)


async def passed(work: Work, held: Hold) -> None:
    """The exam of PM 22 was passed today or earlier; recorded once."""
    first = (holds.c.id == held.id) & holds.c.passed_on.is_(None)
    await work.run(update(holds).where(first).values(passed_on=work.today))


async def clear(work: Work, held: Hold) -> None:
    """Study, exam and payment are there: the points are cleared and the licence goes back (PM 23)."""
    person_id, how = held.person_id, (account.FULL_SCORE, str(held.id))
    standing = await account.lots(work, person_id)
    gone = [account.cleared(person_id, lot.reference, lot.points, how, work.today) for lot in standing]
    await ledger.post_all(work, gone)
    await _end(work, held, Outcome.CLEARED)
    await _tell(work, CLEARED, held)


async def _begin(work: Work, person_id: int, total: int) -> None:
    row = {"person_id": person_id, "since": work.today}
    key = await work.scalar(insert(holds).values(row).returning(holds.c.id))
    days = await days_needed(work, person_id)
    held = Hold(int(key or 0), person_id, work.today, days, 0, None)
    await audit.record(work, "licence.held", f"licence {person_id}", person_id=person_id, points=total)
    await _tell(work, HELD, held, points=total, days=days)


async def _end(work: Work, held: Hold, outcome: Outcome) -> None:
    await work.run(
        update(holds).where(holds.c.id == held.id).values(ended_on=work.today, outcome=outcome.value)
    )
    person_id = held.person_id
    await audit.record(work, f"licence.{outcome.value}", f"licence {person_id}", person_id=person_id)


async def _tell(work: Work, kind: Any, held: Hold, **params: Any) -> None:
    await outbox.queue(
        work, kind, subject=f"hold {held.id}", once=kind.name, person_id=held.person_id, params=params
    )
