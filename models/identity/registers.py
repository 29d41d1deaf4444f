"""The registers as other offices hand them over: what `acts.enter_person` and `acts.enter_vehicle` do for one row, for many at once.

New rows and unchanged ones, which is nearly all of a register, take a few statements together; the others go through the act, one by
one, and so does what comes again after a row that was not unchanged. When somebody else enters one of them at the same moment all of
it fails, and is to be done one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts, store
from models.identity.acts import ENTRY_NEW, ENTRY_UNCHANGED, PersonEntry, VehicleEntry
from models.identity.rules import Plate
from models.identity.tables import accounts, ownerships, people, vehicles


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the register has of a person; `bound` people have told us their phone themselves."""

    id: int
    name: str
    phone: str | None
    born_on: date
    bound: bool

    def says(self, entry: PersonEntry) -> bool:
        """Does the entry tell nothing new?"""
        same_phone = self.bound or self.phone == entry.claim.phone
        return (self.name, self.born_on) == (entry.claim.name, entry.born_on) and same_phone


@dataclass(frozen=True, slots=True)
class KnownVehicle:
    """What the register has of a vehicle: its owners, by the day since when."""

    id: int
    vehicle_type: str
    inspected_until: date | None
    owners: Mapping[date, int]


async def known_people(work: Work, entries: Sequence[PersonEntry]) -> dict[str, KnownPerson]:
    """Those of these people who are on record, by resident ID."""
    numbers = _resident_ids(work, [entry.claim.resident_id for entry in entries])
    columns = (people.c.id, people.c.resident_id_index, people.c.name, people.c.phone, people.c.born_on)
    rows = await work.all(
        select(*columns, accounts.c.openid)
        .select_from(people.outerjoin(accounts, accounts.c.person_id == people.c.id))
        .where(bulk.among(work, people.c.resident_id_index, numbers))
    )
    return {
        numbers[row.resident_id_index]: KnownPerson(
            row.id,
            work.open(row.name, store.NAME),
            work.open(row.phone, store.PHONE) if row.phone else None,
            row.born_on,
            row.openid is not None,
        )
        for row in rows
    }


async def add_people(work: Work, entries: Sequence[PersonEntry]) -> list[int]:
    """New people of the registers; their ids."""
    rows = [store.person_row(work, entry.claim, entry.born_on) for entry in entries]
    await bulk.append(work, people, rows)
    found = await ids(work, [entry.claim.resident_id for entry in entries])
    added = [found[entry.claim.resident_id] for entry in entries]
    await audit.record_all(work, "person.entered", [(f"person {each}", each) for each in added])
    return added


async def enter_vehicles(work: Work, entries: Sequence[VehicleEntry]) -> list[str | Refusal]:
    """What became of each row of the vehicle register."""
    owners = await ids(work, [entry.owner_resident_id for entry in entries])
    known = await _known_vehicles(work, {entry.plate for entry in entries})
    outcomes: dict[int, str | Refusal] = {}
    new: dict[Plate, int] = {}
    moved: set[Plate] = set()
    for place, entry in enumerate(entries):
        owner, vehicle = owners.get(entry.owner_resident_id), known.get(entry.plate)
        if owner is None:
            outcomes[place] = Refusal("register.unknown_owner")
        elif vehicle and entry.plate not in moved and _unchanged(vehicle, entry, owner):
            outcomes[place] = ENTRY_UNCHANGED
        elif vehicle is None and entry.plate not in moved:
            new[entry.plate] = place
        if place not in outcomes:
            moved.add(entry.plate)
    await _add_vehicles(work, [entries[place] for place in new.values()], owners)
    outcomes |= dict.fromkeys(new.values(), ENTRY_NEW)
    for place, entry in enumerate(entries):
        if place not in outcomes:
            outcomes[place] = await _one(work, entry)
    return [outcomes[place] for place in range(len(entries))]


async def _one(work: Work, entry: VehicleEntry) -> str | Refusal:
    try:
        return await acts.enter_vehicle(work, entry)
    except Refusal as refusal:
        return refusal


def _unchanged(vehicle: KnownVehicle, entry: VehicleEntry, owner: int) -> bool:
    same = entry.inspected_until in (None, vehicle.inspected_until)
    return (
        same and vehicle.vehicle_type == entry.vehicle_type and vehicle.owners.get(entry.owned_since) == owner
    )


async def _add_vehicles(work: Work, entries: Sequence[VehicleEntry], owners: Mapping[str, int]) -> None:
    rows = [store.vehicle_row(work, each.plate, each.vehicle_type, each.inspected_until) for each in entries]
    await bulk.append(work, vehicles, rows)
    known = await _known_vehicles(work, {entry.plate for entry in entries})
    owned = [(known[each.plate].id, each.owned_since, owners[each.owner_resident_id]) for each in entries]
    names = ("vehicle_id", "since", "person_id")
    await bulk.append(work, ownerships, [dict(zip(names, row, strict=True)) for row in owned])
    await audit.record_all(work, "vehicle.owned", [(f"vehicle {which}", who) for which, _, who in owned])


async def _known_vehicles(work: Work, plates: set[Plate]) -> dict[Plate, KnownVehicle]:
    found = {(work.index(plate.number, store.PLATE), plate.kind): plate for plate in plates}
    mine = bulk.among(work, vehicles.c.plate_index, {index for index, _ in found})
    columns = (vehicles, ownerships.c.since, ownerships.c.person_id)
    known: dict[Plate, KnownVehicle] = {}
    owners: dict[int, dict[date, int]] = {}
    for row in await work.all(select(*columns).select_from(vehicles.outerjoin(ownerships)).where(mine)):
        held = owners.setdefault(row.id, {})
        if row.since is not None:
            held[row.since] = row.person_id
        if plate := found.get((row.plate_index, row.plate_kind)):
            known[plate] = KnownVehicle(row.id, row.vehicle_type, row.inspected_until, held)
    return known


async def ids(work: Work, resident_ids: Sequence[str]) -> dict[str, int]:
    """Those of these resident IDs who are on record."""
    numbers = _resident_ids(work, resident_ids)
    mine = bulk.among(work, people.c.resident_id_index, numbers)
    rows = await work.all(select(people.c.id, people.c.resident_id_index).where(mine))
    return {numbers[row.resident_id_index]: row.id for row in rows}


def _resident_ids(work: Work, numbers: Sequence[str]) -> dict[bytes, str]:
    return {work.index(number, store.RESIDENT_ID): number for number in numbers}
