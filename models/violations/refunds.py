"""Money that goes back the way it came: after a decision was taken back, or because more came than was owed. Asked for through the
outbox, under a number of ours; `refund_rules` says what may become of it.

WeChat Pay takes the same number again and again for one refund, so doubt is mended by asking again; it may take days on the way to a
bank, and the citizen is told when it has arrived: by its notification or by our own question, whichever is first. What was paid on a
case is owed back from one account, what was never owed from another (`reversing.refunded`). What came in at the counter is fetched there
(`counter_refunds`).

Locks: the payment, then its refunds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.base.money import Fen
from models.base.ports import RefundNews
from models.base.ports import RefundState as TheirState
from models.base.texts import texts
from models.identity import acts as identity
from models.post import desk, outbox
from models.post.notices import Channel, Kind, Notice, each
from models.violations import counter_refunds, officer_acts, reversing
from models.violations.counter_rules import Till
from models.violations.refund_rules import (
    SOURCES,
    RefundState,
    Why,
    may_be_tried_again,
    needs_another_number,
    refundable,
)
from models.violations.tables import cases, parts, payments, refunds

FAILED = "refund_failed"  # the topic at the desk
PAID_BY = select(refunds, payments.c.till).select_from(refunds.join(payments))
TWICE = "refund_odd"  # what WeChat Pay says of a refund that was otherwise ended, or of another amount


class Heard(StrEnum):
    """What became of news about a refund."""

    ENDED = "ended"  # it is done, or has failed
    NO_NEWS = "no_news"  # known before, or still on its way
    UNKNOWN = "unknown"  # not a number of ours
    ODD = "odd"  # another amount, or done although another took its place: an officer looks


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of so many fen; `code` is WeChat Pay's word for its failure, `tries` how often an officer had it tried again. `till`: who
    gives it back."""

    number: str
    transaction_id: str
    case_number: str
    amount: int
    why: Why
    state: RefundState
    code: str | None
    tries: int
    owed_at: datetime
    ended_at: datetime | None
    till: Till


async def pay_back(work: Work, number: str, person_id: int) -> int:
    """Ask for the return of whatever was booked on this case, which is owed back; returns the fen. Again changes nothing."""
    taken = parts.c.paid_principal + parts.c.paid_surcharge
    booked = payments.join(parts, parts.c.order_number == payments.c.order_number)
    mine = (
        select(payments, taken.label("taken"))
        .select_from(booked)
        .where(parts.c.case_number == number, taken > 0)
    )
    held = mine.order_by(payments.c.transaction_id).with_for_update(of=payments)
    owed = [
        (row, await _owe(work, row, number, row.taken, Why.VOIDED, person_id)) for row in await work.all(held)
    ]
    return sum(row.taken for row, new in owed if new)


async def give_back(
    work: Work, transaction_id: str, number: str, amount: int, why: Why, person_id: int
) -> Till | None:
    """Ask for the return of what a booked payment brought too much for this case (fen): by which way it goes; None when that was asked
    before."""
    mine = select(payments).where(payments.c.transaction_id == transaction_id).with_for_update()
    paid = await work.first(mine)
    if paid is None:
        raise LookupError(f"no payment {transaction_id}")
    return Till(paid.till) if await _owe(work, paid, number, amount, why, person_id) else None


async def heard(work: Work, news: RefundNews) -> Heard:
    """WeChat Pay says what became of a refund. However often, and by whatever way it comes, it ends once."""
    row = await work.first(select(refunds).where(refunds.c.number == news.refund_no).with_for_update())
    if row is None:
        return Heard.UNKNOWN
    if news.state is TheirState.UNDER_WAY:
        return Heard.NO_NEWS
    replaced = news.state is TheirState.DONE and row.state == RefundState.REPLACED
    if replaced or (news.amount and news.amount != row.amount):
        await audit.record(work, "refund.odd", f"case {row.case_number}", refund=row.number, fen=news.amount)
        await desk.open_ticket(work, TWICE, f"refund {row.number}")
        return Heard.ODD
    state = RefundState.DONE if news.state is TheirState.DONE else RefundState.FAILED
    ended = await _end(work, row.number, state, code=None if state is RefundState.DONE else news.state)
    return Heard.ENDED if ended else Heard.NO_NEWS


async def try_again(work: Work, number: str, officer: str, reasons: str) -> str:
    """An officer has a failed refund tried again; returns the number under which: the same, or a new one where WeChat Pay has closed it.

    Raises Refusal for one that has not failed: it is under way, has arrived, or another officer was first.
    """
    row = await work.first(select(refunds).where(refunds.c.number == number).with_for_update())
    if row is None:
        raise Refusal("officer.no_refund", number=number)
    if not may_be_tried_again(RefundState(row.state)):
        raise Refusal("officer.refund_not_failed", number=number)
    again = number
    tries = row.tries + 1
    if needs_another_number(row.code):
        await _move(work, number, RefundState.REPLACED)
        again = work.city.ids.order_no()
        same = {name: getattr(row, name) for name in ("transaction_id", "case_number", "amount", "reason")}
        owed = {"number": again, "state": RefundState.OWED, "tries": tries, "owed_at": work.now}
        await work.run(insert(refunds).values(**same, **owed))
    else:
        await _move(work, number, RefundState.OWED, code=None, tries=tries, ended_at=None)
    await desk.settled(work, f"refund {number}", FAILED, outcome=f"tried again: {again}")
    await officer_acts.keep(work, row.case_number, "refund", officer, reasons)
    person = await _person(work, row.case_number)
    subject = f"case {row.case_number}"
    details = {"refund": number, "again": again, "officer": officer}
    await audit.record(work, "refund.tried_again", subject, person_id=person, **details)
    await outbox.queue(work, REFUND, subject=again, once=f"refund {tries}", person_id=person)
    return again


async def by_number(work: Work, number: str) -> Refund:
    """Raises Refusal when there is none."""
    row = await work.first(PAID_BY.where(refunds.c.number == number))
    if row is None:
        raise Refusal("officer.no_refund", number=number)
    return _refund(row)


async def of_case(work: Work, number: str) -> list[Refund]:
    """All refunds of a case, the oldest first."""
    mine = PAID_BY.where(refunds.c.case_number == number)
    return [_refund(row) for row in await work.all(mine.order_by(refunds.c.owed_at, refunds.c.number))]


async def _owe(work: Work, paid: Any, number: str, amount: int, why: Why, person_id: int) -> bool:
    """Of a payment that is held. Never more than came; once for each case and reason, False the second time."""
    live = (refunds.c.transaction_id == paid.transaction_id) & (refunds.c.state != RefundState.REPLACED)
    before = await work.all(select(refunds.c.case_number, refunds.c.reason, refunds.c.amount).where(live))
    if (number, why) in {(row.case_number, row.reason) for row in before}:
        return False
    if amount > refundable(paid.amount, [row.amount for row in before]):
        raise ValueError(f"more would go back of payment {paid.transaction_id} than came")
    row = {
        "number": work.city.ids.order_no(),
        "transaction_id": paid.transaction_id,
        "case_number": number,
        "amount": amount,
        "reason": why,
        "state": RefundState.OWED,
        "owed_at": work.now,
    }
    await work.run(insert(refunds).values(row))
    details = {"refund": row["number"], "fen": amount, "why": why.value}
    await audit.record(work, "refund.owed", f"case {number}", person_id=person_id, **details)
    if paid.till == Till.COUNTER:
        await counter_refunds.ask_to_fetch(work, str(row["number"]), number, Fen(amount), why, person_id)
    else:
        await outbox.queue(work, REFUND, subject=str(row["number"]), once="refund", person_id=person_id)
    return True


async def _what_to_refund(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """For the wire; raises KeyError for a refund that is not there. `asked_before`: it may be known there, whatever this row says."""
    columns = (refunds, payments.c.amount.label("paid"))
    mine = bulk.among(work, refunds.c.number, {notice.subject for notice in notices})
    found = await work.all(select(*columns).select_from(refunds.join(payments)).where(mine))
    rows = {row.number: row for row in found}
    return {
        notice.id: {
            "transaction_id": row.transaction_id,
            "amount": row.amount,
            "total": row.paid,
            "reason": row.reason,
            "asked_before": row.tries > 0,
        }
        for notice in notices
        for row in (rows[notice.subject],)
    }


async def _still_owed(work: Work, notices: Sequence[Notice]) -> set[int]:
    mine = bulk.among(work, refunds.c.number, {notice.subject for notice in notices})
    owed = select(refunds.c.number).where(mine, refunds.c.state == RefundState.OWED)
    numbers = {row.number for row in await work.all(owed)}
    return {notice.id for notice in notices if notice.subject in numbers}


async def _refunded(work: Work, notice: Notice) -> None:
    await _end(work, notice.subject, RefundState.DONE)


async def _not_refunded(work: Work, notice: Notice) -> None:
    """WeChat Pay will not, or cannot: the account is closed, say."""
    why: str | None = await work.scalar(select(outbox.outbox.c.reason).where(outbox.outbox.c.id == notice.id))
    await _end(work, notice.subject, RefundState.FAILED, code=why)


async def _end(work: Work, number: str, state: RefundState, *, code: str | None = None) -> bool:
    """False when it had come to this end, or a better one, before. What arrived is booked, and told; what failed is for a person."""
    row = await _move(work, number, state, code=code, ended_at=work.now)
    if row is None:
        return False
    person = await _person(work, row.case_number)
    details = {"refund": number, "fen": row.amount} | ({"code": code} if code else {})
    await audit.record(work, f"refund.{state}", f"case {row.case_number}", person_id=person, **details)
    if state is RefundState.FAILED:
        await desk.open_ticket(work, FAILED, f"refund {number}", person)
        return True
    await desk.settled(work, f"refund {number}", FAILED, outcome="arrived")
    await reversing.refunded(work, number, row.amount, Why(row.reason))
    language = (await identity.contact(work, person)).language
    params = {
        "number": row.case_number,
        "amount": Fen(row.amount),
        "day": work.today,
        "why": texts(language).say(f"refund.why.{row.reason}"),
    }
    await outbox.queue(work, REFUNDED, subject=row.case_number, once=number, person_id=person, params=params)
    return True


async def _move(work: Work, number: str, state: RefundState, **values: Any) -> Any:
    """The row as it is now; None when it was in no state from which that is reached."""
    allowed = (refunds.c.number == number) & refunds.c.state.in_(sorted(SOURCES[state]))
    moved = update(refunds).where(allowed).values(state=state, **values).returning(*refunds.c)
    return await work.first(moved)


async def _person(work: Work, case_number: str) -> int:
    """Who is told: whoever the case is laid to. The payer hears of it from WeChat Pay."""
    return int(await work.scalar(select(cases.c.liable_id).where(cases.c.number == case_number)))


def _refund(row: Any) -> Refund:
    return Refund(
        number=row.number,
        transaction_id=row.transaction_id,
        case_number=row.case_number,
        amount=row.amount,
        why=Why(row.reason),
        state=RefundState(row.state),
        code=row.code,
        tries=row.tries,
        owed_at=row.owed_at,
        ended_at=row.ended_at,
        till=Till(row.till),
    )


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
KINDS = (REFUND, REFUNDED, *counter_refunds.KINDS)
