"""What may be done with accounts and registers: follow, choose a language, consent, enter people and vehicles."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, update

from models.base import audit
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.base.locks import alone
from models.base.texts import LANGUAGES
from models.identity import store
from models.identity.rules import Claim, Plate, birth_date
from models.identity.store import Account as Account
from models.identity.store import Contact as Contact
from models.identity.store import Owned as Owned
from models.identity.store import Reader as Reader
from models.identity.tables import consents, ownerships

ENTRY_UNCHANGED = "unchanged"
ENTRY_NEW = "new"
ENTRY_CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A row of the population register."""

    claim: Claim
    born_on: date


@dataclass(frozen=True, slots=True)
class VehicleEntry:
    """A row of the vehicle register: who has owned it since when; `inspected_until`, where it is known, is the last day of its inspection
    mark."""

    plate: Plate
    vehicle_type: str
    owner_resident_id: str
    owned_since: date
    inspected_until: date | None = None


async def account(work: Work, openid: str) -> Account:
    """The chat account that writes to us."""
    return await store.account(work, openid)


async def contact(work: Work, person_id: int) -> Contact:
    """How a person is reached."""
    return await store.contact(work, person_id)


async def readers(work: Work, person_ids: Collection[int]) -> dict[int, Reader]:
    """How notices reach these people; unknown ids are left out."""
    return await store.readers(work, person_ids)


async def resident_ids(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """For the wires that need them."""
    return await store.resident_ids(work, person_ids)


async def hold(work: Work, person_id: int) -> None:
    """For acts that read a person's state and then write on it: one at a time. Hold the person before the cases."""
    await store.hold(work, person_id)


async def hold_all(work: Work, person_ids: Collection[int]) -> None:
    """The same for many, in one order."""
    await store.hold_all(work, person_ids)


async def person_of(work: Work, resident_id: str) -> int | None:
    """The person of this resident ID; None for one who is in no register."""
    found = await store.person_by_resident_id(work, resident_id)
    return found[0] if found else None


async def owns_uninspected(work: Work, person_id: int) -> bool:
    """Whether an inspection of a vehicle of theirs is overdue today. One of which the register says nothing is taken as inspected."""
    return await store.owns_uninspected(work, person_id)


async def follow(work: Work, openid: str) -> None:
    """Somebody follows the service account; an earlier binding holds again."""
    await store.save_account(work, openid, following=True)


async def unfollow(work: Work, openid: str) -> None:
    """Somebody left; nothing is pushed to the chat until the next follow."""
    await store.save_account(work, openid, following=False)


async def choose_language(work: Work, openid: str, language: str) -> None:
    """Raises BadInput for one that is not spoken here."""
    if language not in LANGUAGES:
        raise BadInput("language.unknown")
    await store.save_account(work, openid, language=language)


async def set_consent(work: Work, person_id: int, *, given: bool) -> None:
    """Consent to electronic service, revocable at any time (PR 55-56); the same answer again changes nothing."""
    await store.hold(work, person_id)
    if (await store.contact(work, person_id)).consent == given:
        return
    if given:
        await work.run(insert(consents).values(person_id=person_id, given_at=work.now))
    else:
        current = (consents.c.person_id == person_id) & consents.c.revoked_at.is_(None)
        await work.run(update(consents).where(current).values(revoked_at=work.now))
    action = "consent.given" if given else "consent.revoked"
    await audit.record(work, action, f"person {person_id}", person_id=person_id)


async def owner_on(work: Work, plate: Plate, day: date) -> Owned | None:
    """Whose vehicle it was."""
    return await store.owner_on(work, plate, day)


async def owners_on(work: Work, wanted: Sequence[tuple[Plate, date]]) -> list[Owned | None]:
    """The same for many."""
    return await store.owners_on(work, wanted)


async def languages(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """The language of each of these people."""
    return await store.languages(work, person_ids)


async def person_named(work: Work, resident_id: str, name: str) -> int | None:
    """The person of this resident ID, if that is the name on record; else None, whichever of the two is wrong."""
    known = await store.person_by_resident_id(work, resident_id)
    return known[0] if known and known[1] == name else None


async def enter_person(work: Work, entry: PersonEntry) -> tuple[int, str]:
    """Enter a row of the population register: the person's id, and new, changed or unchanged.

    A phone that its holder proved by binding goes before the register's. Raises Refusal when the ID is on record under another
    name: that is for an officer.
    """
    person_id, name, new = await _found_or_added(work, entry.claim, entry.born_on)
    if new:
        await audit.record(work, "person.entered", f"person {person_id}", person_id=person_id)
        return person_id, ENTRY_NEW
    if name != entry.claim.name:
        raise Refusal("register.other_name")
    if _says(entry, await store.contact(work, person_id)):
        return person_id, ENTRY_UNCHANGED
    await store.hold(work, person_id)  # most rows change nothing, and lock nobody
    contact = await store.contact(work, person_id)
    if not contact.bound:
        await store.set_phone(work, person_id, entry.claim.phone)
    await store.set_born_on(work, person_id, entry.born_on)
    await audit.record(work, "person.changed", f"person {person_id}", person_id=person_id)
    return person_id, ENTRY_CHANGED


async def prove_person(work: Work, claim: Claim) -> tuple[int, str | None]:
    """Somebody proved name, ID and phone: the person, made when new, and the phone on record until now.

    The phone is theirs from now on and nobody else's. Raises Refusal when the ID is on record under another name.
    """
    await alone(work, f"phone {work.index(claim.phone, store.PHONE).hex()}")
    person_id, name, new = await _found_or_added(work, claim, birth_date(claim.resident_id))
    earlier = None
    if not new:
        if name != claim.name:
            raise Refusal("bind.mismatch")
        await store.hold_for_phone(work, person_id, claim.phone)
        earlier = (await store.contact(work, person_id)).phone
        await store.set_phone(work, person_id, claim.phone)
    for holder in await store.take_phone_from_others(work, person_id, claim.phone):
        await audit.record(work, "person.phone_gone", f"person {holder}", person_id=holder)
    await audit.record(work, "person.proved", f"person {person_id}", person_id=person_id)
    return person_id, earlier


async def enter_vehicle(work: Work, entry: VehicleEntry) -> str:
    """Enter a row of the vehicle register: new, changed or unchanged.

    Raises Refusal for an owner who is not in the registers, and for a second owner since the same day.
    """
    owner = await store.person_by_resident_id(work, entry.owner_resident_id)
    if owner is None:
        raise Refusal("register.unknown_owner")
    await _refuse_other_owner(work, entry, owner[0])
    vehicle_id, changed = await store.enter_vehicle(
        work, entry.plate, entry.vehicle_type, entry.inspected_until
    )
    row = {"vehicle_id": vehicle_id, "since": entry.owned_since, "person_id": owner[0]}
    if not await work.insert_new(ownerships, row):
        await _refuse_other_owner(work, entry, owner[0])  # who came in at the same time
        return ENTRY_CHANGED if changed else ENTRY_UNCHANGED
    await audit.record(work, "vehicle.owned", f"vehicle {vehicle_id}", person_id=owner[0])
    return ENTRY_NEW


async def _found_or_added(work: Work, claim: Claim, born_on: date) -> tuple[int, str, bool]:
    """The person of this ID, whoever entered it: id, the name on record, and whether it is new."""
    if known := await store.person_by_resident_id(work, claim.resident_id):
        return *known, False
    new = await store.add_person(work, claim, born_on)
    if known := await store.person_by_resident_id(work, claim.resident_id):
        return *known, new
    raise LookupError("a person who is on record and cannot be found")


def _says(entry: PersonEntry, contact: Contact) -> bool:
    """Does the entry tell nothing new? A bound person's phone is not the register's to tell."""
    return contact.born_on == entry.born_on and (contact.bound or contact.phone == entry.claim.phone)


async def _refuse_other_owner(work: Work, entry: VehicleEntry, owner: int) -> None:
    held = await store.owner_on(work, entry.plate, entry.owned_since)
    if held and held.since == entry.owned_since and held.person_id != owner:
        raise Refusal("register.other_owner")
