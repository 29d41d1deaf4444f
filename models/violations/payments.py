"""Payment orders and what came in on them. An order's amount holds until it expires, never past midnight (domain 2).

new -> open (the provider knows it) -> paid | closed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from models.base import audit
from models.base.clock import at
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Trade
from models.violations import acts, store
from models.violations.rules import State
from models.violations.tables import ledger, orders, payments

BY_CODE = ""  # the openid of an order that anyone may scan
QUERY_AFTER = timedelta(seconds=20)  # the provider repeats after 15 s; then we ask ourselves


class OrderState(StrEnum):
    """`new -> open -> paid | closed`; a closed one can still turn out to be paid."""

    NEW = "new"
    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Order:
    """A payment order. `total` includes `surcharge`, in fen; `handle` is the prepay_id or code_url; `expires_at` is wall time."""

    number: str
    case_number: str
    openid: str
    total: int
    surcharge: int
    state: OrderState
    handle: str | None
    expires_at: datetime


async def prepare_order(work: Work, case: store.Case, openid: str) -> Order:
    """The order with which this account (or anyone, by code) may pay today's bill: the open one again, or a new one.

    Raises Refusal when there is nothing to pay.
    """
    await store.states(work, [case.number], hold=True)  # two who ask at once get one order
    current = await store.case(work, case.number)
    if current is None or not current.payable:
        raise Refusal("pay.nothing", number=case.number)
    bill = acts.bill_of(work, current)
    if known := await _usable(work, case.number, openid, bill.total):
        return known
    order = Order(
        number=work.city.ids.order_no(),
        case_number=case.number,
        openid=openid,
        total=bill.total,
        surcharge=bill.surcharge,
        state=OrderState.NEW,
        handle=None,
        expires_at=_expiry(work),
    )
    values = {field: getattr(order, field) for field in Order.__slots__}
    await work.run(insert(orders).values(**values, made_at=work.wall))
    return order


async def order_opened(work: Work, number: str, handle: str) -> None:
    """The provider knows the order now."""
    fresh = (orders.c.number == number) & (orders.c.state == OrderState.NEW)
    await work.run(update(orders).where(fresh).values(state=OrderState.OPEN, handle=handle))


async def order_closed(work: Work, number: str) -> None:
    """Nobody can pay it any more, as far as the provider says."""
    waiting = (orders.c.number == number) & orders.c.state.in_((OrderState.NEW, OrderState.OPEN))
    await work.run(update(orders).where(waiting).values(state=OrderState.CLOSED))


async def order(work: Work, number: str) -> Order | None:
    """The order of this number."""
    row = await work.first(select(orders).where(orders.c.number == number))
    return _order(row) if row else None


async def unpaid_orders(work: Work, *, silent_only: bool) -> Sequence[Order]:
    """Orders nobody has told us the end of; `silent_only`: those older than the provider's first repetition."""
    waiting = select(orders).where(orders.c.state.in_((OrderState.NEW, OrderState.OPEN)))
    if silent_only:
        waiting = waiting.where(orders.c.made_at < work.wall - QUERY_AFTER)
    rows = await work.all(waiting.order_by(orders.c.made_at, orders.c.number).limit(200))
    return [_order(row) for row in rows]


async def claim_paid(work: Work, number: str) -> bool:
    """Mark an order paid; False when it was booked before, however often the news comes."""
    unbooked = (orders.c.number == number) & (orders.c.state != OrderState.PAID)
    return bool((await work.run(update(orders).where(unbooked).values(state=OrderState.PAID))).rowcount)


async def book(work: Work, order: Order, trade: Trade, case: store.Case) -> bool:
    """Book a payment whose order was just claimed: the case is closed, or the money is surplus (False) and goes back.

    Surplus: the case was closed by another payment, or the amount stopped holding before it was paid.
    """
    holds = trade.paid_at is not None and trade.paid_at <= order.expires_at
    enough = holds or (case.payable and trade.total == acts.bill_of(work, case).total)
    closed = enough and await store.move(work, case.number, State.PAID, closed_on=work.today)
    row = {
        "transaction_id": trade.transaction_id,
        "order_number": order.number,
        "case_number": case.number,
        "amount": trade.total,
        "surplus": 0 if closed else trade.total,
        "paid_at": trade.paid_at or work.wall,
        "booked_at": work.now,
    }
    await work.run(insert(payments).values(row))
    await _post(work, order, closed=closed)
    action = "payment.booked" if closed else "payment.surplus"
    subject = f"case {case.number}"
    await audit.record(work, action, subject, person_id=case.liable_id, order=order.number, fen=trade.total)
    return closed


async def impose(work: Work, number: str, fine: int) -> None:
    """The decision's principal, owed from now on. A fine of nothing moves nothing."""
    if fine:
        account = f"fine:{number}"
        await ledger.post(
            work, source="imposed", target=account, amount=fine, reason="decision", reference=number
        )


async def _post(work: Work, order: Order, *, closed: bool) -> None:
    account = f"fine:{order.case_number}" if closed else "surplus"
    if closed and order.surcharge:
        await ledger.post(
            work,
            source="imposed",
            target=account,
            amount=order.surcharge,
            reason="surcharge",
            reference=order.number,
        )
    await ledger.post(
        work, source=account, target="treasury", amount=order.total, reason="payment", reference=order.number
    )


async def _usable(work: Work, case_number: str, openid: str, total: int) -> Order | None:
    usable = (
        (orders.c.case_number == case_number)
        & (orders.c.openid == openid)
        & (orders.c.total == total)
        & orders.c.state.in_((OrderState.NEW, OrderState.OPEN))
        & (orders.c.expires_at > work.wall + timedelta(minutes=1))
    )
    row = await work.first(select(orders).where(usable).order_by(orders.c.made_at.desc()).limit(1))
    return _order(row) if row else None


def _expiry(work: Work) -> datetime:
    """A civic span becomes a wall instant by adding the same duration."""
    midnight = at(work.today + timedelta(days=1), datetime.min.time())
    length = min(timedelta(minutes=work.city.tariff.payment.order_minutes), midnight - work.now)
    return work.wall + length


def _order(row: Row[Any]) -> Order:
    return Order(
        number=row.number,
        case_number=row.case_number,
        openid=row.openid,
        total=row.total,
        surcharge=row.surcharge,
        state=OrderState(row.state),
        handle=row.handle,
        expires_at=row.expires_at,
    )
