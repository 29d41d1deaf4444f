"""Whether a licence may be used, as the authority that issued it says. A licence it has said nothing of is in force."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select, update

from models.base import audit
from models.base.db import Work
from models.licences.tables import standings


class Standing(StrEnum):
    """What the issuing authority has done with it."""

    IN_FORCE = "in_force"
    HELD = "held"  # 12 points (PM 17)
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Told:
    """The authority's last word; `valid_until` is the last day of the document, where it is known."""

    standing: Standing = Standing.IN_FORCE
    valid_until: date | None = None

    def expired(self, today: date) -> bool:
        """The document is overdue."""
        return self.valid_until is not None and self.valid_until < today


async def enter_standing(work: Work, person_id: int, told: Told) -> bool:
    """Enter what the authority says; False when nothing changed."""
    row = {"person_id": person_id, "standing": told.standing, "valid_until": told.valid_until}
    if not await work.insert_new(standings, row):
        if await standing_of(work, person_id) == told:
            return False
        await work.run(update(standings).where(standings.c.person_id == person_id).values(row))
    subject = f"licence {person_id}"
    await audit.record(work, "licence.standing", subject, person_id=person_id, standing=told.standing)
    return True


async def standing_of(work: Work, person_id: int) -> Told:
    """What is known of this person's licence."""
    row = await work.first(select(standings).where(standings.c.person_id == person_id))
    return Told(Standing(row.standing), row.valid_until) if row else Told()
