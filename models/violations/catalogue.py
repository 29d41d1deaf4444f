"""The catalogue of offences: key (authority, code, valid from); odd cells are kept as what they are (domain 2).

A fine may be fixed, a range, a multiple, words, or empty; points may be unknown: a blank is not 0.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Row, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import BadInput
from models.base.money import yuan
from models.base.texts import Texts
from models.identity.acts import ENTRY_CHANGED, ENTRY_NEW, ENTRY_UNCHANGED
from models.identity.rules import tidy
from models.violations.tables import offences

CODE = re.compile(r"[0-9]{4,5}[A-Z]?")
AMOUNT = r"([0-9]{1,7})(?:\.0+)?\s*元?"  # 7 digits: as fen it still fits the column
FIXED = re.compile(AMOUNT)
RANGE = re.compile(rf"{AMOUNT}\s*(?:以上|至|[-~—–]+)\s*{AMOUNT}\s*(?:以下)?")
UP_TO = re.compile(rf"{AMOUNT}\s*以下")
CAP = re.compile(r".*[(]最高不超过([一二三五十])万[)]")
TENS_OF_THOUSANDS = {"一": 1, "二": 2, "三": 3, "五": 5, "十": 10}
WHOLE = re.compile(r"([0-9]{1,2})(?:\.0+)?")
POINTS = (0, 1, 3, 6, 9, 12)
ENDING = {"valid_to", "undated"}  # all that may be told of a version later


@dataclass(frozen=True, slots=True)
class Fine:
    """Bounds in fen, equal when fixed, None when only words tell (which may name a `high` all the same); `words` is the cell as found."""

    low: int | None
    high: int | None
    words: str

    @property
    def fixed(self) -> int | None:
        """The amount, when it takes no officer to set it."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Offence:
    """One version of one offence, from `valid_from` to `valid_to` (None: until further notice), both included.

    `undated`: the source says that it came or went on some day and not in which year, so that nobody knows for which days it holds.
    `grave`: suspension, detention or revocation may come beside the fine.
    """

    authority: str
    code: str
    valid_from: date
    conduct: str
    conduct_en: str
    basis: str
    fine: Fine
    points: int | None
    measures: str
    remark: str = ""
    valid_to: date | None = None
    undated: bool = False
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """An offence as a case refers to it. `undated`: see `Offence`; no record is entered under it."""

    id: int
    fine: int | None
    points: int | None
    conduct: str
    conduct_en: str
    undated: bool = False

    def what(self, texts: Texts) -> str:
        """The conduct in the reader's language, where the catalogue has it."""
        return texts.pick(self.conduct, self.conduct_en)


def read_fine(cell: str) -> Fine:
    """A cell of yuan: `200`, `200元`, `1000以上1800以下`, `50以下`, words, or nothing.

    Only a cell that is nothing but an amount or a range gets bounds. A multiple (`违法所得三倍以下`), a rate (`500-1000/个`) or an
    amount with more to it (`10万，没收违法所得`) takes an officer, so it stays words; the most that it names is kept.
    """
    low, high = _bounds(tidy(cell))
    return Fine(low, high, cell.strip())


def _bounds(text: str) -> tuple[int | None, int | None]:
    """In fen; equal for a fixed amount, None for words and for a range that runs backwards."""
    if found := FIXED.fullmatch(text):
        return yuan(int(found[1])), yuan(int(found[1]))
    if found := UP_TO.fullmatch(text):
        return yuan(0), yuan(int(found[1]))
    found = RANGE.fullmatch(text)
    if found and int(found[1]) <= int(found[2]):
        return yuan(int(found[1])), yuan(int(found[2]))
    if capped := CAP.fullmatch(text):
        return None, yuan(TENS_OF_THOUSANDS[capped[1]] * 10_000)
    return None, None


def read_points(cell: str) -> int | None:
    """`3`, `3.0`, or blank for unknown. Raises BadInput for any other number."""
    text = tidy(cell)
    if not text:
        return None
    found = WHOLE.fullmatch(text)
    if not found or int(found[1]) not in POINTS:
        raise BadInput("offence.points")
    return int(found[1])


def read_code(cell: str) -> str:
    """An offence code. Raises BadInput."""
    code = tidy(cell)
    if not CODE.fullmatch(code):
        raise BadInput("offence.code")
    return code


async def enter(work: Work, offence: Offence) -> str:
    """Enter a version of an offence: new, unchanged, or changed, when it tells since when a known one does not hold any more.

    Raises BadInput when it is in with another content.
    """
    row = _row(offence)
    subject = f"offence {offence.authority} {offence.code}"
    if await work.insert_new(offences, row):
        await audit.record(work, "offence.entered", subject, valid_from=offence.valid_from.isoformat())
        return ENTRY_NEW
    key = [offences.c[name] == row[name] for name in ("authority", "code", "valid_from")]
    known = await work.first(select(offences).where(*key).with_for_update())
    changed = {name for name, value in row.items() if getattr(known, name) != value}
    if not changed:
        return ENTRY_UNCHANGED
    if known is None or known.valid_to is not None or not changed <= ENDING or offence.valid_to is None:
        raise BadInput("offence.other_content")
    ended = {name: row[name] for name in ENDING}
    await work.run(update(offences).where(offences.c.id == known.id).values(**ended))
    await audit.record(work, "offence.ended", subject, valid_to=offence.valid_to.isoformat())
    return ENTRY_CHANGED


def _row(offence: Offence) -> dict[str, Any]:
    same = {field.name: getattr(offence, field.name) for field in fields(Offence) if field.name != "fine"}
    fine = offence.fine
    return {**same, "fine_low": fine.low, "fine_high": fine.high, "fine_words": fine.words}


async def versions_on(work: Work, wanted: Sequence[tuple[str, str, date]]) -> list[Version | None]:
    """The same for many authorities, codes and days, in one statement."""
    codes = bulk.pairs_among(work, offences.c.authority, offences.c.code, {key[:2] for key in wanted})
    newest_first = select(offences).where(codes).order_by(offences.c.valid_from.desc())
    known: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in await work.all(newest_first):
        known[row.authority, row.code].append(row)
    return [_in_force(known.get((authority, code), ()), day) for authority, code, day in wanted]


async def version_on(work: Work, authority: str, code: str, day: date) -> Version | None:
    """The version in force on a day."""
    by_then = (
        select(offences)
        .where(offences.c.authority == authority, offences.c.code == code, offences.c.valid_from <= day)
        .order_by(offences.c.valid_from.desc())
        .limit(1)
    )
    return _in_force(await work.all(by_then), day)


def _in_force(newest_first: Sequence[Row[Any]], day: date) -> Version | None:
    row = next((row for row in newest_first if row.valid_from <= day), None)
    return None if row is None or (row.valid_to and row.valid_to < day) else _version(row)


def _version(row: Row[Any]) -> Version:
    fixed = Fine(row.fine_low, row.fine_high, row.fine_words).fixed
    return Version(row.id, fixed, row.points, row.conduct, row.conduct_en, row.undated)
