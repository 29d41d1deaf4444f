"""What is done with money that came in on an order: taken on each of its cases, as far as something is open there; the rest is surplus.

All of it in the unit of work that claimed the order (`payments.claim_paid`), or entered it (`counter.put`), with the cases held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update

from models.base import audit
from models.base.db import Work
from models.base.ports import Trade
from models.violations import acts, store
from models.violations.amount_rules import Part, Taken, take
from models.violations.counter_rules import Till
from models.violations.payments import Order
from models.violations.rules import State
from models.violations.tables import ledger, parts, payments

SURPLUS = "surplus"  # the account that owes what nobody owed us


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of one case's part; `case` is as it was before."""

    case: store.Case
    part: Part
    taken: Taken


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in on an order: under this number (`transaction_id`), in fen, at this instant (UTC), on this civic day; `in_time`:
    while the order's amount held."""

    number: str
    amount: int
    at: datetime
    day: date
    till: Till
    in_time: bool


def by_wechat(work: Work, order: Order, trade: Trade) -> Received:
    """What a paid trade brought, however late we hear of it: its civic day is the same span before today as on the wall."""
    at = trade.paid_at or work.wall
    in_time = trade.paid_at is not None and trade.paid_at <= order.expires_at
    day = (work.now - (work.wall - at)).date()
    return Received(trade.transaction_id, trade.total, at, day, Till.WECHAT, in_time)


async def book(work: Work, order: Order, received: Received, cases: Mapping[str, store.Case]) -> list[Booked]:
    """Book money whose order was just claimed or entered, on its cases, which are held; what became of each part, in the order's order.

    A part closes its case, or is a part of it, or is surplus and goes back: the case was closed by another payment or taken back, less
    was open on that day, or the amount stopped holding before it was paid.
    """
    booked = [
        Booked(cases[part.case_number], part, _taken(work, cases[part.case_number], part, received))
        for part in order.parts
    ]
    surplus = sum(each.taken.surplus for each in booked)
    row = {
        "transaction_id": received.number,
        "order_number": order.number,
        "case_number": order.case_number,
        "amount": received.amount,
        "surplus": surplus,
        "paid_at": received.at,
        "booked_at": work.now,
        "till": received.till,
    }
    await work.run(insert(payments).values(row))
    for each in booked:
        await _keep(work, order, received, each)
    if surplus:
        await _post(work, SURPLUS, "treasury", surplus, SURPLUS, order.number)
    return booked


def _taken(work: Work, case: store.Case, part: Part, received: Received) -> Taken:
    """A part is taken on what was open on the day on which it was paid."""
    open_ = acts.bill_of(work, case, received.day) if case.payable else None
    return take(part, open_, in_time=received.in_time)


async def _keep(work: Work, order: Order, received: Received, booked: Booked) -> None:
    """One part: its row, its postings, its case, its event."""
    number, taken = booked.case.number, booked.taken
    mine = {"order_number": order.number, "case_number": number}
    kept: dict[str, Any] = {
        "paid_principal": taken.principal,
        "paid_surcharge": taken.surcharge,
        "surplus": taken.surplus,
        "paid_on": received.day,
    }
    named = (parts.c.order_number == order.number) & (parts.c.case_number == number)
    if not (await work.run(update(parts).where(named).values(**kept))).rowcount:  # made by the version before
        asked = {"principal": booked.part.principal, "surcharge": booked.part.surcharge, "whole": True}
        await work.run(insert(parts).values(**mine, **asked, **kept, position=0))
    reference = order.number if number == order.case_number else f"{order.number} {number}"
    if taken.surcharge:
        await _post(work, "imposed", f"fine:{number}", taken.surcharge, "surcharge", reference)
    if taken.paid:
        await _post(work, f"fine:{number}", "treasury", taken.paid, "payment", reference)
    if taken.closes and not await store.move(work, number, State.PAID, closed_on=work.today):
        raise LookupError(f"case {number} was not held")
    subject, person = f"case {number}", booked.case.liable_id
    events = {
        "payment.booked" if taken.closes else "payment.part": taken.paid,
        "payment.surplus": taken.surplus,
    }
    for action, fen in events.items():
        if fen:
            await audit.record(work, action, subject, person_id=person, order=order.number, fen=fen)


async def _post(work: Work, source: str, target: str, amount: int, reason: str, reference: str) -> None:
    await ledger.post(work, source=source, target=target, amount=amount, reason=reason, reference=reference)
