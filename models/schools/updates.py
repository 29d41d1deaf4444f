"""What a class has been told, and who has read it. Who may see it is `members`' to say; these acts ask.

update = await updates.opened(work, person_id, code)     for guardians and teachers of the class; raises Refusal for anybody else
await updates.read(work, update, person_id)              the read receipt, once
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from models.base import bulk
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import Refusal
from models.schools import members
from models.schools.tables import pictures, reads, updates

TEXT = "school_updates.text"


@dataclass(frozen=True, slots=True)
class Update:
    """Something a class is told. `undo_until` is of the wall; a draft has not been published."""

    id: int
    code: str
    class_id: int
    author_id: int
    text: str
    link: str | None
    urgent: bool
    published_at: datetime | None
    undo_until: datetime | None
    withdrawn_at: datetime | None

    @property
    def excerpt(self) -> str:
        """The first 20 characters, in one line: as much as a WeChat template's field takes."""
        line = " ".join(self.text.split())
        return line if len(line) <= 20 else f"{line[:19]}…"

    @property
    def day(self) -> date | None:
        """The civic day of the publishing."""
        return self.published_at.astimezone(CITY_ZONE).date() if self.published_at else None

    def in_lines(self, most: int, characters: int) -> list[str]:
        """The beginning, as it was written, in so many lines and characters at most."""
        cut = self.text if len(self.text) <= characters else f"{self.text[: characters - 1]}…"
        lines = [line for line in cut.splitlines() if line.strip()]
        return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"]


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture that lies in the blob store under `blob`."""

    blob: str
    content_type: str


def link_of(work: Work, code: str) -> str:
    """The page of an update; it asks who looks at it."""
    return f"{work.city.public_url}/school/{code}"


def publishing_page(work: Work) -> str:
    """Where a teacher publishes without the chat; it asks who looks at it, too."""
    return f"{work.city.public_url}/school/publish"


async def opened(work: Work, person_id: int, code: str) -> Update:
    """A published update of a class that this person reads or teaches, a withdrawn one too. Raises Refusal, the same for one that is not
    there and for one that is not theirs."""
    found = await _found(work, (updates.c.code == code.upper()) & updates.c.published_at.is_not(None))
    if found:
        update = found[0]
        if await members.is_guardian_in(work, person_id, update.class_id):
            return update
        if await members.is_teacher_of(work, person_id, update.class_id):
            return update
    raise Refusal("school.no_update")


async def published_in(work: Work, class_ids: Collection[int], limit: int) -> Sequence[Update]:
    """The newest that these classes were told and that were not taken back."""
    told = updates.c.published_at.is_not(None) & updates.c.withdrawn_at.is_(None)
    return await _found(work, bulk.among(work, updates.c.class_id, class_ids) & told, limit)


async def updates_for(work: Work, person_id: int, limit: int) -> Sequence[Update]:
    """The newest of all classes that this person reads or teaches."""
    mine = [*await members.read_by(work, person_id), *await members.taught_by(work, person_id)]
    return await published_in(work, {each.id for each in mine}, limit) if mine else []


async def pictures_of(work: Work, update_id: int) -> Sequence[PictureRef]:
    """In the order in which they were added."""
    mine = select(pictures).where(pictures.c.update_id == update_id)
    rows = await work.all(mine.order_by(pictures.c.added_at, pictures.c.blob))
    return [PictureRef(row.blob, row.content_type) for row in rows]


async def without_row(work: Work, blobs: Collection[str]) -> set[str]:
    """Of these blobs those that no update needs."""
    kept = select(pictures.c.blob).where(bulk.among(work, pictures.c.blob, blobs))
    return set(blobs) - {row.blob for row in await work.all(kept)}


async def read(work: Work, update: Update, person_id: int) -> bool:
    """The person has opened it; tells whether for the first time."""
    return await work.insert_new(reads, {"update_id": update.id, "person_id": person_id, "read_at": work.now})


async def was_read(work: Work, update: Update, person_id: int) -> bool:
    """Whether the person has opened it before."""
    mine = (reads.c.update_id == update.id) & (reads.c.person_id == person_id)
    return await work.first(select(reads.c.read_at).where(mine)) is not None


async def _found(work: Work, which: ColumnElement[bool], limit: int = 1) -> Sequence[Update]:
    newest = select(updates).where(which).order_by(updates.c.published_at.desc(), updates.c.id.desc())
    return [update_of(work, row) for row in await work.all(newest.limit(limit))]


def update_of(work: Work, row: Row[Any]) -> Update:
    """From a row of the table."""
    return Update(
        id=row.id,
        code=row.code,
        class_id=row.class_id,
        author_id=row.author_id,
        text=work.open(row.text, TEXT),
        link=row.link,
        urgent=row.urgent,
        published_at=row.published_at,
        undo_until=row.undo_until,
        withdrawn_at=row.withdrawn_at,
    )
