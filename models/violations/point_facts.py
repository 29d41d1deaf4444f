"""What the ledger of licence points asks of cases: which fines are unpaid, and what was punished."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.base import bulk
from models.base.db import Work
from models.violations import pauses, rules
from models.violations.rules import State
from models.violations.tables import cases, offences

DECIDED = sorted({*rules.PAYABLE, State.PAID})


@dataclass(frozen=True, slots=True)
class Owed:
    """A decided case whose fine is not paid; `due_on` is its last day, None where no days run: not served, in dispute, or
    under a payment plan."""

    number: str
    due_on: date | None

    def overdue(self, day: date) -> bool:
        """On this day its last one is over."""
        return self.due_on is not None and self.due_on < day


async def unpaid(work: Work, person_ids: Collection[int]) -> Mapping[int, list[Owed]]:
    """What these people owe, in two statements."""
    mine = bulk.among(work, cases.c.liable_id, person_ids) & cases.c.state.in_(sorted(rules.PAYABLE))
    columns = (cases.c.number, cases.c.liable_id, cases.c.due_on)
    rows = await work.all(select(*columns).where(mine).order_by(cases.c.number))
    served = {row.number for row in rows if row.due_on is not None}
    paused = await pauses.paused(work, served) if served else set()
    found: dict[int, list[Owed]] = defaultdict(list)
    for row in rows:
        due_on = None if row.number in paused else row.due_on
        found[row.liable_id].append(Owed(row.number, due_on))
    return found


async def still_owed(work: Work, numbers: Collection[str]) -> list[str]:
    """Those of these cases whose fine is decided and not paid."""
    mine = bulk.among(work, cases.c.number, numbers) & cases.c.state.in_(sorted(rules.PAYABLE))
    rows = await work.all(select(cases.c.number).where(mine).order_by(cases.c.number))
    return [row.number for row in rows]


async def punished(work: Work, person_id: int, since: date, codes: Collection[str]) -> set[str]:
    """Those of these offence codes for which this person was punished since this day, in a decision that stands."""
    if not codes:
        return set()
    mine = (cases.c.liable_id == person_id) & cases.c.state.in_(DECIDED) & (cases.c.decided_on >= since)
    found = select(offences.c.code).distinct().select_from(cases.join(offences))
    return {row.code for row in await work.all(found.where(mine, offences.c.code.in_(sorted(codes))))}
