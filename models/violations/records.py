"""What became of an authority's records, for the system that entered them: no personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.base.db import Work
from models.violations.rules import State
from models.violations.tables import cases


@dataclass(frozen=True, slots=True)
class Record:
    """One record, its case, and the state of that."""

    record_no: str
    case: str
    state: State
    recorded_at: datetime


async def after(work: Work, authority: str, record_no: str, limit: int) -> Sequence[Record]:
    """So many records of an authority whose number comes after this one, in the database's order of numbers, which its index keeps: the
    place stays right however many come in between."""
    columns = (cases.c.record_no, cases.c.number, cases.c.state, cases.c.recorded_at)
    mine = (cases.c.authority == authority) & (cases.c.record_no > record_no)
    page = select(*columns).where(mine).order_by(cases.c.record_no).limit(limit)
    return [
        Record(row.record_no, row.number, State(row.state), row.recorded_at) for row in await work.all(page)
    ]
