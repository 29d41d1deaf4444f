"""Companies that own vehicles, and the people who may act for them.

A company stands in the register of people, as whoever a case is laid to does, under its unified social credit code. Nobody logs in as a
company: its authorised people put its hat on in their own chat, for a while. Every event of the audit trail then names the person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import store
from models.identity.acts import ENTRY_CHANGED, ENTRY_NEW, ENTRY_UNCHANGED
from models.identity.tables import accounts, authorisations, people

HAT_MINUTES = 30  # who forgets to take it off does not pay somebody else's fine tomorrow
FOUNDED = date(1900, 1, 1)  # a company has no birth, and is of age


@dataclass(frozen=True, slots=True)
class Company:
    """A row of the register of companies; notices go to `phone`."""

    name: str
    number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Who may act for which company, until the end of `last_day`, or until further notice."""

    number: str
    resident_id: str
    last_day: date | None


async def enter_company(work: Work, company: Company) -> str:
    """New, changed (another phone) or unchanged. Raises Refusal when the number is on record under another name."""
    phone = work.seal(company.phone, store.PHONE)
    row = {
        "name": work.seal(company.name, store.NAME),
        "name_index": work.index(company.name, store.NAME),
        "resident_id": work.seal(company.number, store.RESIDENT_ID),
        "resident_id_index": work.index(company.number, store.RESIDENT_ID),
        "phone": phone,  # not indexed: whoever holds the phone may bind it, and the company keeps it
        "born_on": FOUNDED,
        "created_at": work.now,
        "company": True,
    }
    if await work.insert_new(people, row):
        found = await _company(work, company.number)
        await audit.record(work, "company.entered", f"person {found}", person_id=found)
        return ENTRY_NEW
    known = await store.person_by_resident_id(work, company.number)
    if known is None or known[1] != company.name:
        raise Refusal("register.other_name")
    if (await store.contact(work, known[0])).phone == company.phone:
        return ENTRY_UNCHANGED
    await work.run(update(people).where(people.c.id == known[0]).values(phone=phone))
    await audit.record(work, "company.changed", f"person {known[0]}", person_id=known[0])
    return ENTRY_CHANGED


async def authorise(work: Work, given: Authorisation) -> str:
    """New, changed (another last day, which may be past) or unchanged. Raises Refusal for a company or a person not on record."""
    company_id = await _company(work, given.number)
    person = await store.person_by_resident_id(work, given.resident_id)
    if person is None:
        raise Refusal("register.unknown_person")
    row = {"company_id": company_id, "person_id": person[0], "last_day": given.last_day}
    subject, details = (
        f"person {company_id}",
        {"authorised": person[0], "last_day": str(given.last_day or "")},
    )
    if await work.insert_new(authorisations, row | {"entered_at": work.now}):
        await audit.record(work, "company.authorised", subject, person_id=person[0], **details)
        return ENTRY_NEW
    mine = (authorisations.c.company_id == company_id) & (authorisations.c.person_id == person[0])
    other = authorisations.c.last_day.is_distinct_from(given.last_day)
    ended = update(authorisations).where(mine, other).values(last_day=given.last_day)
    if not (await work.run(ended)).rowcount:
        return ENTRY_UNCHANGED
    await audit.record(work, "company.authorised", subject, person_id=person[0], **details)
    return ENTRY_CHANGED


async def acted_for(work: Work, person_id: int) -> Sequence[tuple[int, str]]:
    """The companies for which somebody may act today: id and name."""
    today = authorisations.c.last_day.is_(None) | (authorisations.c.last_day >= work.today)
    mine = select(people.c.id, people.c.name).join(authorisations, authorisations.c.company_id == people.c.id)
    rows = await work.all(mine.where(authorisations.c.person_id == person_id, today).order_by(people.c.id))
    return [(row.id, work.open(row.name, store.NAME)) for row in rows]


async def put_on(work: Work, openid: str, person_id: int, company_id: int | None) -> None:
    """Act for this company from now on, for `HAT_MINUTES`; None: for oneself again."""
    until = work.wall + timedelta(minutes=HAT_MINUTES) if company_id is not None else None
    mine = (accounts.c.openid == openid) & (accounts.c.person_id == person_id)
    await work.run(update(accounts).where(mine).values(acts_for_id=company_id, acts_until=until))
    if company_id is None:
        await audit.record(work, "company.acts_no_more", f"person {person_id}", person_id=person_id)
    else:
        await audit.record(work, "company.acts", f"person {company_id}", person_id=person_id)


async def _company(work: Work, number: str) -> int:
    index = work.index(number, store.RESIDENT_ID)
    known = select(people.c.id).where(people.c.resident_id_index == index, people.c.company.is_(True))
    found = await work.scalar(known)
    if found is None:
        raise Refusal("register.unknown_company")
    return int(found)
