"""The pictures of a case as an officer sees them: those that back an objection, and what the camera saw. Each look is on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.violations import evidence
from models.violations.tables import challenges, photos

OF_CAMERA = "evidence"


@dataclass(frozen=True, slots=True)
class Seen:
    """One of them. `of` is `evidence`, or the objection it backs (`challenge 3`). `key` is what it is asked for by, `url` where the
    police keep it themselves; without either it was removed after its term. `size` in bytes."""

    of: str
    key: str | None
    url: str | None
    content_type: str | None
    size: int | None
    added_at: datetime
    removed_at: datetime | None


async def of_case(work: Work, number: str) -> Sequence[Seen]:
    """What the camera saw first, each sort in the order in which it came."""
    seen = [
        Seen(OF_CAMERA, each.blob, each.url, each.content_type, each.size, each.added_at, each.removed_at)
        for each in await evidence.of_case(work, number)
    ]
    backing = select(photos).join(challenges, challenges.c.id == photos.c.challenge_id)
    mine = backing.where(challenges.c.case_number == number)
    for row in await work.all(mine.order_by(photos.c.added_at, photos.c.blob)):
        key = row.blob if row.removed_at is None else None
        of = f"challenge {row.challenge_id}"
        seen.append(Seen(of, key, None, row.content_type, row.size, row.added_at, row.removed_at))
    return seen


async def look(work: Work, number: str, officer: str, key: str) -> Seen:
    """Somebody looks at one whose bytes are kept here, which is on record. Raises Refusal for a key that is none of this case's."""
    found = next((each for each in await of_case(work, number) if each.key and each.key == key), None)
    if found is None:
        raise Refusal("officer.no_photo", number=number)
    await audit.record(work, "photo.seen", f"case {number}", officer=officer, of=found.of)
    return found
