"""A row of the population register, with the licence where there is one."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.imports.days import read_past_day
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.flows.registration import Licence, enter_people, enter_person
from models.identity.acts import PersonEntry
from models.identity.rules import Claim, read_name, read_phone, read_resident_id, tidy

COLUMNS = ("name", "resident_id", "birth_date", "phone", "licence_class", "licence_issued_on")
LICENCE_CLASS = re.compile(r"(?=.{1,8}$)(?:A[123]|B[12]|C[1-6]|[DEFMNP])+")  # also several at once: A1D


Entry = tuple[PersonEntry, Licence | None]


def read(row: Mapping[str, str], today: date) -> Entry:
    """Raises BadInput."""
    return read_person(row, today), read_licence(row, today)


async def enter(work: Work, entry: Entry) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await enter_person(work, *entry)


async def enter_all(work: Work, entries: Sequence[Entry]) -> list[str | Refusal]:
    """The same for many."""
    return await enter_people(work, entries)


def read_person(row: Mapping[str, str], today: date) -> PersonEntry:
    """Raises BadInput."""
    claim = Claim(read_name(row["name"]), read_resident_id(row["resident_id"]), read_phone(row["phone"]))
    return PersonEntry(claim, read_past_day(row["birth_date"], today, "person.birth_date"))


def read_licence(row: Mapping[str, str], today: date) -> Licence | None:
    """None when both cells are empty. Raises BadInput when only one is, or either is badly written."""
    licence_class, issued_on = tidy(row["licence_class"]), row["licence_issued_on"]
    if not licence_class and not issued_on:
        return None
    if not LICENCE_CLASS.fullmatch(licence_class):
        raise BadInput("person.licence")
    return Licence(licence_class, read_past_day(issued_on, today, "person.licence"))
