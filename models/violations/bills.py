"""WeChat Pay's daily bill beside our books: read in, compared line by line both ways, what differs kept, mended or put on the desk.

A day is read under a run of its own, so that two who compare the same day at once do not meet; what they find is kept once. Comparing a
day again changes nothing but what has changed meanwhile. Who asks WeChat Pay and books is `scheduler/jobs/reconcile_bills.py`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.ports import BillLine
from models.post import desk
from models.violations import bill_compare
from models.violations.bill_rules import Differs, Outcome, What
from models.violations.bill_tables import bills, differences, lines
from models.violations.refund_rules import RefundState
from models.violations.tables import refunds

TOPIC = "bill_difference"
UNREADABLE = "bill_unreadable"
LEFT_BEHIND = timedelta(days=1)  # lines of a reading that never came to its end


@dataclass(frozen=True, slots=True)
class Difference:
    """One. Amounts in fen; None where that side has nothing. `ticket` is its number at the desk."""

    id: int
    day: date
    kind: Differs
    what: What
    number: str
    order_number: str
    ours: int | None
    theirs: int | None
    our_state: str | None
    their_state: str | None
    outcome: str | None
    ticket: str | None

    @property
    def open(self) -> bool:
        return self.outcome is None

    @property
    def subject(self) -> str:
        """As the desk's tickets name it."""
        return f"{self.what} {self.number}"[:64]


@dataclass(frozen=True, slots=True)
class Bill:
    """A day that was compared: how many payments and refunds stood on it, and their sums in fen."""

    day: date
    payments: int
    paid: int
    refunds: int
    refunded: int
    reconciled_at: datetime


async def add_lines(work: Work, run: str, first: int, batch: Sequence[BillLine]) -> None:
    """Some lines of a day's bill, of which `first` is the number of the first."""
    rows = [
        {
            "run": run,
            "line": number,
            "what": line.what,
            "number": line.number,
            "order_number": line.order_no,
            "amount": line.amount,
            "state": line.state,
            "read_at": work.wall,
        }
        for number, line in enumerate(batch, first)
    ]
    await bulk.append(work, lines, rows)


async def compare(work: Work, run: str, day: date) -> int:
    """Compare what was read with our books; returns how many differences there are now, those that were mended before included.

    Whatever an earlier comparison of the day had found and this one has not, is settled; so is what stands on this bill and was missing
    from another day's.
    """
    found = 0
    for kind, what, statement in bill_compare.every(run, day):
        async for page in bill_compare.pages(work, statement):
            found += len(page)
            for row in page:
                await _keep(work, run, day, kind, what, row)
    await _mark_billed(work, run, day)
    unfound = (differences.c.day == day) & (differences.c.run != run)
    await _settle_all(work, unfound, Outcome.GONE)
    here = select(lines.c.line).where(
        lines.c.run == run, lines.c.what == differences.c.what, lines.c.number == differences.c.number
    )
    elsewhere = (differences.c.kind == Differs.MISSING_THERE) & (differences.c.day != day) & here.exists()
    await _settle_all(work, elsewhere, Outcome.OTHER_DAY)
    return found


async def to_mend(work: Work, day: date, after: int = 0) -> list[Difference]:
    """A page of what WeChat Pay may be asked about: payments we lack, refunds whose end we have not heard of."""
    lacking = (differences.c.kind == Differs.MISSING_HERE) & (differences.c.what == What.PAYMENT)
    unheard = (
        (differences.c.kind == Differs.OTHER_STATE)
        & (differences.c.what == What.REFUND)
        & differences.c.our_state.in_((RefundState.OWED.value, RefundState.FAILED.value))
    )
    wanted = (differences.c.day == day) & (differences.c.id > after) & (lacking | unheard)
    page = select(differences).where(wanted, differences.c.outcome.is_(None)).order_by(differences.c.id)
    return [_difference(row) for row in await work.all(page.limit(bill_compare.PAGE))]


async def settle(work: Work, difference: Difference, outcome: Outcome) -> None:
    """It has come to its end."""
    await _settle_all(work, differences.c.id == difference.id, outcome)


async def finish(work: Work, run: str, day: date) -> Bill:
    """The day is done: what is left goes to the desk, the lines go."""
    for difference in await of_day(work, day):
        if difference.open and difference.ticket is None:  # what an officer has closed is not opened again
            ticket = await desk.open_ticket(work, TOPIC, difference.subject)
            await work.run(update(differences).where(differences.c.id == difference.id).values(ticket=ticket))
    of_run = lines.c.run == run
    sums = {
        row.what: (int(row.counted), int(row.total))
        for row in await work.all(
            select(lines.c.what, func.count().label("counted"), func.sum(lines.c.amount).label("total"))
            .where(of_run)
            .group_by(lines.c.what)
        )
    }
    (payments, paid), (refunded_count, refunded) = (
        sums.get(what, (0, 0)) for what in (What.PAYMENT, What.REFUND)
    )
    bill = Bill(day, payments, paid, refunded_count, refunded, work.wall)
    row = {name: getattr(bill, name) for name in Bill.__slots__}
    if not await work.insert_new(bills, row):
        await work.run(update(bills).where(bills.c.day == day).values(**row))
    await work.run(delete(lines).where(of_run | (lines.c.read_at < work.wall - LEFT_BEHIND)))
    await desk.settled(work, f"bill {day}", UNREADABLE, outcome="read")
    details = {"payments": bill.payments, "paid_fen": bill.paid, "refunded_fen": bill.refunded}
    await audit.record(work, "bill.reconciled", f"bill {day}", **details)
    return bill


async def unreadable(work: Work, day: date) -> None:
    """The bill came, and cannot be read: a person looks."""
    await desk.open_ticket(work, UNREADABLE, f"bill {day}")


async def done_days(work: Work, days: Collection[date]) -> set[date]:
    """Which of these days were compared."""
    known = select(bills.c.day).where(bills.c.day.in_(list(days)))
    return {row.day for row in await work.all(known)}


async def bill_of_day(work: Work, day: date) -> Bill | None:
    """What was read of a day; None while it was not compared."""
    row = await work.first(select(bills).where(bills.c.day == day))
    return Bill(**{name: getattr(row, name) for name in Bill.__slots__}) if row else None


async def of_day(work: Work, day: date) -> list[Difference]:
    """All that differed on a day, what was settled included."""
    order = (differences.c.what, differences.c.kind, differences.c.number)
    rows = await work.all(select(differences).where(differences.c.day == day).order_by(*order))
    return [_difference(row) for row in rows]


async def open_differences(work: Work) -> int:
    """How many have neither mended themselves nor been closed at the desk."""
    closed = select(desk.tickets.c.number).where(
        desk.tickets.c.number == differences.c.ticket, desk.tickets.c.closed_at.is_not(None)
    )
    waiting = select(func.count()).select_from(differences)
    return int(await work.scalar(waiting.where(differences.c.outcome.is_(None), ~closed.exists())))


async def _keep(work: Work, run: str, day: date, kind: Differs, what: What, row: Any) -> None:
    """One difference, once for its day; found again it is the same."""
    values = {
        "day": day,
        "kind": kind.value,
        "what": what.value,
        "number": row.number,
        "order_number": row.order_number,
        "ours": row.ours,
        "theirs": row.theirs,
        "our_state": row.our_state,
        "their_state": row.their_state,
        "run": run,
        "found_at": work.wall,
    }
    if await work.insert_new(differences, values):
        return
    same = (
        (differences.c.day == day)
        & (differences.c.kind == kind)
        & (differences.c.what == what)
        & (differences.c.number == row.number)
    )
    now = {name: values[name] for name in ("run", "ours", "theirs", "our_state", "their_state")}
    await work.run(update(differences).where(same).values(**now))
    gone = same & (differences.c.outcome == Outcome.GONE)
    await work.run(update(differences).where(gone).values(settled_at=None, outcome=None, ticket=None))


async def _mark_billed(work: Work, run: str, day: date) -> None:
    """Refunds that stand on this bill need not stand on a later one."""
    listed = select(lines.c.line).where(
        lines.c.run == run, lines.c.what == What.REFUND, lines.c.number == refunds.c.number
    )
    await work.run(
        update(refunds).where(refunds.c.billed_on.is_(None), listed.exists()).values(billed_on=day)
    )


async def _settle_all(work: Work, which: Any, outcome: Outcome) -> None:
    """Those that are open, and their tickets."""
    settled = (
        update(differences)
        .where(which, differences.c.outcome.is_(None))
        .values(settled_at=work.wall, outcome=outcome.value)
        .returning(*differences.c)
    )
    for row in await work.all(settled):
        difference = _difference(row)
        await desk.settled(work, difference.subject, TOPIC, outcome=outcome.value)
        await audit.record(work, f"bill.{outcome}", difference.subject, day=difference.day.isoformat())


def _difference(row: Any) -> Difference:
    return Difference(
        id=row.id,
        day=row.day,
        kind=Differs(row.kind),
        what=What(row.what),
        number=row.number,
        order_number=row.order_number,
        ours=row.ours,
        theirs=row.theirs,
        our_state=row.our_state,
        their_state=row.their_state,
        outcome=row.outcome,
        ticket=row.ticket,
    )
