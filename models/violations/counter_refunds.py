"""Money of the counter that goes back: there is no account to send it to, so its owner fetches it at the counter, and an officer enters
that it was given back, with the number of the receipt that was signed for it.

Until then it is a matter of the desk (topic `counter_refund`). Locks: the number of the receipt, then the refund.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update

from models.base import audit
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import Refusal
from models.base.locks import alone
from models.base.money import Fen
from models.base.texts import texts
from models.identity import acts as identity
from models.post import desk, outbox
from models.post.notices import Channel, Kind
from models.violations import officer_acts, reversing
from models.violations.counter_rules import Till
from models.violations.refund_rules import RefundState, Why
from models.violations.tables import cases, payments, refunds

TOPIC = "counter_refund"
TO_FETCH = Kind("refund_at_counter", channels=(Channel.CHAT,), chat_else_sms=True)
REPAID = Kind("refund_repaid", channels=(Channel.CHAT,), chat_else_sms=True)
KINDS = (TO_FETCH, REPAID)


@dataclass(frozen=True, slots=True)
class Repaid:
    """So many fen were given back at the counter. `new` is False where that was on record already."""

    refund: str
    case: str
    amount_fen: int
    receipt: str
    new: bool


async def ask_to_fetch(work: Work, refund: str, number: str, amount: Fen, why: Why, person_id: int) -> None:
    """It is owed from now on: the citizen is told where it waits, and the desk that it does."""
    await desk.open_ticket(work, TOPIC, f"refund {refund}", person_id)
    words = texts((await identity.contact(work, person_id)).language)
    handling = work.city.tariff.handling
    params = {
        "number": number,
        "amount": amount,
        "why": words.say(f"refund.why.{why}"),
        "counter": words.pick(handling.counter, handling.counter_en),
    }
    await outbox.queue(work, TO_FETCH, subject=number, once=refund, person_id=person_id, params=params)


async def repay(work: Work, refund: str, officer: str, receipt_no: str, day: date, reasons: str) -> Repaid:
    """It was given back on that civic day. The same entry again changes nothing.

    Raises Refusal: it goes back by WeChat Pay, was given back before, the receipt is another refund's, or the day cannot be right.
    """
    await alone(work, f"repaid receipt {receipt_no}")
    row = await _held(work, refund)
    told = Repaid(refund, row.case_number, row.amount, receipt_no, new=row.state == RefundState.OWED)
    if not told.new:
        if row.receipt_no != receipt_no:
            raise Refusal("officer.repaid_before", number=refund, receipt=row.receipt_no)
        return told
    await _check(work, row, receipt_no, day)
    values = {"state": RefundState.DONE, "receipt_no": receipt_no, "ended_at": work.now}
    await work.run(update(refunds).where(refunds.c.number == refund).values(**values))
    await reversing.refunded(work, refund, row.amount, Why(row.reason))
    await desk.settled(work, f"refund {refund}", TOPIC, outcome=f"given back: {receipt_no}")
    await officer_acts.keep(work, row.case_number, "repay", officer, reasons)
    person = int(await work.scalar(select(cases.c.liable_id).where(cases.c.number == row.case_number)))
    subject = f"case {row.case_number}"
    details = {"refund": refund, "fen": row.amount, "receipt": receipt_no, "officer": officer}
    await audit.record(work, "refund.repaid", subject, person_id=person, **details)
    params = {"number": row.case_number, "amount": Fen(row.amount), "day": day, "receipt": receipt_no}
    await outbox.queue(work, REPAID, subject=row.case_number, once=refund, person_id=person, params=params)
    return told


async def _held(work: Work, refund: str) -> Any:
    """The refund and its payment's till. Raises Refusal for one that is not fetched at the counter."""
    mine = select(refunds, payments.c.till).select_from(refunds.join(payments))
    row = await work.first(mine.where(refunds.c.number == refund).with_for_update(of=refunds))
    if row is None:
        raise Refusal("officer.no_refund", number=refund)
    if row.till != Till.COUNTER:
        raise Refusal("officer.refund_by_wechat", number=refund)
    return row


async def _check(work: Work, row: Any, receipt_no: str, day: date) -> None:
    used: str | None = await work.scalar(
        select(refunds.c.number).where(refunds.c.receipt_no == receipt_no).limit(1)
    )
    if used:
        raise Refusal("officer.repaid_receipt", receipt=receipt_no, number=used)
    since = row.owed_at.astimezone(CITY_ZONE).date()
    if not since <= day <= work.today:
        raise Refusal("officer.repaid_day", number=row.number, since=since, today=work.today)
