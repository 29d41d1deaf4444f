"""A row of the register of driving licences, as the authority that issued them hands it over."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.imports.days import read_day, read_past_day
from bot.imports.people import LICENCE_CLASS
from bot.imports.words import read_word
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.identity.rules import read_resident_id, tidy
from models.licences.reduction_rules import Serious
from models.licences.registers import LicenceEntry, enter_licence, enter_licences
from models.licences.standing import Standing, Told

COLUMNS = ("resident_id", "licence_class", "first_issued_on", "valid_until", "status", "probation_until")


def read(row: Mapping[str, str], today: date) -> LicenceEntry:
    """Also reads `punished_for`, `punished_on` and `cheated_on`, where the file has them. Raises BadInput."""
    licence_class = tidy(row["licence_class"])
    if not LICENCE_CLASS.fullmatch(licence_class):
        raise BadInput("licence.class")
    return LicenceEntry(
        resident_id=read_resident_id(row["resident_id"]),
        licence_class=licence_class,
        first_issued_on=read_past_day(row["first_issued_on"], today, "licence.first_issued_on"),
        told=_told(row, today),
    )


async def enter(work: Work, entry: LicenceEntry) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await enter_licence(work, entry)


async def enter_all(work: Work, entries: Sequence[LicenceEntry]) -> list[str | Refusal]:
    """The same for many."""
    return await enter_licences(work, entries)


def _told(row: Mapping[str, str], today: date) -> Told:
    ground, day = row.get("punished_for", ""), row.get("punished_on", "")
    if bool(ground) != bool(day):
        raise BadInput("licence.punished")
    cheated, valid, probation = row.get("cheated_on", ""), row["valid_until"], row["probation_until"]
    return Told(
        standing=read_word(row["status"], Standing, "licence.status"),
        valid_until=read_day(valid, "licence.valid_until") if valid else None,
        probation_until=read_day(probation, "licence.probation_until") if probation else None,
        punished_for=read_word(ground, Serious, "licence.punished") if ground else None,
        punished_on=read_past_day(day, today, "licence.punished") if day else None,
        cheated_on=read_past_day(cheated, today, "licence.cheated_on") if cheated else None,
    )
