"""A driver's account in the ledger of points: its entries, and the lots that they have come to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select, union_all

from models.base import bulk
from models.base.db import Work
from models.base.ledger import Posting
from models.licences import rules
from models.licences.rules import Lot
from models.licences.tables import ledger

CLEARED = "cleared"  # where points go at the end of a cycle, or after study, exam and payment
ISSUED = "issued"  # where they come from
REDUCED = "reduced"  # where they go for a study or an activity
CARRIED = "carried"  # through which they pass from one cycle into the next; always empty
CYCLE_OVER, FULL_SCORE = "cleared", "full_cleared"  # why they were cleared
GONE = frozenset({CYCLE_OVER, FULL_SCORE})
postings = ledger.table


def name(person_id: int) -> str:
    """The account of this driver."""
    return f"driver:{person_id}"


async def entries(work: Work, person_id: int) -> Sequence[Row[Any]]:
    """All that ever moved, the oldest first, `change` signed from the driver's side."""
    return await work.all(ledger.entries(name(person_id)))


async def lots(work: Work, person_id: int) -> list[Lot]:
    """What stands today; their points add up to the balance."""
    return rules.lots(await entries(work, person_id))


async def total(work: Work, person_id: int) -> int:
    """The points that stand."""
    return await ledger.balance(work, name(person_id))


async def lots_of_all(work: Work, person_ids: Collection[int]) -> Mapping[int, list[Lot]]:
    """What stands today for each of these people; those for whom nothing does are left out."""
    people = {name(person_id): person_id for person_id in person_ids}
    into = bulk.among(work, postings.c.to_account, people)
    out_of = bulk.among(work, postings.c.from_account, people)
    same = (postings.c.id, postings.c.day, postings.c.reason, postings.c.reference)
    came = select(*same, postings.c.to_account.label("account"), postings.c.amount.label("change"))
    went = select(*same, postings.c.from_account.label("account"), (-postings.c.amount).label("change"))
    moved = union_all(came.where(into), went.where(out_of)).subquery()
    rows = await work.all(select(moved).order_by(moved.c.day, moved.c.id))
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[people[row.account]].append(row)
    standing = ((person_id, rules.lots(of)) for person_id, of in found.items())
    return {person_id: of for person_id, of in standing if of}


def cleared(person_id: int, lot: str, points: int, how: tuple[str, str], day: date) -> Posting:
    """What a lot has left goes: points of a decision out of the account, those of a reduction back into it. `how` is the reason of
    the entry, and what tells it from others of this lot."""
    account, (reason, key) = name(person_id), how
    source, target = (account, CLEARED) if points > 0 else (CLEARED, account)
    return Posting(source, target, abs(points), reason, f"{lot}@{key}", day)
