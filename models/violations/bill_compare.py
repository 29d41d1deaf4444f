"""One day's bill beside our books, both ways, as statements: each selects what differs, ordered by number, a page at a time.

Only what went through WeChat Pay: money of the counter stands on no bill of theirs. A payment belongs to the day on which it was paid in
China; a refund that has arrived must have stood on the bill of that day or of one before (`refunds.billed_on`).
"""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, not_, null, or_, select

from models.base.clock import at
from models.base.db import Work
from models.violations.bill_rules import AGREES, PAID, Differs, What
from models.violations.bill_tables import lines
from models.violations.counter_rules import Till
from models.violations.refund_rules import RefundState
from models.violations.tables import payments, refunds

PAGE = 500


def every(run: str, day: date) -> Iterator[tuple[Differs, What, Select[Any]]]:
    """All statements. Their columns: number, order_number, ours, theirs (fen), our_state, their_state."""
    for what, table, key in (
        (What.PAYMENT, payments, payments.c.transaction_id),
        (What.REFUND, refunds, refunds.c.number),
    ):
        mine = (lines.c.run == run) & (lines.c.what == what.value)
        both = lines.join(table, key == lines.c.number)
        state = literal("booked", String) if what is What.PAYMENT else refunds.c.state
        seen = _columns(lines.c.order_number, table.c.amount, lines.c.amount, state, lines.c.state)
        unknown = _columns(lines.c.order_number, null(), lines.c.amount, null(), lines.c.state)
        absent = select(*unknown).select_from(lines.outerjoin(table, key == lines.c.number))
        yield Differs.MISSING_HERE, what, absent.where(mine, key.is_(None))
        pairs = select(*seen).select_from(both).where(mine)
        yield Differs.OTHER_AMOUNT, what, pairs.where(table.c.amount != lines.c.amount)
        yield Differs.OTHER_STATE, what, pairs.where(_states_differ(what))
        yield Differs.TWICE, what, _twice(mine)
        listed = select(lines.c.line).where(mine, lines.c.number == key).exists()
        yield Differs.MISSING_THERE, what, _ours(what, day).where(~listed)


async def pages(work: Work, statement: Select[Any]) -> AsyncIterator[list[Any]]:
    """What a statement finds, a page at a time, however much it is."""
    found = statement.subquery()
    after = ""
    while rows := list(
        await work.all(select(found).where(found.c.number > after).order_by(found.c.number).limit(PAGE))
    ):
        yield rows
        after = rows[-1].number


def _ours(what: What, day: date) -> Select[Any]:
    """What the bill of this day must have."""
    begin, end = span(day)
    if what is What.PAYMENT:
        paid = (payments.c.paid_at >= begin) & (payments.c.paid_at < end)
        booked = literal("booked", String)
        columns = _columns(payments.c.order_number, payments.c.amount, null(), booked, null())
        mine = payments.c.till == Till.WECHAT
        return select(payments.c.transaction_id.label("number"), *columns[1:]).where(paid, mine)
    ended = (refunds.c.ended_at >= begin) & (refunds.c.ended_at < end)
    arrived = ended & (refunds.c.state == RefundState.DONE) & refunds.c.billed_on.is_(None)
    columns = _columns(literal("", String), refunds.c.amount, null(), refunds.c.state, null())
    returned = select(refunds.c.number.label("number"), *columns[1:]).select_from(refunds.join(payments))
    return returned.where(arrived, payments.c.till == Till.WECHAT)


def span(day: date) -> tuple[datetime, datetime]:
    """The instants between which a civic day lies."""
    return at(day, time()), at(day + timedelta(days=1), time())


def _states_differ(what: What) -> ColumnElement[bool]:
    if what is What.PAYMENT:
        return lines.c.state != PAID
    agree = [and_(lines.c.state == word, refunds.c.state.in_(sorted(ours))) for word, ours in AGREES.items()]
    return not_(or_(*agree))


def _twice(mine: ColumnElement[bool]) -> Select[Any]:
    columns = _columns(func.min(lines.c.order_number), null(), func.max(lines.c.amount), null(), null())
    return select(*columns).where(mine).group_by(lines.c.number).having(func.count() > 1)


def _columns(order: Any, ours: Any, theirs: Any, our_state: Any, their_state: Any) -> list[Any]:
    """The same six of each statement."""
    named = {
        "number": lines.c.number,
        "order_number": order,
        "ours": ours,
        "theirs": theirs,
        "our_state": our_state,
        "their_state": their_state,
    }
    return [column.label(name) for name, column in named.items()]
