"""Money that goes back the way it came, once a decision is taken back: asked for through the outbox, under a number of ours.

    owed -> done | failed: a person must look

WeChat Pay takes the same number again and again for one refund, so doubt is mended by asking again; it may take days on the way to a
bank, and the citizen is told when it has arrived. `reversing.OWED_BACK` is settled in the same unit of work.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.money import Fen
from models.post import desk, outbox
from models.post.notices import Channel, Kind, Notice, each
from models.violations.reversing import OWED_BACK
from models.violations.tables import ledger, parts, payments, refunds


class RefundState(StrEnum):
    """What has become of it."""

    OWED = "owed"
    DONE = "done"
    FAILED = "failed"


async def pay_back(work: Work, number: str, person_id: int) -> int:
    """Ask for the return of whatever was booked on this case, which is owed back; returns the fen. Again changes nothing."""
    taken = parts.c.paid_principal + parts.c.paid_surcharge
    asked = (refunds.c.transaction_id == payments.c.transaction_id) & (refunds.c.case_number == number)
    unasked = ~select(refunds.c.number).where(asked).exists()
    booked = payments.join(parts, parts.c.order_number == payments.c.order_number)
    mine = (parts.c.case_number == number) & (taken > 0) & unasked
    columns = (payments.c.transaction_id, taken.label("amount"))
    paid = await work.all(select(*columns).select_from(booked).where(mine))
    for payment in paid:
        refund_no = work.city.ids.order_no()
        row = {
            "number": refund_no,
            "transaction_id": payment.transaction_id,
            "case_number": number,
            "amount": payment.amount,
            "state": RefundState.OWED,
            "owed_at": work.now,
        }
        await work.run(insert(refunds).values(row))
        await outbox.queue(work, REFUND, subject=refund_no, once="refund", person_id=person_id)
    return sum(payment.amount for payment in paid)


async def _what_to_refund(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """For the wire: `amount` of a payment of `total`; raises KeyError for a refund that is not there."""
    mine = bulk.among(work, refunds.c.number, {notice.subject for notice in notices})
    columns = (refunds.c.number, refunds.c.transaction_id, refunds.c.amount, payments.c.amount.label("total"))
    found = await work.all(select(*columns).select_from(refunds.join(payments)).where(mine))
    rows = {row.number: row for row in found}
    named = ("transaction_id", "amount", "total")
    return {notice.id: {name: getattr(rows[notice.subject], name) for name in named} for notice in notices}


async def _still_owed(work: Work, notices: Sequence[Notice]) -> set[int]:
    rows = await _rows(work, notices)
    owed = {number for number, row in rows.items() if row.state == RefundState.OWED}
    return {notice.id for notice in notices if notice.subject in owed}


async def _refunded(work: Work, notice: Notice) -> None:
    """It has arrived: booked, and told."""
    row = await _end(work, notice, RefundState.DONE)
    if row is None:
        return
    await ledger.post(
        work, source="treasury", target=OWED_BACK, amount=row.amount, reason="refund", reference=row.number
    )
    params = {"number": row.case_number, "amount": Fen(row.amount), "day": work.today}
    person = notice.person_id
    await outbox.queue(
        work, REFUNDED, subject=row.case_number, once=row.number, person_id=person, params=params
    )


async def _not_refunded(work: Work, notice: Notice) -> None:
    """WeChat Pay will not, or cannot: the account is closed, say. A person calls."""
    if await _end(work, notice, RefundState.FAILED):
        await desk.open_ticket(work, "refund_failed", f"refund {notice.subject}", notice.person_id)


async def _end(work: Work, notice: Notice, state: RefundState) -> Any:
    """The row, or None when it had come to an end before."""
    owed = (refunds.c.number == notice.subject) & (refunds.c.state == RefundState.OWED)
    ended = update(refunds).where(owed).values(state=state, ended_at=work.now).returning(*refunds.c)
    row = await work.first(ended)
    if row:
        subject = f"case {row.case_number}"
        await audit.record(work, f"refund.{state}", subject, person_id=notice.person_id, fen=row.amount)
    return row


async def _rows(work: Work, notices: Sequence[Notice]) -> dict[str, Any]:
    mine = bulk.among(work, refunds.c.number, {notice.subject for notice in notices})
    return {row.number: row for row in await work.all(select(refunds).where(mine))}


REFUND = Kind(
    "refund",
    channels=(Channel.REFUND,),
    in_quiet_hours=True,
    still_true=_still_owed,
    moment=_what_to_refund,
    on_sent=each(_refunded),
    on_failed=_not_refunded,
)
REFUNDED = Kind("refund_done", channels=(Channel.CHAT,), chat_else_sms=True)
KINDS = (REFUND, REFUNDED)
