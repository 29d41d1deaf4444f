"""What is done with money that came in on an order: taken on each of its cases, as far as something is open there; the rest is surplus.

All of it in the unit of work that claimed the order (`payments.claim_paid`), with the cases held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, update

from models.base import audit
from models.base.db import Work
from models.base.ports import Trade
from models.violations import acts, store
from models.violations.amount_rules import Part, Taken, take
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


async def book(work: Work, order: Order, trade: Trade, cases: Mapping[str, store.Case]) -> list[Booked]:
    """Book a payment whose order was just claimed, on its cases, which are held; what became of each part, in the order's order.

    A part closes its case, or is a part of it, or is surplus and goes back: the case was closed by another payment or taken back, less
    was open by then, or the amount stopped holding before it was paid.
    """
    in_time = trade.paid_at is not None and trade.paid_at <= order.expires_at
    booked = [
        Booked(cases[part.case_number], part, _taken(work, cases[part.case_number], part, in_time))
        for part in order.parts
    ]
    surplus = sum(each.taken.surplus for each in booked)
    row = {
        "transaction_id": trade.transaction_id,
        "order_number": order.number,
        "case_number": order.case_number,
        "amount": trade.total,
        "surplus": surplus,
        "paid_at": trade.paid_at or work.wall,
        "booked_at": work.now,
    }
    await work.run(insert(payments).values(row))
    for each in booked:
        await _keep(work, order, trade, each)
    if surplus:
        await _post(work, SURPLUS, "treasury", surplus, SURPLUS, order.number)
    return booked


def _taken(work: Work, case: store.Case, part: Part, in_time: bool) -> Taken:
    return take(part, acts.bill_of(work, case) if case.payable else None, in_time=in_time)


async def _keep(work: Work, order: Order, trade: Trade, booked: Booked) -> None:
    """One part: its row, its postings, its case, its event."""
    number, taken = booked.case.number, booked.taken
    mine = {"order_number": order.number, "case_number": number}
    kept: dict[str, Any] = {
        "paid_principal": taken.principal,
        "paid_surcharge": taken.surcharge,
        "surplus": taken.surplus,
    }
    kept |= {"paid_on": _day(work, trade)}
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


def _day(work: Work, trade: Trade) -> date:
    """The civic day on which it was paid, however late we hear of it: the same span before now as on the wall."""
    return (work.now - (work.wall - trade.paid_at)).date() if trade.paid_at else work.today


async def _post(work: Work, source: str, target: str, amount: int, reason: str, reference: str) -> None:
    await ledger.post(work, source=source, target=target, amount=amount, reason=reason, reference=reference)
