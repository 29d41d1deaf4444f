"""Whether a licence may be used: as the authority that issued it says, and held while twelve points stand here. A licence of which
nothing was said is in force."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.licences import holds
from models.licences.reduction_rules import Serious
from models.licences.tables import standings


class Standing(StrEnum):
    """What the issuing authority has done with it."""

    IN_FORCE = "in_force"
    HELD = "held"  # 12 points (PM 17)
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Told:
    """The authority's last word, each where it is known: the last day of the document, the last day of probation, the last punishment
    of PM 26 wherever it was, and the last cheating at a study or an exam."""

    standing: Standing = Standing.IN_FORCE
    valid_until: date | None = None
    probation_until: date | None = None
    punished_for: Serious | None = None
    punished_on: date | None = None
    cheated_on: date | None = None

    def expired(self, today: date) -> bool:
        """The document is overdue."""
        return self.valid_until is not None and self.valid_until < today


async def enter_standing(work: Work, person_id: int, told: Told) -> bool:
    """Enter what the authority says; False when nothing changed."""
    row = {"person_id": person_id, **asdict(told)}
    if not await work.insert_new(standings, row):
        if (await told_of(work, [person_id])).get(person_id) == told:
            return False
        await work.run(update(standings).where(standings.c.person_id == person_id).values(row))
    subject = f"licence {person_id}"
    await audit.record(work, "licence.standing", subject, person_id=person_id, standing=told.standing)
    return True


async def add(work: Work, rows: Collection[tuple[int, Told]]) -> None:
    """What is said of licences of which nothing was said yet."""
    await bulk.append(work, standings, [{"person_id": person_id, **asdict(told)} for person_id, told in rows])
    for each in Standing:
        about = [(f"licence {person_id}", person_id) for person_id, told in rows if told.standing is each]
        await audit.record_all(work, "licence.standing", about, standing=each)


async def told_of(work: Work, person_ids: Collection[int]) -> dict[int, Told]:
    """The authority's word on each of these people's licences, where there is one."""
    rows = await work.all(select(standings).where(bulk.among(work, standings.c.person_id, person_ids)))
    return {row.person_id: _told(row) for row in rows}


async def standing_of(work: Work, person_id: int) -> Told:
    """What is known of this person's licence. Twelve points hold it here, whatever the register knows by now."""
    row = await work.first(select(standings).where(standings.c.person_id == person_id))
    told = _told(row) if row else Told()
    if told.standing is Standing.IN_FORCE and await holds.is_held(work, person_id):
        return replace(told, standing=Standing.HELD)
    return told


def _told(row: Row[Any]) -> Told:
    return Told(
        standing=Standing(row.standing),
        valid_until=row.valid_until,
        probation_until=row.probation_until,
        punished_for=Serious(row.punished_for) if row.punished_for else None,
        punished_on=row.punished_on,
        cheated_on=row.cheated_on,
    )
