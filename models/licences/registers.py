"""The register of licences as the issuing authority hands it over, many rows at once.

New rows and unchanged ones, which is nearly all of a register, take a few statements together; the others go one by one with the
person held, and so does what comes again after a row that was not unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.identity import registers
from models.identity.acts import ENTRY_CHANGED, ENTRY_NEW, ENTRY_UNCHANGED
from models.licences import acts, standing
from models.licences.standing import Told


@dataclass(frozen=True, slots=True)
class LicenceEntry:
    """A row: whose, its class or classes (C1, A1D), the day of first issue, from which the cycles run, and what is said of it."""

    resident_id: str
    licence_class: str
    first_issued_on: date
    told: Told

    @property
    def licence(self) -> tuple[str, date]:
        return self.licence_class, self.first_issued_on


async def enter_licence(work: Work, entry: LicenceEntry) -> str:
    """New, changed or unchanged. Raises Refusal for somebody who is not in the register of people."""
    person_id = await identity.person_of(work, entry.resident_id)
    if person_id is None:
        raise Refusal("register.unknown_holder")
    await identity.hold(work, person_id)  # points may be on their way into a cycle
    new = person_id not in await acts.of_people(work, [person_id])
    changed = await acts.enter_licence(work, person_id, *entry.licence)
    changed = await standing.enter_standing(work, person_id, entry.told) or changed
    if new:
        return ENTRY_NEW
    return ENTRY_CHANGED if changed else ENTRY_UNCHANGED


async def enter_licences(work: Work, entries: Sequence[LicenceEntry]) -> list[str | Refusal]:
    """The same for many: what became of each."""
    people = await registers.ids(work, [entry.resident_id for entry in entries])
    held = await acts.of_people(work, people.values())
    told = await standing.told_of(work, people.values())
    outcomes: dict[int, str | Refusal] = {}
    new: dict[int, int] = {}
    moved: set[int] = set()
    for place, entry in enumerate(entries):
        person_id = people.get(entry.resident_id)
        if person_id is None:
            outcomes[place] = Refusal("register.unknown_holder")
        elif person_id in moved:
            continue
        elif (held.get(person_id), told.get(person_id)) == (entry.licence, entry.told):
            outcomes[place] = ENTRY_UNCHANGED
        else:
            moved.add(person_id)
            if person_id not in held and person_id not in told:
                new[person_id] = place
    await acts.add(work, [(person_id, *entries[place].licence) for person_id, place in new.items()])
    await standing.add(work, [(person_id, entries[place].told) for person_id, place in new.items()])
    outcomes |= dict.fromkeys(new.values(), ENTRY_NEW)
    for place, entry in enumerate(entries):
        if place not in outcomes:
            outcomes[place] = await enter_licence(work, entry)
    return [outcomes[place] for place in range(len(entries))]
