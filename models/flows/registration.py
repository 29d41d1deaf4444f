"""A row of the registers as other offices hand it over: the person, and the licence where there is one (identity + licences)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.identity import registers
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


async def enter_people(
    work: Work, entries: Sequence[tuple[identity.PersonEntry, Licence | None]]
) -> list[str | Refusal]:
    """The same for many, in a few statements: who is new, and who is known and unchanged. The others are entered one by one, and so is
    who comes again after a row that was not unchanged."""
    known = await registers.known_people(work, [entry for entry, _ in entries])
    held = await licences.of_people(work, [person.id for person in known.values()])
    outcomes: dict[int, str | Refusal] = {}
    new: dict[str, int] = {}
    moved: set[str] = set()
    for place, (entry, licence) in enumerate(entries):
        number = entry.claim.resident_id
        person = known.get(number)
        if number in moved:
            continue
        if person and person.says(entry) and _same(licence, held.get(person.id)):
            outcomes[place] = identity.ENTRY_UNCHANGED
            continue
        moved.add(number)
        if person is None:
            new[number] = place
    ids = await registers.add_people(work, [entries[place][0] for place in new.values()])
    with_licence = [
        (person_id, entries[place][1]) for person_id, place in zip(ids, new.values(), strict=True)
    ]
    await licences.add(
        work, [(who, each.licence_class, each.first_issued_on) for who, each in with_licence if each]
    )
    outcomes |= dict.fromkeys(new.values(), identity.ENTRY_NEW)
    for place, both in enumerate(entries):
        if place not in outcomes:
            outcomes[place] = await _one(work, *both)
    return [outcomes[place] for place in range(len(entries))]


async def _one(work: Work, entry: identity.PersonEntry, licence: Licence | None) -> str | Refusal:
    try:
        return await enter_person(work, entry, licence)
    except Refusal as refusal:
        return refusal


def _same(licence: Licence | None, held: tuple[str, date] | None) -> bool:
    """Does the file tell nothing new? No word of a licence takes none away."""
    return licence is None or held == (licence.licence_class, licence.first_issued_on)
