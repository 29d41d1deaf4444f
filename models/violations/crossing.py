"""A payment at the counter and one by WeChat Pay of the same case: the counter's stands, and WeChat Pay's goes back, by itself and to whom
it came from, instead of cash that somebody has to fetch (docs/decisions/0026).

What WeChat Pay's brought is moved to the counter's, the surcharge included that was not owed because the bank had the money earlier.
"""

from typing import Any

from sqlalchemy import select, update

from models.base import audit
from models.base.db import Work
from models.violations import store
from models.violations.amount_rules import surcharge
from models.violations.booking import SURPLUS, Received
from models.violations.counter_rules import Moved, Till, take_over
from models.violations.payments import Order
from models.violations.refund_rules import RefundState
from models.violations.tables import ledger, parts, payments, refunds

RETURNED, OWED = "surcharge returned", "surcharge owed back"  # reasons of postings


async def way_back(
    work: Work, order: Order, received: Received, number: str, surplus: int
) -> tuple[str, int]:
    """Which payment goes back for so much (fen) that was not needed on a case that is held, and how much of it: its own, or WeChat Pay's
    of the same case where the money came at the counter and one of WeChat Pay's brought as much."""
    if received.till is not Till.COUNTER:
        return received.number, surplus
    for paid in await _by_wechat(work, number):
        if moved := take_over(surplus, paid.paid_principal, paid.paid_surcharge):
            await _move(work, paid, order.number, number, moved)
            over = await _no_longer_owed(work, number)
            over = min(over, paid.paid_surcharge - moved.surcharge)
            if over:
                await _return_surcharge(work, paid, order.number, number, over)
            details = {"order": order.number, "instead_of": paid.order_number, "fen": surplus + over}
            await audit.record(work, "payment.crossed", f"case {number}", **details)
            return paid.transaction_id, surplus + over
    return received.number, surplus


async def _by_wechat(work: Work, number: str) -> list[Any]:
    """What WeChat Pay brought to a case and is not on its way back, the newest first; held."""
    live = (refunds.c.state != RefundState.REPLACED) & (refunds.c.case_number == number)
    gone = (
        select(refunds.c.number).where(live, refunds.c.transaction_id == payments.c.transaction_id).exists()
    )
    columns = (
        payments.c.transaction_id,
        parts.c.order_number,
        parts.c.paid_principal,
        parts.c.paid_surcharge,
    )
    booked = payments.join(parts, parts.c.order_number == payments.c.order_number)
    mine = (parts.c.case_number == number) & (payments.c.till == Till.WECHAT) & ~gone
    newest = (payments.c.booked_at.desc(), payments.c.transaction_id)
    taken = parts.c.paid_principal + parts.c.paid_surcharge > 0
    found = select(*columns).select_from(booked).where(mine, taken).order_by(*newest)
    return list(await work.all(found.with_for_update(of=payments)))


async def _move(work: Work, paid: Any, to: str, number: str, moved: Moved) -> None:
    """From what was booked on one order to another; their surplus the other way."""
    total = moved.principal + moved.surcharge
    for order, sign in ((paid.order_number, -1), (to, 1)):
        part = (parts.c.order_number == order) & (parts.c.case_number == number)
        values: dict[Any, Any] = {
            parts.c.paid_principal: parts.c.paid_principal + sign * moved.principal,
            parts.c.paid_surcharge: parts.c.paid_surcharge + sign * moved.surcharge,
            parts.c.surplus: parts.c.surplus - sign * total,
        }
        await work.run(update(parts).where(part).values(values))
        kept = update(payments).where(payments.c.order_number == order)
        await work.run(kept.values(surplus=payments.c.surplus - sign * total))


async def _no_longer_owed(work: Work, number: str) -> int:
    """How much more surcharge was taken than was owed, with each fen paid on the day on which it was (fen)."""
    case = await store.case(work, number)
    if case is None or case.fine is None:
        return 0
    suspended = (*case.suspensions, *case.rests)
    payment = work.city.tariff.payment
    owed = surcharge(case.fine, case.due_on, work.today, payment, suspended, case.paid)
    return max(0, sum(part.surcharge for part in case.paid) - owed) if not case.payable else 0


async def _return_surcharge(work: Work, paid: Any, to: str, number: str, over: int) -> None:
    """It was never owed: taken off the fine, and owed back."""
    part = (parts.c.order_number == paid.order_number) & (parts.c.case_number == number)
    less = {"paid_surcharge": parts.c.paid_surcharge - over, "surplus": parts.c.surplus + over}
    await work.run(update(parts).where(part).values(**less))
    mine = update(payments).where(payments.c.order_number == paid.order_number)
    await work.run(mine.values(surplus=payments.c.surplus + over))
    account, reference = f"fine:{number}", f"{to} {number}"
    for source, target, reason in ((SURPLUS, account, OWED), (account, "imposed", RETURNED)):
        await ledger.post(work, source=source, target=target, amount=over, reason=reason, reference=reference)
