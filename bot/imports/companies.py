"""A row of the register of companies."""

from collections.abc import Mapping
from datetime import date

from models.base.db import Work
from models.base.errors import BadInput
from models.identity.companies import Company, enter_company
from models.identity.rules import read_company_no, read_phone

COLUMNS = ("name", "company_no", "phone")
LONGEST_NAME = 60


async def enter(work: Work, company: Company) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await enter_company(work, company)


def read(row: Mapping[str, str], today: date) -> Company:
    """Raises BadInput."""
    del today
    name = row["name"]
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput("company.name")
    return Company(name, read_company_no(row["company_no"]), read_phone(row["phone"]))
