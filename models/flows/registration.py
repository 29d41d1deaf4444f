"""A row of the registers as other offices hand it over: the person, and the licence where there is one (identity + licences)."""

from dataclasses import dataclass
from datetime import date

from models.base.db import Work
from models.identity import acts as identity
from models.licences import acts as licences


@dataclass(frozen=True, slots=True)
class Licence:
    """Class and day of first issue."""

    licence_class: str
    first_issued_on: date


async def enter_person(work: Work, entry: identity.PersonEntry, licence: Licence | None) -> str:
    """Enter both: new, changed or unchanged. Raises Refusal when the ID is on record under another name."""
    person_id, outcome = await identity.enter_person(work, entry)
    if licence is None:
        return outcome
    changed = await licences.enter_licence(work, person_id, licence.licence_class, licence.first_issued_on)
    return identity.ENTRY_CHANGED if changed and outcome == identity.ENTRY_UNCHANGED else outcome
