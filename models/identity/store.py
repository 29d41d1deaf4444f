"""Reading and writing the registers; statements are built once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, func, literal, select, update

from models.base import bulk
from models.base.db import Work
from models.base.prepared import Prepared
from models.base.texts import CHINESE
from models.identity.rules import Claim, Plate, called
from models.identity.tables import accounts, authorisations, consents, ownerships, people, vehicles

NAME = "people.name"
RESIDENT_ID = "people.resident_id"
PHONE = "people.phone"
PLATE = "vehicles.plate"

HAS_CONSENT = (
    select(consents.c.id).where(consents.c.person_id == people.c.id, consents.c.revoked_at.is_(None)).exists()
)
FOR_EVER = date(9999, 12, 31)
# The last day on which an account may act for the company whose hat it has on; none without an authorisation.
MAY_ACT = (
    select(func.coalesce(authorisations.c.last_day, literal(FOR_EVER)))
    .where(
        authorisations.c.company_id == accounts.c.acts_for_id,
        authorisations.c.person_id == accounts.c.person_id,
    )
    .correlate(accounts)
    .scalar_subquery()
)
OF_ACCOUNT = (accounts.c.person_id, accounts.c.language, accounts.c.following)
HAT = (accounts.c.acts_for_id, accounts.c.acts_until)
ACCOUNT = Prepared(
    select(*OF_ACCOUNT, *HAT, MAY_ACT.label("last_day")).where(accounts.c.openid == bindparam("openid"))
)
CONTACT = Prepared(
    select(people.c.name, people.c.phone, people.c.born_on, people.c.company)
    .add_columns(accounts.c.openid, accounts.c.following, accounts.c.language, HAS_CONSENT.label("consent"))
    .select_from(people.outerjoin(accounts, accounts.c.person_id == people.c.id))
    .where(people.c.id == bindparam("person"))
)
READERS = select(
    people.c.id, people.c.phone, accounts.c.openid, accounts.c.following, accounts.c.language
).select_from(people.outerjoin(accounts, accounts.c.person_id == people.c.id))
BY_RESIDENT_ID = Prepared(
    select(people.c.id, people.c.name).where(people.c.resident_id_index == bindparam("found"))
)
OWNERS = (
    select(ownerships.c.person_id, vehicles.c.id, vehicles.c.vehicle_type, ownerships.c.since)
    .add_columns(vehicles.c.plate_index, vehicles.c.plate_kind)
    .select_from(vehicles.join(ownerships))
    .order_by(ownerships.c.since.desc())
)
OWNER_ON = OWNERS.where(
    vehicles.c.plate_index == bindparam("plate"),
    vehicles.c.plate_kind == bindparam("kind"),
    ownerships.c.since <= bindparam("day"),
).limit(1)


@dataclass(frozen=True, slots=True)
class Account:
    """A chat account; `person_id` once bound. An account that never wrote before has the defaults. `acts_for` is the company for which
    its person acts at the moment."""

    openid: str
    person_id: int | None = None
    language: str = CHINESE
    following: bool = False
    acts_for: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is reached; `openid` only while the account follows. `consent` is to electronic service. A `company` is of age."""

    name: str
    phone: str | None
    openid: str | None
    language: str
    consent: bool
    born_on: date
    bound: bool
    company: bool = False

    @property
    def called(self) -> str:
        """How others are told of them: people by the surname, companies by their name."""
        return called(self.name, self.company)


@dataclass(frozen=True, slots=True)
class Reader:
    """How a notice reaches somebody; `openid` only while the account follows."""

    phone: str | None
    openid: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose vehicle it was on a day."""

    person_id: int
    vehicle_id: int
    vehicle_type: str
    since: date


async def hold(work: Work, person_id: int) -> None:
    """Whoever else holds this person waits until this unit of work ends."""
    await work.run(select(people.c.id).where(people.c.id == person_id).with_for_update(key_share=True))


async def hold_all(work: Work, person_ids: Collection[int]) -> None:
    """The same for many, in the order of their ids."""
    held = select(people.c.id).where(bulk.among(work, people.c.id, person_ids)).order_by(people.c.id)
    await work.run(held.with_for_update(key_share=True))


async def hold_for_phone(work: Work, person_id: int, phone: str) -> None:
    """The same for this person and whoever else has this phone on record, in one order: two may be exchanging their phones."""
    concerned = (people.c.id == person_id) | (people.c.phone_index == work.index(phone, PHONE))
    held = select(people.c.id).where(concerned).order_by(people.c.id)
    await work.run(held.with_for_update(key_share=True))


async def account(work: Work, openid: str) -> Account:
    """The account of this openid."""
    row = await work.first(ACCOUNT, {"openid": openid})
    if row is None:
        return Account(openid)
    acts_for = row.acts_for_id if row.acts_for_id is not None and _still(work, row) else None
    return Account(openid, row.person_id, row.language, row.following, acts_for)


async def save_account(work: Work, openid: str, **values: Any) -> None:
    """Change an account, which is made when it is new."""
    fresh = {"openid": openid, "language": CHINESE, "following": True} | values
    if not await work.insert_new(accounts, fresh):
        await work.run(update(accounts).where(accounts.c.openid == openid).values(**values))


async def contact(work: Work, person_id: int) -> Contact:
    """How this person is reached. Raises LookupError for an unknown id."""
    row = await work.first(CONTACT, {"person": person_id})
    if row is None:
        raise LookupError(f"no person {person_id}")
    phone = work.open(row.phone, PHONE) if row.phone else None
    openid = row.openid if row.following else None
    name = work.open(row.name, NAME)
    bound = row.openid is not None
    return Contact(name, phone, openid, row.language or CHINESE, row.consent, row.born_on, bound, row.company)


async def readers(work: Work, person_ids: Collection[int]) -> dict[int, Reader]:
    """How notices reach these people, in one statement; unknown ids are left out."""
    rows: Sequence[Any] = await work.all(READERS.where(bulk.among(work, people.c.id, person_ids)))
    return {
        person_id: Reader(
            work.open(phone, PHONE) if phone else None, openid if following else None, language or CHINESE
        )
        for person_id, phone, openid, following, language in rows
    }


async def person_by_resident_id(work: Work, resident_id: str) -> tuple[int, str] | None:
    """Id and name of a person of the registers."""
    row = await work.first(BY_RESIDENT_ID, {"found": work.index(resident_id, RESIDENT_ID)})
    return (row.id, work.open(row.name, NAME)) if row else None


async def resident_ids(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """Resident IDs in clear, for the wires that need them; unknown ids are left out."""
    wanted = select(people.c.id, people.c.resident_id).where(bulk.among(work, people.c.id, person_ids))
    return {row.id: work.open(row.resident_id, RESIDENT_ID) for row in await work.all(wanted)}


async def add_person(work: Work, claim: Claim, born_on: date) -> bool:
    """A new person of the registers; False when somebody else entered this ID at the same time."""
    return await work.insert_new(people, person_row(work, claim, born_on))


def person_row(work: Work, claim: Claim, born_on: date) -> dict[str, Any]:
    """A new person of the registers, but for the id."""
    row = {
        "name": work.seal(claim.name, NAME),
        "name_index": work.index(claim.name, NAME),
        "resident_id": work.seal(claim.resident_id, RESIDENT_ID),
        "resident_id_index": work.index(claim.resident_id, RESIDENT_ID),
        "born_on": born_on,
        "created_at": work.now,
    }
    return row | _phone(work, claim.phone)


async def set_phone(work: Work, person_id: int, phone: str) -> None:
    """The phone under which a person is texted."""
    await work.run(update(people).where(people.c.id == person_id).values(_phone(work, phone)))


async def set_born_on(work: Work, person_id: int, born_on: date) -> None:
    """The register's day of birth."""
    await work.run(update(people).where(people.c.id == person_id).values(born_on=born_on))


async def take_phone_from_others(work: Work, person_id: int, phone: str) -> list[int]:
    """A phone has one holder: whoever else had it on record has none now; returns those."""
    others = (people.c.phone_index == work.index(phone, PHONE)) & (people.c.id != person_id)
    gone = update(people).where(others).values(phone=None, phone_index=None).returning(people.c.id)
    return [row.id for row in await work.all(gone)]


async def owner_on(work: Work, plate: Plate, day: date) -> Owned | None:
    """The owner at the time: the latest ownership that began by that day."""
    found = {"plate": work.index(plate.number, PLATE), "kind": plate.kind, "day": day}
    row = await work.first(OWNER_ON, found)
    return Owned(row.person_id, row.id, row.vehicle_type, row.since) if row else None


async def owners_on(work: Work, wanted: Sequence[tuple[Plate, date]]) -> list[Owned | None]:
    """The same for many plates and days, in one statement."""
    indexes = {plate: work.index(plate.number, PLATE) for plate, _ in wanted}
    held: dict[tuple[bytes, str], list[Owned]] = defaultdict(list)
    mine = bulk.among(work, vehicles.c.plate_index, {*indexes.values()})
    rows: Sequence[Any] = await work.all(OWNERS.where(mine))
    for person_id, vehicle_id, vehicle_type, since, index, kind in rows:
        held[index, kind].append(Owned(person_id, vehicle_id, vehicle_type, since))
    return [_owned_on(held.get((indexes[plate], plate.kind), ()), day) for plate, day in wanted]


async def languages(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """The language of each of these people, the default one of who has no account."""
    spoken = select(accounts.c.person_id, accounts.c.language)
    rows = await work.all(spoken.where(bulk.among(work, accounts.c.person_id, person_ids)))
    return dict.fromkeys(person_ids, CHINESE) | {row.person_id: row.language for row in rows}


async def owns_uninspected(work: Work, person_id: int) -> bool:
    """Whether one of the vehicles that are this person's today has an inspection that is known to be overdue."""
    later = ownerships.alias()
    sold = (later.c.vehicle_id == ownerships.c.vehicle_id) & (later.c.since > ownerships.c.since)
    theirs = (ownerships.c.person_id == person_id) & ~select(later.c.since).where(sold).exists()
    overdue = vehicles.c.inspected_until < work.today
    found = select(vehicles.c.id).select_from(ownerships.join(vehicles)).where(theirs, overdue).limit(1)
    return await work.scalar(found) is not None


async def enter_vehicle(
    work: Work, plate: Plate, vehicle_type: str, inspected_until: date | None = None
) -> tuple[int, bool]:
    """The vehicle of this plate, made when it is new, and whether that changed anything. No word of an inspection takes none away."""
    row = vehicle_row(work, plate, vehicle_type, inspected_until)
    known = (vehicles.c.plate_index == row["plate_index"]) & (vehicles.c.plate_kind == plate.kind)
    changed = await work.insert_new(vehicles, row)
    if not changed:
        said: dict[str, Any] = {"vehicle_type": vehicle_type}
        differs = vehicles.c.vehicle_type != vehicle_type
        if inspected_until:
            said["inspected_until"] = inspected_until
            differs |= vehicles.c.inspected_until.is_distinct_from(inspected_until)
        changed = bool((await work.run(update(vehicles).where(known, differs).values(said))).rowcount)
    return int(await work.scalar(select(vehicles.c.id).where(known)) or 0), changed


def vehicle_row(work: Work, plate: Plate, vehicle_type: str, inspected_until: date | None) -> dict[str, Any]:
    """A new vehicle, but for its id."""
    return {
        "plate_kind": plate.kind,
        "plate": work.seal(plate.number, PLATE),
        "plate_index": work.index(plate.number, PLATE),
        "vehicle_type": vehicle_type,
        "inspected_until": inspected_until,
    }


def _still(work: Work, account: Row[Any]) -> bool:
    """The hat was put on lately, and may still be worn."""
    lately = account.acts_until is not None and work.wall < account.acts_until
    return lately and account.last_day is not None and work.today <= account.last_day


def _owned_on(newest_first: Sequence[Owned], day: date) -> Owned | None:
    return next((owned for owned in newest_first if owned.since <= day), None)


def _phone(work: Work, phone: str) -> dict[str, Any]:
    return {"phone": work.seal(phone, PHONE), "phone_index": work.index(phone, PHONE)}
