"""Deferral and instalments, from asking to the end, and what they do to warnings and locks (violations + restrictions).

While a plan is asked for, or granted and kept, the surcharge stands still, nothing is announced as overdue, no warning runs and no
measure takes hold (domain 5). A grant lifts the lock that rests on the case; until the answer one that was there stays. Once a plan is
refused, broken or withdrawn all goes on: what is overdue is warned of anew, and the days run from then.

Order of locks, for all of it: the person, then the case, then the plan.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from models.base.db import Work
from models.base.errors import Refusal
from models.base.money import Fen
from models.flows import enforcement
from models.identity import acts as identity
from models.identity.rules import Plate
from models.post import outbox
from models.post.notices import Channel, Kind, Notice
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import plan_rules as rules
from models.violations import plans, store
from models.violations.plan_rules import PlanKind, PlanState
from models.violations.plans import Plan
from models.violations.rules import State


async def check(work: Work, person_id: int, number: str) -> None:
    """Raises Refusal when this person cannot ask for a plan for this case now: before a reason is asked for."""
    await plans.check(work, await violations.case_of(work, person_id, number))


async def ask(work: Work, person_id: int, number: str, kind: PlanKind, reason: str, wished: int = 1) -> Plan:
    """Ask for a later day, or for so many parts. Raises Refusal with the reason why not."""
    case = await _held(work, person_id, number)
    if case.liable_id != person_id:
        raise Refusal("case.unknown", number=number)
    asked = await plans.enter(work, case, kind, reason, wished)
    await restrictions.stop_warning(work, f"case {number}")
    return asked


async def withdraw(work: Work, person_id: int, number: str) -> Plan:
    """The citizen takes it back, asked or granted. Raises Refusal when there is nothing that waits or runs."""
    mine = [each for each in await plans.of_case(work, number) if each.open and each.person_id == person_id]
    if not mine:
        raise Refusal("plan.nothing_open", number=number)
    case = await _held(work, person_id, number)
    await plans.withdraw(work, mine[0])
    await _go_on(work, case, mine[0])
    return mine[0]


async def grant(work: Work, plan_id: int, officer: str, days: Sequence[date], reasons: str) -> Plan:
    """An officer grants the days of payment, one for a deferral. The lock that rests on the case is lifted, and the citizen is told.

    Raises Refusal: not these days, or it ended before (paid, withdrawn, answered by another).
    """
    plan, case = await _waiting(work, plan_id)
    granted = await plans.grant(work, plan, case, officer, days, reasons)
    await restrictions.lift(work, f"case {case.number}")
    first, last = granted.instalments[0], granted.instalments[-1]
    total = sum(each.amount for each in granted.instalments)
    figures = {"amount": Fen(first.amount), "by": first.due_on, "last": last.due_on, "total": Fen(total)}
    parts = {"parts": str(len(granted.instalments)), "reasons": reasons}
    await _tell(work, GRANTED[plan.kind], case, plan, figures | parts)
    return granted


async def refuse(work: Work, plan_id: int, officer: str, reasons: str) -> Plan:
    """An officer refuses, and the citizen reads why. Raises Refusal when it ended before."""
    plan, case = await _waiting(work, plan_id)
    await plans.refuse(work, plan, officer, reasons)
    await _tell(work, REFUSED, case, plan, {"reasons": reasons, **_open_today(work, case)})
    await _go_on(work, case, plan)
    return await plans.by_id(work, plan_id)


async def watch(work: Work) -> int:
    """What the morning brings: alerts for answers that are due, plans that were not kept broken, and reminders; returns how many."""
    return await plans.watch(work) + await _break_missed(work) + await _remind(work)


async def _break_missed(work: Work) -> int:
    missed = [plan for plan, case in await _running(work) if _is_missed(work, plan, case)]
    for person in sorted({plan.person_id for plan in missed}):
        await identity.hold(work, person)  # before the cases
    await store.states(work, [plan.case_number for plan in missed], hold=True)
    still = {
        plan.id for plan, case in await _running(work) if _is_missed(work, plan, case)
    }  # not paid meanwhile
    broken = [plan for plan in missed if plan.id in still]
    for plan in broken:
        await plans.break_(work, plan)
        case = await _known(work, plan.case_number)
        await _tell(work, BROKEN, case, plan, _open_today(work, case))
        await _go_on(work, case, plan)
    return len(broken)


async def _remind(work: Work) -> int:
    tariff = work.city.tariff.plans
    due = [
        (plan, case)
        for plan, case in await _running(work)
        if rules.is_reminded(plan.left(case), work.today, tariff)
    ]
    for plan, case in due:
        [coming, *_] = plan.left(case)
        figures = {"amount": Fen(coming.amount), "by": coming.due_on}
        await _tell(work, REMINDER, case, plan, figures, once=f"{plan.id} {work.today}")
    return len(due)


async def _running(work: Work, numbers: Collection[str] | None = None) -> list[tuple[Plan, store.Case]]:
    """Plans that were granted, all or those of these cases, each with its case as it is now."""
    granted = await plans.in_state(work, PlanState.GRANTED, numbers)
    cases = await store.cases_of(work, [plan.case_number for plan in granted]) if granted else {}
    return [(plan, cases[plan.case_number]) for plan in granted]


def _is_missed(work: Work, plan: Plan, case: store.Case) -> bool:
    return rules.is_missed(plan.left(case), work.today, work.city.tariff.plans)


async def _waiting(work: Work, plan_id: int) -> tuple[Plan, store.Case]:
    """One that waits for its answer, with its case, both held. Raises Refusal when it ended before."""
    plan = await plans.by_id(work, plan_id)
    case = await _held(work, plan.person_id, plan.case_number)
    plan = await plans.by_id(work, plan_id)  # as it stands, now that nobody else can end it
    if plan.state is not PlanState.ASKED:
        raise Refusal("officer.plan_ended", number=case.number)
    return plan, case


async def _held(work: Work, person_id: int, number: str) -> store.Case:
    """The case, once nobody else can move it. Raises Refusal for one that is not there."""
    await identity.hold(work, person_id)
    await store.states(work, [number], hold=True)
    return await _known(work, number)


async def _known(work: Work, number: str) -> store.Case:
    case = await store.case(work, number)
    if case is None:
        raise Refusal("case.unknown", number=number)
    return case


async def _go_on(work: Work, case: store.Case, plan: Plan) -> None:
    """What the plan had stopped goes on: an overdue case is warned of again, unless its measure was in force all the time."""
    if case.state is not State.OVERDUE:
        return
    if await restrictions.warn_anew(work, f"case {case.number}", case.liable_id):
        await enforcement.warn_again(work, case, once=f"plan-{plan.id}")


def _open_today(work: Work, case: store.Case) -> dict[str, Any]:
    """What is to be paid, now that the plan is over. The surcharge stood still to the end of this day."""
    return {"total": Fen(violations.bill_of(work, case).total)}


async def _tell(
    work: Work, kind: Kind, case: store.Case, plan: Plan, params: dict[str, Any], *, once: str = ""
) -> None:
    same = {
        "plate": Plate("", case.plate).masked,
        "number": case.number,
        "link": violations.link(work, case.number),
    }
    await outbox.queue(
        work,
        kind,
        subject=case.number,
        once=once or f"plan-{plan.id}",
        person_id=plan.person_id,
        params=same | params,
    )


async def _reminder_true(work: Work, notices: Sequence[Notice]) -> set[int]:
    """The plan runs still, and its next instalment is the one of the reminder."""
    found = await _running(work, {notice.subject for notice in notices})
    running = {case.number: plan.left(case) for plan, case in found}
    return {
        notice.id
        for notice in notices
        for left in (running.get(notice.subject),)
        if left and (left[0].due_on, left[0].amount) == (notice.params["by"], notice.params["amount"])
    }


def _answer(name: str) -> Kind:
    return Kind(name, channels=(Channel.CHAT,), chat_else_sms=True)


GRANTED = {
    PlanKind.DEFERRAL: _answer("deferral_granted"),
    PlanKind.INSTALMENTS: _answer("instalments_granted"),
}
REFUSED = _answer("plan_refused")
BROKEN = _answer("plan_broken")
REMINDER = Kind("instalment_reminder", still_true=_reminder_true)
KINDS = (*GRANTED.values(), REFUSED, BROKEN, REMINDER)
