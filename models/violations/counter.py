"""Receipts of the treasury's bank, as officers enter them: each once, and booked on an order of its own, like any other payment.

The receipt's number stands for the whole of it: whoever enters the same again is answered and nothing is done again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import insert, select

from models.base import audit
from models.base.clock import at
from models.base.db import Work
from models.base.errors import Refusal
from models.base.locks import alone
from models.base.money import Fen
from models.violations import acts, counter_rules, officer_acts, store, tables
from models.violations.booking import Received
from models.violations.counter_rules import Till, Wrong
from models.violations.counter_tables import counter_receipts
from models.violations.payments import BY_CODE, Order, OrderState
from models.violations.rules import State

PREFIX = "counter:"  # before its number, where payments are named: no number of WeChat Pay's has a colon
WRONG = {
    Wrong.UNDECIDED: "officer.counter_undecided",
    Wrong.BEFORE: "officer.counter_before",
    Wrong.FUTURE: "officer.counter_future",
}


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on a receipt: its number, the bank, the civic day on which that took the money, how much (fen), for which cases."""

    receipt_no: str
    bank: str
    paid_on: date
    amount: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """What became of it on one case, in fen; `state` is the case's as it is now."""

    case: str
    principal: int
    surcharge: int
    surplus: int
    state: State


@dataclass(frozen=True, slots=True)
class Entered:
    """`new` is False where the receipt was in already. What is `surplus` goes back."""

    receipt: str
    new: bool
    booked_fen: int
    surplus_fen: int
    cases: Sequence[Laid]


async def known(work: Work, slip: Slip) -> Entered | None:
    """The receipt, where it is in already; whoever else enters it now waits. Raises Refusal where it is in with something else on it."""
    await alone(work, f"counter receipt {slip.receipt_no}")
    row = await work.first(_of(slip.receipt_no))
    if row is None:
        return None
    if (row.bank, row.paid_on, row.amount, row.case_numbers) != _written(slip):
        raise Refusal(
            "officer.receipt_other",
            receipt=slip.receipt_no,
            bank=row.bank,
            day=row.paid_on,
            amount=Fen(row.amount),
            cases=row.case_numbers,
        )
    return await entered(work, slip.receipt_no, new=False)


def check(work: Work, slip: Slip, cases: Collection[store.Case]) -> None:
    """Raises Refusal where it cannot be so, with the case and the reason."""
    for case in cases:
        wrong = counter_rules.wrong_entry(case.state, case.decided_on, slip.paid_on, work.today)
        if wrong:
            named = {"day": slip.paid_on, "decided": case.decided_on, "today": work.today}
            raise Refusal(WRONG[wrong], number=case.number, **named)


async def put(
    work: Work, slip: Slip, cases: Mapping[str, store.Case], officer: str
) -> tuple[Order, Received]:
    """The order on which a new receipt is booked, and what came in; the cases are held."""
    dated = acts.oldest_due_first(cases.values())
    bills = [
        (case.number, acts.bill_of(work, case, slip.paid_on) if case.payable else None) for case in dated
    ]
    parts = counter_rules.lay(slip.amount, bills)
    order = Order(
        number=work.city.ids.order_no(),
        case_number=parts[0].case_number,
        openid=BY_CODE,
        total=slip.amount,
        surcharge=sum(part.surcharge for part in parts),
        state=OrderState.PAID,
        handle=None,
        expires_at=work.wall,
        parts=tuple(parts),
    )
    values = {name: getattr(order, name) for name in Order.__slots__ if name != "parts"}
    await work.run(insert(tables.orders).values(**values, made_at=work.wall))
    rows = [
        {"order_number": order.number, "position": position, **asdict(part)}
        for position, part in enumerate(parts)
    ]
    await work.run_many(insert(tables.parts), rows)
    bank, paid_on, amount, numbers = _written(slip)
    row = {"bank": bank, "paid_on": paid_on, "amount": amount, "case_numbers": numbers}
    row |= {"receipt_no": slip.receipt_no, "order_number": order.number}
    await work.run(insert(counter_receipts).values(**row, entered_by=officer, entered_at=work.now))
    for case in cases.values():
        await officer_acts.keep(work, case.number, "counter", officer, f"{slip.receipt_no} {slip.bank}")
        details = {"receipt": slip.receipt_no, "order": order.number, "fen": amount, "officer": officer}
        await audit.record(
            work, "payment.counter", f"case {case.number}", person_id=case.liable_id, **details
        )
    return order, _received(work, slip)


async def entered(work: Work, receipt_no: str, *, new: bool) -> Entered:
    """What became of a receipt. Raises LookupError for one that is not in."""
    row = await work.first(_of(receipt_no))
    if row is None:
        raise LookupError(f"no receipt {receipt_no}")
    parts = tables.parts
    mine = select(parts).where(parts.c.order_number == row.order_number).order_by(parts.c.position)
    taken = await work.all(mine)
    states = await store.states(work, [part.case_number for part in taken])
    laid = [
        Laid(
            part.case_number,
            part.paid_principal,
            part.paid_surcharge,
            part.surplus,
            states[part.case_number],
        )
        for part in taken
    ]
    booked = sum(each.principal + each.surcharge for each in laid)
    return Entered(receipt_no, new, booked, sum(each.surplus for each in laid), laid)


async def bank_of(work: Work, order_number: str) -> tuple[str, str]:
    """The bank and the number of the receipt that was booked on this order."""
    row = await work.first(select(counter_receipts).where(counter_receipts.c.order_number == order_number))
    if row is None:
        raise LookupError(f"order {order_number} was not paid at a counter")
    return row.bank, row.receipt_no


def _received(work: Work, slip: Slip) -> Received:
    """Noon of the bank's day stands for the instant, which no receipt tells; on the wall it is the same span before now."""
    civic = min(at(slip.paid_on, time(12)), work.now)
    instant = work.wall - max(work.now - civic, timedelta())
    return Received(PREFIX + slip.receipt_no, slip.amount, instant, slip.paid_on, Till.COUNTER, in_time=True)


def _of(receipt_no: str) -> Any:
    return select(counter_receipts).where(counter_receipts.c.receipt_no == receipt_no)


def _written(slip: Slip) -> tuple[str, date, int, str]:
    return slip.bank, slip.paid_on, slip.amount, " ".join(sorted(set(slip.cases)))
