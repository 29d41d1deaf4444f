"""Payment plans of a case: asked for, granted or refused, kept or broken. What they do to warnings and locks is a flow.

At most one of a case waits or runs (`uq_payment_plans_open`). Whoever asks, answers or ends one holds the person and the case, and moves
it from the states that allow it only, so of an answer and a payment, or two answers, one wins.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.base.money import Fen
from models.post import desk
from models.violations import acts, amount_rules, store
from models.violations import plan_rules as rules
from models.violations.challenge_rules import is_watched
from models.violations.plan_rules import Asking, Instalment, PlanKind, PlanState
from models.violations.plan_tables import PLANNED, plans
from models.violations.plan_tables import instalments as rows_of_plans

REASON = "payment_plans.reason"
ANSWER = "payment_plans.answer"
REASON_LENGTH = 500  # characters, as of an objection
TOPIC = "plan"
ALERT = "plan_due"


@dataclass(frozen=True, slots=True)
class Plan:
    """One of them. `wished` is into how many parts, `reason` the citizen's own, `answer` the officer's; `paid_before` the fen that were
    paid on the case before the grant, which its instalments do not count."""

    id: int
    case_number: str
    person_id: int
    kind: PlanKind
    state: PlanState
    wished: int
    reason: str
    asked_on: date
    answer_by: date
    answer: str | None
    paid_before: int
    closed_on: date | None
    instalments: tuple[Instalment, ...]

    @property
    def open(self) -> bool:
        return self.state in (PlanState.ASKED, PlanState.GRANTED)

    def left(self, case: store.Case) -> list[Instalment]:
        """What is still to be paid of it, the next first; nothing unless it was granted."""
        paid = sum(each.total for each in case.paid) - self.paid_before
        return rules.unpaid(self.instalments, paid)


async def of_case(work: Work, number: str) -> Sequence[Plan]:
    """A case's, the newest first."""
    return await _found(work, plans.c.case_number == number)


async def of_person(work: Work, person_id: int) -> Sequence[Plan]:
    """Somebody's, the newest first."""
    return await _found(work, plans.c.person_id == person_id)


async def open_of(work: Work, case: store.Case) -> Plan | None:
    """The one that waits or runs."""
    if case.plan is None:
        return None
    found = await _found(work, (plans.c.case_number == case.number) & PLANNED)
    return found[0] if found else None


async def by_id(work: Work, plan_id: int) -> Plan:
    """Raises Refusal for one that is not there."""
    found = await _found(work, plans.c.id == plan_id)
    if not found:
        raise Refusal("officer.no_plan")
    return found[0]


async def in_state(work: Work, state: PlanState, numbers: Collection[str] | None = None) -> Sequence[Plan]:
    """All that are in it, or those of these cases, the oldest first."""
    which = plans.c.state == state
    if numbers is not None:
        which &= bulk.among(work, plans.c.case_number, numbers)
    return list(reversed(await _found(work, which)))


async def check(work: Work, case: store.Case) -> None:
    """Raises Refusal with the reason why no plan can be asked for now."""
    asked = len(await of_case(work, case.number))
    open_ = acts.bill_of(work, case).total if case.payable else 0
    asking = Asking(case.state, case.due_on, open_, case.plan is not None, asked)
    if against := rules.obstacle(asking, work.today, work.city.tariff.plans):
        handling = work.city.tariff.handling
        counter = {"counter": handling.counter, "counter_en": handling.counter_en}
        raise Refusal(f"plan.{against}", number=case.number, **counter)


async def check_part(work: Work, payable: Sequence[store.Case], amount: int) -> None:
    """May so many fen be paid of these cases' bill? A part of one, from the tariff's smallest on, or its plan's next instalment.

    Raises Refusal with what may be.
    """
    if len(payable) > 1:
        raise Refusal("pay.part_of_one")
    case, payment = payable[0], work.city.tariff.payment
    bill = acts.bill_of(work, case)
    if amount_rules.part_fits(amount, bill, payment):
        return
    plan = await open_of(work, case)
    if plan and any(amount == each.amount for each in plan.left(case)[:1]):
        return
    key = (
        "pay.part_too_much"
        if amount > bill.total
        else "pay.part_small"
        if payment.smallest_part
        else "pay.no_part"
    )
    raise Refusal(key, number=case.number, total=Fen(bill.total))


async def enter(work: Work, case: store.Case, kind: PlanKind, reason: str, wished: int = 1) -> Plan:
    """Ask, for a person and a case that are held. Raises Refusal with the reason why not."""
    await check(work, case)
    row = {
        "case_number": case.number,
        "person_id": case.liable_id,
        "kind": kind,
        "state": PlanState.ASKED,
        "wished": wished,
        "reason": work.seal(reason[:REASON_LENGTH], REASON),
        "asked_on": work.today,
        "asked_at": work.now,
        "answer_by": rules.answer_by(work.today, work.city.calendar, work.city.tariff.plans),
    }
    asked = await by_id(work, int(await work.scalar(insert(plans).values(row).returning(plans.c.id))))
    subject = f"case {case.number}"
    await desk.open_ticket(work, TOPIC, subject, case.liable_id, due_on=asked.answer_by)
    details = {"plan": asked.id, "kind": kind.value, "answer_by": str(asked.answer_by)}
    await audit.record(work, "plan.asked", subject, person_id=case.liable_id, **details)
    return asked


async def grant(
    work: Work, plan: Plan, case: store.Case, officer: str, days: Sequence[date], reasons: str
) -> Plan:
    """Grant these days, what is open today spread over them. Raises Refusal: not these days, or another was first."""
    tariff = work.city.tariff.plans
    if wrong := rules.wrong_days(plan.kind, days, work.today, tariff):
        most = {"most": tariff.most_instalments, "days": _longest(work, plan.kind)}
        raise Refusal(f"officer.plan_{wrong}", number=case.number, **most)
    bill = acts.bill_of(work, case)
    granted = rules.instalments(bill.total, days, work.city.calendar)
    answered = {"decided_by": officer, "answer": work.seal(reasons, ANSWER), "paid_before": bill.paid}
    await _move(work, plan, PlanState.GRANTED, {PlanState.ASKED}, **answered)
    rows = [
        {"plan_id": plan.id, "position": position, "due_on": each.due_on, "amount": each.amount}
        for position, each in enumerate(granted)
    ]
    await work.run_many(insert(rows_of_plans), rows)
    return await by_id(work, plan.id)


async def refuse(work: Work, plan: Plan, officer: str, reasons: str) -> None:
    """Raises Refusal when another was first."""
    answered = {"decided_by": officer, "answer": work.seal(reasons, ANSWER), "closed_on": work.today}
    await _move(work, plan, PlanState.REFUSED, {PlanState.ASKED}, **answered)


async def withdraw(work: Work, plan: Plan) -> None:
    """The citizen takes it back. Raises Refusal when it ended a moment ago."""
    await _close(work, plan, PlanState.WITHDRAWN)


async def break_(work: Work, plan: Plan) -> None:
    """An instalment was missed, and the days of grace with it."""
    await _close(work, plan, PlanState.BROKEN)


async def end_with_case(work: Work, number: str, *, paid: bool) -> None:
    """Everything is paid, or the decision is gone: nothing is left to plan."""
    for plan in await of_case(work, number):
        if plan.open:
            kept = paid and plan.state is PlanState.GRANTED
            await _close(work, plan, PlanState.KEPT if kept else PlanState.ENDED)


async def watch(work: Work) -> int:
    """An alert for each answer that is due by the next working day, or late; returns how many."""
    due = [
        each
        for each in await in_state(work, PlanState.ASKED)
        if is_watched(each.answer_by, work.today, work.city.calendar)
    ]
    for each in due:
        await desk.open_ticket(work, ALERT, f"case {each.case_number}", each.person_id, due_on=each.answer_by)
    return len(due)


def _longest(work: Work, kind: PlanKind) -> int:
    tariff = work.city.tariff.plans
    return tariff.deferral_days if kind is PlanKind.DEFERRAL else tariff.instalment_days


async def _close(work: Work, plan: Plan, state: PlanState) -> None:
    await _move(work, plan, state, {PlanState.ASKED, PlanState.GRANTED}, closed_on=work.today)


async def _move(
    work: Work, plan: Plan, state: PlanState, sources: Collection[PlanState], **values: Any
) -> None:
    """From these states only; its tickets are settled, and it is on record. Raises Refusal when another was first."""
    mine = (plans.c.id == plan.id) & plans.c.state.in_(sorted(sources))
    if not (await work.run(update(plans).where(mine).values(state=state, **values))).rowcount:
        raise Refusal("plan.ended", number=plan.case_number)
    subject = f"case {plan.case_number}"
    await desk.settled(work, subject, TOPIC, ALERT, outcome=state)
    await audit.record(work, f"plan.{state}", subject, person_id=plan.person_id, plan=plan.id)


async def _found(work: Work, which: ColumnElement[bool]) -> list[Plan]:
    found = await work.all(select(plans).where(which).order_by(plans.c.id.desc()))
    granted: dict[int, list[Instalment]] = {row.id: [] for row in found}
    mine = bulk.among(work, rows_of_plans.c.plan_id, granted)
    ordered = select(rows_of_plans).where(mine).order_by(rows_of_plans.c.position)
    for row in await work.all(ordered) if found else ():
        granted[row.plan_id].append(Instalment(row.due_on, row.amount))
    return [_plan(work, row, granted[row.id]) for row in found]


def _plan(work: Work, row: Row[Any], granted: Sequence[Instalment]) -> Plan:
    return Plan(
        id=row.id,
        case_number=row.case_number,
        person_id=row.person_id,
        kind=PlanKind(row.kind),
        state=PlanState(row.state),
        wished=row.wished,
        reason=work.open(row.reason, REASON),
        asked_on=row.asked_on,
        answer_by=row.answer_by,
        answer=work.open(row.answer, ANSWER) if row.answer else None,
        paid_before=row.paid_before or 0,
        closed_on=row.closed_on,
        instalments=tuple(granted),
    )
