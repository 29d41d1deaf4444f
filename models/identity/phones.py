"""Phones as lists of other offices keep them: by the blind index of the register of people, and nothing more."""

from sqlalchemy import select

from models.base.db import Work
from models.identity import store
from models.identity.tables import people


def index(work: Work, phone: str) -> bytes:
    """How the register finds this phone."""
    return work.index(phone, store.PHONE)


async def index_of(work: Work, person_id: int) -> bytes | None:
    """The same of the phone that this person has on record; None where there is none."""
    found: bytes | None = await work.scalar(select(people.c.phone_index).where(people.c.id == person_id))
    return found
