"""The end of a cycle, for many drivers at once: what clears and what carries over are entries (PM 15)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, select

from models.base import audit, bulk
from models.base.db import Work
from models.base.ledger import Posting
from models.licences import account, holds, rules
from models.licences.notices import CARRIED, CYCLE_CLEARED
from models.licences.rules import Closing, Lot
from models.licences.tables import ledger, licences
from models.post import outbox

DAY_BEFORE = timedelta(days=1)
postings = ledger.table


# The last day to pay of each unpaid case of a driver, None where no days run.
Unpaid = Mapping[str, date | None]


@dataclass(frozen=True, slots=True)
class Closed:
    """A cycle that was closed: the day on which the next one began, and what became of its points."""

    ended: date
    closing: Closing


async def ending(work: Work) -> list[int]:
    """Whose cycle ended with yesterday, and who ever had points; in one order."""
    return await _pointed(work, bulk.among(work, licences.c.first_issued_on, rules.first_days(work.today)))


async def pointed(work: Work) -> list[int]:
    """Who ever had points; in the same order."""
    return await _pointed(work)


async def over(work: Work, person_ids: Collection[int]) -> dict[int, date]:
    """Those of these people of whom something stands that belongs to a cycle that is over, and the day of their first licence."""
    standing = await account.lots_of_all(work, person_ids)
    mine = bulk.among(work, licences.c.person_id, standing)
    rows = await work.all(select(licences.c.person_id, licences.c.first_issued_on).where(mine))
    return {
        row.person_id: row.first_issued_on
        for row in rows
        if rules.ends(row.first_issued_on, _oldest(standing[row.person_id]), work.today)
    }


async def close(work: Work, first: Mapping[int, date], unpaid: Mapping[int, Unpaid]) -> int:
    """Close what is over for these people, who have their licences since these days: each cycle in order, each told. Returns of how many
    people something moved; what is held stays (PM 17). Hold the people before."""
    standing = await account.lots_of_all(work, first)
    limit = work.city.tariff.points.limit
    closed = {
        person_id: _close_in_order(lots, first[person_id], work.today, unpaid[person_id], limit)
        for person_id, lots in standing.items()
    }
    postings_ = [
        posting for person, each in closed.items() for one in each for posting in _postings(person, one)
    ]
    await ledger.post_all(work, postings_)
    about = [(f"licence {person_id}", person_id) for person_id, each in closed.items() for _ in each]
    await audit.record_all(work, "points.cycle_closed", about)
    for person_id, each in closed.items():
        for one in each:
            await _tell(work, person_id, one)
        await holds.settle(work, person_id)
    return sum(bool(each) for each in closed.values())


async def _pointed(work: Work, *which: ColumnElement[bool]) -> list[int]:
    accounts = literal("driver:", String) + cast(licences.c.person_id, String)
    had_some = select(postings.c.id).where(postings.c.to_account == accounts).exists()
    wanted = select(licences.c.person_id).where(had_some, *which)
    return [row.person_id for row in await work.all(wanted.order_by(licences.c.person_id))]


def _close_in_order(
    lots: Sequence[Lot], first: date, today: date, unpaid: Unpaid, limit: int
) -> list[Closed]:
    """Every cycle that is over, the oldest first; what carries over out of one is of the next."""
    closed: list[Closed] = []
    for day in rules.ends(first, _oldest(lots), today):
        overdue = any(due is not None and due < day for due in unpaid.values())
        ended = [lot for lot in lots if lot.day < day]
        what = rules.closing(ended, unpaid, overdue=overdue, limit=limit)
        if what != rules.NOTHING:
            closed.append(Closed(day, what))
            carried = [Lot(name, points, day, carried=True) for name, points in what.carried.items()]
            lots = [*carried, *(lot for lot in lots if lot.day >= day)]
    return closed


def _oldest(lots: Sequence[Lot]) -> date:
    return min(lot.day for lot in lots)


def _postings(person_id: int, closed: Closed) -> list[Posting]:
    """What is cleared and what leaves belong to the last day of the old cycle, what arrives to the first of the new one."""
    began, closing = closed.ended, closed.closing
    mine, last, key = account.name(person_id), began - DAY_BEFORE, began.isoformat()
    moved = [
        posting
        for lot, points in closing.carried.items()
        for posting in (
            Posting(mine, account.CARRIED, points, "carried_out", f"{lot}@{key}", last),
            Posting(account.CARRIED, mine, points, rules.CARRIED_IN, f"{lot}@{key}", began),
        )
    ]
    gone = [
        account.cleared(person_id, lot, points, (account.CYCLE_OVER, key), last)
        for lot, points in closing.cleared.items()
    ]
    return moved + gone


async def _tell(work: Work, person_id: int, closed: Closed) -> None:
    began, closing = closed.ended, closed.closing
    carried, cleared = sum(closing.carried.values()), sum(closing.cleared.values())
    if not carried and not cleared:  # what reductions had taken off already
        return
    params: dict[str, Any] = {"cleared": cleared, "day": began}
    kind = CYCLE_CLEARED
    if carried:
        kind, params = CARRIED, params | {"carried": carried, "number": next(iter(closing.carried))}
    subject = f"licence {person_id}"
    await outbox.queue(
        work, kind, subject=subject, once=began.isoformat(), person_id=person_id, params=params
    )
