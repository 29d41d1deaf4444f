"""Payment orders: of one case or several, of the whole bill or a part. An amount holds until its order expires, never past midnight.

new -> open (the provider knows it) -> paid | closed

What is done with the money is in `booking`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from models.base import bulk
from models.base.clock import at
from models.base.db import Work
from models.base.errors import Refusal
from models.violations import acts, plans, store, tables
from models.violations.amount_rules import Part, spread
from models.violations.tables import ledger, orders

BY_CODE = ""  # the openid of an order that anyone may scan
QUERY_AFTER = timedelta(seconds=20)  # the provider repeats after 15 s; then we ask ourselves


class OrderState(StrEnum):
    """`new -> open -> paid | closed`; a closed one can still turn out to be paid."""

    NEW = "new"
    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


UNPAID = (OrderState.NEW, OrderState.OPEN)


@dataclass(frozen=True, slots=True)
class Order:
    """A payment order. `total` includes `surcharge`, in fen; `handle` is the prepay_id or code_url; `expires_at` is wall time. `parts`
    say what it pays on which case, `case_number` is the first of them."""

    number: str
    case_number: str
    openid: str
    total: int
    surcharge: int
    state: OrderState
    handle: str | None
    expires_at: datetime
    parts: tuple[Part, ...]


async def prepare_order(
    work: Work, case: store.Case, openid: str, others: Sequence[store.Case] = (), amount: int | None = None
) -> Order:
    """The order with which this account (or anyone, by code) may pay today's bill: the open one again, or a new one.

    `others` are paid with it, the oldest due first; of those that are closed meanwhile nothing is asked. `amount` fen of one case's
    bill are paid instead of the whole where the tariff, or the case's plan, allows that. Raises Refusal when there is nothing to pay,
    or not so much or so little at once.
    """
    numbers = [case.number, *(other.number for other in others)]
    await store.states(work, numbers, hold=True)  # two who ask at once get one order
    current = await store.cases_of(work, numbers)
    payable = acts.oldest_due_first(each for each in current.values() if each.payable)
    if not payable:
        raise Refusal("pay.nothing", number=case.number)
    parts = await _parts(work, payable[: work.city.tariff.payment.cases_in_order], amount)
    if known := await _usable(work, openid, parts):
        return known
    return await _enter(work, openid, parts)


async def _parts(work: Work, payable: Sequence[store.Case], amount: int | None) -> list[Part]:
    bills = [(case.number, acts.bill_of(work, case)) for case in payable]
    total = sum(open_.total for _, open_ in bills)
    if amount is not None and amount != total:
        await plans.check_part(work, payable, amount)
    return spread(total if amount is None else amount, bills)


async def _enter(work: Work, openid: str, parts: Sequence[Part]) -> Order:
    order = Order(
        number=work.city.ids.order_no(),
        case_number=parts[0].case_number,
        openid=openid,
        total=sum(part.total for part in parts),
        surcharge=sum(part.surcharge for part in parts),
        state=OrderState.NEW,
        handle=None,
        expires_at=_expiry(work),
        parts=tuple(parts),
    )
    values = {field: getattr(order, field) for field in Order.__slots__ if field != "parts"}
    await work.run(insert(orders).values(**values, made_at=work.wall))
    rows = [
        {"order_number": order.number, "position": position, **asdict(part)}
        for position, part in enumerate(parts)
    ]
    await work.run_many(insert(tables.parts), rows)
    return order


async def order_opened(work: Work, number: str, handle: str) -> None:
    """The provider knows the order now."""
    fresh = (orders.c.number == number) & (orders.c.state == OrderState.NEW)
    await work.run(update(orders).where(fresh).values(state=OrderState.OPEN, handle=handle))


async def order_closed(work: Work, number: str) -> None:
    """Nobody can pay it any more, as far as the provider says."""
    waiting = (orders.c.number == number) & orders.c.state.in_(UNPAID)
    await work.run(update(orders).where(waiting).values(state=OrderState.CLOSED))


async def end_others(work: Work, case_number: str, paid: str = "") -> None:
    """Money came for this case on the order `paid`, or it was taken back: what the others would pay is not owed so any more. Their amount
    holds no longer, and they are closed at the provider soon (`query_silent_orders`). The case is held before its orders."""
    mine = select(tables.parts.c.order_number).where(tables.parts.c.case_number == case_number)
    holds = orders.c.state.in_(UNPAID) & (orders.c.number != paid) & (orders.c.expires_at > work.wall)
    ended = update(orders).where(holds, orders.c.number.in_(mine))
    await work.run(ended.values(expires_at=work.wall))


async def order(work: Work, number: str) -> Order | None:
    """The order of this number."""
    found = await _orders(work, select(orders).where(orders.c.number == number))
    return found[0] if found else None


async def unpaid_orders(work: Work, *, silent_only: bool) -> Sequence[Order]:
    """Orders nobody has told us the end of; `silent_only`: those older than the provider's first repetition, and those whose
    amount holds no longer."""
    waiting = select(orders).where(orders.c.state.in_(UNPAID))
    if silent_only:
        old = orders.c.made_at < work.wall - QUERY_AFTER
        waiting = waiting.where(old | (orders.c.expires_at < work.wall))
    return await _orders(work, waiting.order_by(orders.c.made_at, orders.c.number).limit(200))


async def claim_paid(work: Work, number: str) -> bool:
    """Mark an order paid; False when it was booked before, however often the news comes."""
    unbooked = (orders.c.number == number) & (orders.c.state != OrderState.PAID)
    return bool((await work.run(update(orders).where(unbooked).values(state=OrderState.PAID))).rowcount)


async def impose(work: Work, number: str, fine: int) -> None:
    """The decision's principal, owed from now on. A fine of nothing moves nothing."""
    if fine:
        account = f"fine:{number}"
        await ledger.post(
            work, source="imposed", target=account, amount=fine, reason="decision", reference=number
        )


async def _usable(work: Work, openid: str, parts: Sequence[Part]) -> Order | None:
    """An open order of this account that pays exactly these parts."""
    usable = (
        (orders.c.case_number == parts[0].case_number)
        & (orders.c.openid == openid)
        & (orders.c.total == sum(part.total for part in parts))
        & orders.c.state.in_(UNPAID)
        & (orders.c.expires_at > work.wall + timedelta(minutes=1))
    )
    found = await _orders(work, select(orders).where(usable).order_by(orders.c.made_at.desc()))
    return next((each for each in found if each.parts == tuple(parts)), None)


def _expiry(work: Work) -> datetime:
    """A civic span becomes a wall instant by adding the same duration."""
    midnight = at(work.today + timedelta(days=1), datetime.min.time())
    length = min(timedelta(minutes=work.city.tariff.payment.order_minutes), midnight - work.now)
    return work.wall + length


async def _orders(work: Work, which: Select[Any]) -> list[Order]:
    """With the parts of each."""
    rows = await work.all(which)
    paid: dict[str, list[Part]] = {row.number: [] for row in rows}
    mine = bulk.among(work, tables.parts.c.order_number, paid)
    ordered = select(tables.parts).where(mine).order_by(tables.parts.c.position)
    for row in await work.all(ordered) if rows else ():
        paid[row.order_number].append(Part(row.case_number, row.principal, row.surcharge, row.whole))
    return [_order(row, paid[row.number] or [_only_part(row)]) for row in rows]


def _only_part(row: Row[Any]) -> Part:
    """Of an order that a process of the version before made, while it was being replaced: the whole of one case."""
    return Part(row.case_number, row.total - row.surcharge, row.surcharge, whole=True)


def _order(row: Row[Any], parts: Sequence[Part]) -> Order:
    return Order(
        number=row.number,
        case_number=row.case_number,
        openid=row.openid,
        total=row.total,
        surcharge=row.surcharge,
        state=OrderState(row.state),
        handle=row.handle,
        expires_at=row.expires_at,
        parts=tuple(parts),
    )
