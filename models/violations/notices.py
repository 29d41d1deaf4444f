"""What citizens are told of a case, and when it is still true."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.base import audit, bulk
from models.base.db import Work
from models.identity import acts as identity
from models.post import desk
from models.post.notices import Channel, Kind, Notice, each
from models.violations import rules, store
from models.violations.counter_rules import Till
from models.violations.refund_rules import Why
from models.violations.rules import State
from models.violations.tables import cases


def while_in(*states: State) -> Any:
    """Still true while the case is in one of these states, and still the reader's: a driver may have taken it over."""

    async def still_true(work: Work, notices: Sequence[Notice]) -> set[int]:
        held = await store.holders(work, {notice.subject for notice in notices}, states)
        return {notice.id for notice in notices if held.get(notice.subject) == notice.person_id}

    return still_true


async def _notified(work: Work, notices: Sequence[Notice]) -> None:
    """The owners have been told: the 30 days begin (PR 20)."""
    by = rules.handle_by(work.today, work.city.tariff.handling)
    told = {notice.subject: notice.person_id for notice in notices}
    moved = await store.move_all(work, told, State.NOTIFIED, notified_on=work.today, handle_by=by)
    events = [(f"case {number}", person_id) for number, person_id in told.items() if number in moved]
    await audit.record_all(work, "case.notified", events)


async def _handle_by(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """Thirty days from the day on which this is sent."""
    by = rules.handle_by(work.today, work.city.tariff.handling)
    return {notice.id: {"handle_by": by} for notice in notices}


async def _served(work: Work, notice: Notice) -> None:
    """A text serves a decision only with consent to electronic service; else a letter must (PR 55-56)."""
    if notice.person_id is None or not (await identity.contact(work, notice.person_id)).consent:
        await desk.open_ticket(work, "serve_by_letter", f"case {notice.subject}", notice.person_id)
        return
    due = rules.due_on(work.today, work.city.calendar, work.city.tariff.payment)
    if await store.move(work, notice.subject, State.SERVED, served_on=work.today, due_on=due):
        person = notice.person_id
        await audit.record(work, "case.served", f"case {notice.subject}", person_id=person, due_on=str(due))


async def _due_if_sent_today(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    due = rules.due_on(work.today, work.city.calendar, work.city.tariff.payment)
    return {notice.id: {"due_on": due} for notice in notices}


async def _not_reached(work: Work, notice: Notice) -> None:
    await desk.open_ticket(work, "not_reached", f"case {notice.subject}", notice.person_id)


async def _not_served(work: Work, notice: Notice) -> None:
    """What did not arrive did not serve: back to decided, and an officer sends a letter."""
    if await store.service_failed(work, notice.subject):
        await audit.record(work, "case.service_failed", f"case {notice.subject}", person_id=notice.person_id)
    await _not_reached(work, notice)


async def _due_reminder_true(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Served, unpaid, nothing holds it still, and the last day has not passed."""
    mine = bulk.among(work, cases.c.number, {notice.subject for notice in notices})
    current = await store.cases_in(work, State.SERVED, mine, cases.c.due_on >= work.today)
    waiting = {case.number for case in current if not case.paused}
    return {notice.id for notice in notices if notice.subject in waiting}


RECORDED = Kind(
    "violation_recorded",
    still_true=while_in(State.RECORDED),
    moment=_handle_by,
    on_sent=_notified,
    on_failed=_not_reached,
)
RECORDED_NO_AMOUNT = Kind(
    "violation_recorded_no_amount",
    still_true=while_in(State.RECORDED),
    moment=_handle_by,
    on_sent=_notified,
    on_failed=_not_reached,
)
UNDECIDED_REMINDER = Kind("undecided_reminder", still_true=while_in(*rules.UNDECIDED))
UNDECIDED_REMINDER_NO_AMOUNT = Kind("undecided_reminder_no_amount", still_true=while_in(*rules.UNDECIDED))
DECISION = Kind(
    "decision_made",
    still_true=while_in(State.DECIDED),
    moment=_due_if_sent_today,
    on_sent=each(_served),
    on_failed=_not_served,
)
DECISION_BY_LETTER = Kind(
    "decision_by_letter", still_true=while_in(State.DECIDED), on_sent=each(_served), on_failed=_not_served
)
DUE_REMINDER = Kind("due_reminder", still_true=_due_reminder_true)
PART_RECEIPT = Kind("payment_part", channels=(Channel.CHAT,), chat_else_sms=True)
RECEIPT = Kind("payment_receipt", channels=(Channel.CHAT,), chat_else_sms=True)
COUNTER_RECEIPT = Kind("payment_counter", channels=(Channel.CHAT,), chat_else_sms=True)
COUNTER_PART = Kind("payment_counter_part", channels=(Channel.CHAT,), chat_else_sms=True)
# What tells of a payment that closed its case, and of one that left something; by where it came in.
OF_RECEIPT = {Till.WECHAT: (RECEIPT, PART_RECEIPT), Till.COUNTER: (COUNTER_RECEIPT, COUNTER_PART)}
SURPLUS = Kind("payment_surplus", channels=(Channel.CHAT,), chat_else_sms=True)
LATE = Kind("payment_late", channels=(Channel.CHAT,), chat_else_sms=True)
WITHDRAWN = Kind("payment_withdrawn", channels=(Channel.CHAT,), chat_else_sms=True)
MORE = Kind("payment_more", channels=(Channel.CHAT,), chat_else_sms=True)
OF_SURPLUS = {Why.DOUBLE: SURPLUS, Why.LATE: LATE, Why.WITHDRAWN: WITHDRAWN, Why.MORE: MORE}
KINDS = (
    RECORDED,
    RECORDED_NO_AMOUNT,
    UNDECIDED_REMINDER,
    UNDECIDED_REMINDER_NO_AMOUNT,
    DECISION,
    DECISION_BY_LETTER,
    DUE_REMINDER,
    RECEIPT,
    PART_RECEIPT,
    COUNTER_RECEIPT,
    COUNTER_PART,
    *OF_SURPLUS.values(),
)
