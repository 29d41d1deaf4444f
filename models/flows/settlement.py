"""From the money to the unlock, in one unit of work: booked, case closed, restriction lifted, wallet and citizen told; and a held
licence given back where the payment was what was missing (violations + restrictions, licences through `full_score`)."""

from enum import StrEnum

from models.base import audit
from models.base.db import Work
from models.base.money import Fen
from models.base.ports import Trade, TradeState
from models.flows import full_score
from models.identity import acts as identity
from models.post import desk, outbox
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import notices, payments, store


class Settlement(StrEnum):
    """What became of a piece of news about an order."""

    BOOKED = "booked"  # the case is closed
    SURPLUS = "surplus"  # the money came, but the case was closed or cost more by then: it goes back
    ALREADY = "already"  # booked before
    NOT_PAID = "not_paid"  # nothing to book
    MISMATCH = "mismatch"  # not our order, or not its amount: nothing is booked, an officer looks


async def settle(work: Work, trade: Trade, *, app_id: str, merchant_id: str) -> Settlement:
    """Book a paid trade once, however often and in whatever order the news comes."""
    if trade.state is not TradeState.PAID:
        return Settlement.NOT_PAID
    order = await payments.order(work, trade.order_no)
    if order is None or not _matches(trade, order, app_id, merchant_id):
        await _report(work, trade)
        return Settlement.MISMATCH
    if not await payments.claim_paid(work, order.number):
        return Settlement.ALREADY
    case = await _case_of(work, order)
    await identity.hold(work, case.liable_id)  # the person before the case, as everywhere
    if await payments.book(work, order, trade, case):
        await restrictions.lift(work, f"case {case.number}")
        await full_score.clear_if_done(work, case.liable_id)
        await _send_receipt(work, order, case)
        return Settlement.BOOKED
    case = await _case_of(work, order)  # another payment may just have closed it
    await _announce_refund(work, order, case)
    return Settlement.SURPLUS


async def _case_of(work: Work, order: payments.Order) -> store.Case:
    case = await store.case(work, order.case_number)
    if case is None:
        raise LookupError(f"order {order.number} without its case")
    return case


def _matches(trade: Trade, order: payments.Order, app_id: str, merchant_id: str) -> bool:
    return (trade.app_id, trade.merchant_id, trade.currency, trade.total) == (
        app_id,
        merchant_id,
        "CNY",
        order.total,
    )


async def _report(work: Work, trade: Trade) -> None:
    subject = f"order {trade.order_no[:32]}"
    await audit.record(work, "payment.mismatch", subject, fen=trade.total)
    await desk.open_ticket(work, "payment_mismatch", subject)


async def _send_receipt(work: Work, order: payments.Order, case: store.Case) -> None:
    params = {
        "number": case.number,
        "amount": Fen(order.total),
        "day": work.today,
        "order": order.number,
        "link": violations.link(work, case.number),
    }
    receipt = notices.RECEIPT
    person = case.liable_id
    await outbox.queue(work, receipt, subject=case.number, once=order.number, person_id=person, params=params)


async def _announce_refund(work: Work, order: payments.Order, case: store.Case) -> None:
    ticket = await desk.open_ticket(work, "refund", f"order {order.number}", case.liable_id)
    link = violations.link(work, case.number)
    params = {"number": case.number, "amount": Fen(order.total), "ticket": ticket, "link": link}
    kind = notices.LATE if case.payable else notices.SURPLUS
    person = case.liable_id
    await outbox.queue(work, kind, subject=case.number, once=order.number, person_id=person, params=params)
