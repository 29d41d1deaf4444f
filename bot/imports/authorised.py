"""A row of who may act for a company, until the end of the last day, or without one until further notice."""

from collections.abc import Mapping
from datetime import date

from bot.imports.days import read_day
from models.base.db import Work
from models.identity.companies import Authorisation, authorise
from models.identity.rules import read_company_no, read_resident_id

COLUMNS = ("company_no", "resident_id", "last_day")


async def enter(work: Work, given: Authorisation) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await authorise(work, given)


def read(row: Mapping[str, str], today: date) -> Authorisation:
    """Raises BadInput."""
    del today
    last_day = read_day(row["last_day"], "company.last_day") if row["last_day"] else None
    return Authorisation(read_company_no(row["company_no"]), read_resident_id(row["resident_id"]), last_day)
