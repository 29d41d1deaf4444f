"""Pictures that come with a record: what the camera saw.

A picture is bytes that were handed in before (`hand_in`), and then lie in the blob store, or an address on one of the city's
`evidence_hosts`, which nobody here ever fetches: whoever may see it is sent there. A picture shows a whole plate and perhaps a face, so
a case's own page, which opens for anyone with its link, shows none; the chat gives its owner leave for an hour (`shown`).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, insert, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.violations.tables import evidence

URL = "case_evidence.url"
MOST = 4  # pictures of one record; a red light takes three
LONGEST_URL = 1000
GRANT_SECONDS = 3600  # how long a link out of the chat shows pictures; whoever comes later asks for another
KEY = re.compile(r"[0-9a-f]{32}")
ADDRESS = re.compile(r"https://[!-~]+")


@dataclass(frozen=True, slots=True)
class Picture:
    """One of them: in the blob store under `blob`, with its type and size (bytes), or at `url`. Without either it was removed."""

    id: int
    case_number: str
    blob: str | None
    url: str | None
    content_type: str | None
    size: int | None
    added_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Links that work for an hour: the case's page with its pictures, and the first of those alone."""

    page: str
    first: str


def check(work: Work, pictures: Collection[str], *, handed_in: bool = True) -> None:
    """Raises BadInput for what is neither an address on a host of the city's nor, where that is allowed, a key of something handed in."""
    if len(set(pictures)) != len(pictures) or len(pictures) > MOST:
        raise BadInput("record.pictures")
    for picture in pictures:
        if not (_is_allowed(work, picture) or (handed_in and KEY.fullmatch(picture))):
            raise BadInput("record.picture")


async def hand_in(work: Work, blob: str, content_type: str, size: int) -> None:
    """Bytes that lie in the blob store and wait for the record that names their key, from the same caller."""
    row = {"blob": blob, "content_type": content_type, "size": size}
    await work.run(insert(evidence).values(**row, handed_in_by=work.actor, added_at=work.now))


async def attach(work: Work, named: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Put pictures to these cases; a case that has any keeps what it has. Raises Refusal for a key of nothing, or of another's."""
    wanted = {number: pictures for number, pictures in named if pictures}
    if not wanted:
        return
    has = select(evidence.c.case_number).where(bulk.among(work, evidence.c.case_number, wanted))
    for row in await work.all(has):
        wanted.pop(row.case_number, None)
    addresses = [(number, each) for number, pictures in wanted.items() for each in pictures if "/" in each]
    same = {"handed_in_by": work.actor, "added_at": work.now}
    rows = [{**same, "case_number": number, "url": work.seal(url, URL)} for number, url in addresses]
    await bulk.append(work, evidence, rows)
    for number, pictures in wanted.items():
        for key in pictures:
            if "/" not in key:
                await _name(work, number, key)
    await audit.record_all(work, "case.pictures", [(f"case {number}", None) for number in wanted])


async def of_case(work: Work, number: str) -> Sequence[Picture]:
    """In the order in which they came, those that were removed included."""
    mine = select(evidence).where(evidence.c.case_number == number).order_by(evidence.c.id)
    return [_picture(work, row) for row in await work.all(mine)]


async def shown(work: Work, number: str) -> Shown:
    """For whoever may see them now: the case is known to have some."""
    first = next(each for each in await of_case(work, number) if each.removed_at is None)
    links = work.city.links
    page = f"{work.city.public_url}/c/{links.token(number)}"
    leave = f"?photos={links.grant(number, int(work.wall.timestamp()) + GRANT_SECONDS)}"
    return Shown(page + leave, f"{page}/photo/{first.id}{leave}")


def _is_allowed(work: Work, address: str) -> bool:
    """By its very text: no user, no other scheme, no host that only looks alike."""
    if not ADDRESS.fullmatch(address) or len(address) > LONGEST_URL or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return "@" not in parts.netloc and parts.netloc.lower() in work.city.evidence_hosts


async def _name(work: Work, number: str, key: str) -> None:
    waiting = (evidence.c.blob == key) & evidence.c.case_number.is_(None)
    mine = waiting & (evidence.c.handed_in_by == work.actor)
    if not (await work.run(update(evidence).where(mine).values(case_number=number))).rowcount:
        raise Refusal("record.unknown_picture")


def _picture(work: Work, row: Row[Any]) -> Picture:
    there = row.removed_at is None
    return Picture(
        id=row.id,
        case_number=row.case_number,
        blob=row.blob if there else None,
        url=work.open(row.url, URL) if row.url and there else None,
        content_type=row.content_type,
        size=row.size,
        added_at=row.added_at,
        removed_at=row.removed_at,
    )
