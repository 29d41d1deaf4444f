"""From the money to the unlock, in one unit of work: booked on each of its cases, what is paid closed, its restriction lifted, wallet
and citizen told; a held licence given back where the payment was what was missing (violations + restrictions, licences through
`full_score`)."""

from collections.abc import Mapping, Sequence
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
from models.violations import booking, counter, crossing, notices, payments, plans, refunds, store
from models.violations.booking import Booked, Received
from models.violations.counter_rules import Till
from models.violations.payments import OrderState
from models.violations.refund_rules import why_surplus


class Settlement(StrEnum):
    """What became of a piece of news about an order."""

    BOOKED = "booked"  # on at least one of its cases
    SURPLUS = "surplus"  # the money came, but its cases were closed or cost more by then: all of it goes back
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
    if order.state is OrderState.PAID:
        return Settlement.ALREADY
    cases = await held(work, [part.case_number for part in order.parts])  # before the order: see `end_others`
    if not await payments.claim_paid(work, order.number):
        return Settlement.ALREADY
    return await book(work, order, booking.by_wechat(work, order, trade), cases)


async def book(
    work: Work, order: payments.Order, received: Received, cases: Mapping[str, store.Case]
) -> Settlement:
    """What every payment does from here on, wherever it came in: the order is claimed or new, its cases are held."""
    booked = await booking.book(work, order, received, cases)
    for each in booked:
        await _follow(work, order, received, each)
    return Settlement.BOOKED if any(each.taken.paid for each in booked) else Settlement.SURPLUS


async def give_back(
    work: Work, transaction_id: str, order_no: str, number: str, amount: int, *, closed_by_it: bool
) -> None:
    """So much of a payment for this case (fen) was not needed: it goes back by itself, and the citizen is told how much and why.

    `closed_by_it`: the rest of it closed the case. Again changes nothing.
    """
    case = await _case(work, number)  # as it is now: another payment may just have closed it
    why, person = why_surplus(case.state, closed_by_it=closed_by_it), case.liable_id
    till = await refunds.give_back(work, transaction_id, number, amount, why, person)
    if till is Till.WECHAT:  # whoever has to fetch it at the counter is told that instead
        kind = notices.OF_SURPLUS[why]
        params = {"number": number, "amount": Fen(amount), "link": violations.link(work, number)}
        await outbox.queue(work, kind, subject=number, once=order_no, person_id=person, params=params)


async def held(work: Work, numbers: Sequence[str]) -> dict[str, store.Case]:
    """The cases, while nobody else can move them: the people before the cases, as everywhere."""
    known = await store.cases_of(work, numbers)
    for person in sorted({case.liable_id for case in known.values()}):
        await identity.hold(work, person)
    await store.states(work, numbers, hold=True)
    return await store.cases_of(work, numbers)


async def _follow(work: Work, order: payments.Order, received: Received, booked: Booked) -> None:
    """What a part's booking brings with it."""
    case = booked.case
    if booked.taken.paid:
        await payments.end_others(work, case.number, order.number)
    if booked.taken.closes:
        await restrictions.lift(work, f"case {case.number}")
        await plans.end_with_case(work, case.number, paid=True)
        await full_score.clear_if_done(work, case.liable_id)
        await _confirm(work, order, received, booked)
    elif booked.taken.paid:
        now = await _case(work, case.number)
        await _confirm(work, order, received, booked, left=Fen(violations.bill_of(work, now).total))
    if booked.taken.surplus:
        which, fen = await crossing.way_back(work, order, received, case.number, booked.taken.surplus)
        await give_back(work, which, order.number, case.number, fen, closed_by_it=booked.taken.closes)


async def _confirm(
    work: Work, order: payments.Order, received: Received, booked: Booked, **left: Fen
) -> None:
    """The money has come, and what is left today, if anything is, and how it can be paid."""
    number = booked.case.number
    params = {
        "number": number,
        "amount": Fen(booked.taken.paid),
        "link": violations.link(work, number),
        **left,
    }
    kinds = notices.OF_RECEIPT[received.till]
    if received.till is Till.COUNTER:
        bank, receipt = await counter.bank_of(work, order.number)
        params |= {"bank": bank, "receipt": receipt, "day": received.day}
    else:
        params |= {"order": order.number, "day": work.today}
    kind, person = kinds[bool(left)], booked.case.liable_id
    await outbox.queue(work, kind, subject=number, once=order.number, person_id=person, params=params)


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


async def _case(work: Work, number: str) -> store.Case:
    case = await store.case(work, number)
    if case is None:
        raise LookupError(f"no case {number}")
    return case
