"""罚单 / fines: what is open, and each case by its number.

罚单            罚单 粤T12345            罚单 2  (second page)
442012003481    案件 442012003481
"""

import re

from handlers.routing import Conversation, Reply, reading
from models.base.money import Fen
from models.identity.rules import read_plate
from models.violations import acts as violations
from models.violations import nominations, plans
from models.violations.acts import CASE_NUMBER, Case, read_case_number
from models.violations.plan_rules import PlanState

PAGE = 3
CIRCLED = "①②③④⑤⑥⑦⑧⑨"
PAGE_NUMBER = re.compile(r"[0-9]{1,3}")


@reading("罚单", "违章", "违法", "fines", "fine", argument=True)
async def fines(talk: Conversation) -> Reply:
    """The open cases, the newest first, of one plate or of all."""
    cases = await violations.open_cases(talk.work, talk.person)
    page = 1
    if PAGE_NUMBER.fullmatch(talk.argument):
        page = max(1, int(talk.argument))
    elif talk.argument:
        plate = read_plate(talk.argument)
        cases = [case for case in cases if case.plate == plate.number]
        if not cases:
            return talk.reply(
                talk.say("fines.none_of_plate", plate=plate.number), actions=[("see_fines", "罚单")]
            )
    if not cases:
        return talk.reply(talk.say("fines.none"), actions=[("see_points", "记分"), ("see_help", "帮助")])
    return _list(talk, cases, page)


@reading("案件", "案号", "case", argument=True, pattern=CASE_NUMBER)
async def case(talk: Conversation) -> Reply:
    """One case: what, where, when, what it costs today, by when, and what can be done now."""
    shown = await violations.case_of(talk.work, talk.person, read_case_number(talk.argument))
    waits = [await _waits(talk, shown), await _plan(talk, shown)]
    return talk.reply(*_detail(talk, shown), *waits, actions=_actions(shown))


def _list(talk: Conversation, cases: list[Case], page: int) -> Reply:
    head = talk.say("fines.count", count=len(cases))
    if len(cases) == 1:
        actions = [("see_details", f"案件 {cases[0].number}"), *_actions(cases[0])]
        return talk.reply(head, *_entry(talk, 0, cases[0]), actions=actions)
    page = min(page, -(-len(cases) // PAGE))  # beyond the end: the last one
    shown = cases[(page - 1) * PAGE : page * PAGE]
    entries = [line for position, entry in enumerate(shown) for line in _entry(talk, position, entry)]
    actions = [("see_case", f"案件 {entry.number}") for entry in shown]
    if len(cases) > page * PAGE:
        actions.append(("see_more", f"罚单 {page + 1}"))
    return talk.reply(head, *entries, actions=actions)


def _entry(talk: Conversation, position: int, case: Case) -> tuple[str, str]:
    head = talk.say(
        "fines.entry",
        mark=CIRCLED[position],
        plate=case.plate,
        number=case.number,
        what=case.what(talk.texts),
        place=case.place,
        day=case.day,
    )
    waits = talk.say(f"fines.waits.{case.nominated}") if case.nominated else ""
    objected = talk.say("fines.objected") if case.challenged else ""
    planned = talk.say(f"fines.plan.{case.plan}") if case.plan else ""
    return head, "  " + _cost(talk, case) + waits + objected + planned


def _cost(talk: Conversation, case: Case) -> str:
    """What it costs and by when, in one line."""
    if case.payable:
        bill = violations.bill_of(talk.work, case)
        key = "fines.cost.planned" if case.plan == PlanState.GRANTED else f"fines.cost.{case.state}"
        cost = talk.say(key, total=Fen(bill.total), surcharge=Fen(bill.surcharge), by=case.due_on or "")
        return cost + (talk.say("fines.paid_so_far", paid=Fen(bill.paid)) if bill.paid else "")
    if case.fine is None:
        return talk.say("fines.cost.open", words=case.fine_words, by=case.handle_by)
    if case.points is None:
        return talk.say("fines.cost.no_points", amount=Fen(case.fine), by=case.handle_by)
    return talk.say("fines.cost.undecided", amount=Fen(case.fine), points=case.points, by=case.handle_by)


def _detail(talk: Conversation, case: Case) -> tuple[str, ...]:
    facts = talk.say(
        "case.facts",
        plate=case.plate,
        what=case.what(talk.texts),
        place=case.place,
        at=case.occurred_at,
        basis=case.basis,
    )
    head = talk.say("case.head", number=case.number, state=talk.say(f"case.state.{case.state}"))
    if case.state not in ("paid", "erased", "voided"):
        objected = talk.say("case.objected" if case.challenged else "case.object")
        return head, facts, _cost(talk, case), objected
    return head, facts, talk.say(f"case.closed.{case.state}", day=case.closed_on or talk.today)


async def _waits(talk: Conversation, case: Case) -> str:
    """Who was named as the driver, and what the case waits for."""
    asked = await nominations.live(talk.work, case.number) if case.nominated else None
    if asked is None:
        return ""
    name = (await nominations.names(talk.work, [asked]))[asked.driver_id]
    return talk.say(f"nominate.state.{asked.state}", number=case.number, name=name, by=asked.expires_on)


async def _plan(talk: Conversation, case: Case) -> str:
    """The payment plan that is asked for, or runs: what is next of it."""
    plan = await plans.open_of(talk.work, case)
    if plan is None:
        return ""
    left = plan.left(case)
    if not left:
        return talk.say("case.plan.asked", by=plan.answer_by)
    return talk.say("case.plan.granted", amount=Fen(left[0].amount), by=left[0].due_on, count=len(left))


def _actions(case: Case) -> list[tuple[str, str]]:
    if case.challenged:
        objected = ("withdraw_objection", f"撤回申诉 {case.number}")
        return [("pay", f"缴款 {case.number}"), objected] if case.payable else [objected]
    if case.payable:
        planned = (
            ("withdraw_plan", f"撤回延期 {case.number}") if case.plan else ("defer", f"延期 {case.number}")
        )
        return [("pay", f"缴款 {case.number}"), ("object", f"申诉 {case.number}"), planned]
    if case.nominated:
        return [("withdraw", f"撤回 {case.number}")] if case.nominated == "open" else [("see_fines", "罚单")]
    if case.undecided:
        return [
            ("accept", f"接受 {case.number}"),
            ("nominate", f"转给 {case.number}"),
            ("object", f"申诉 {case.number}"),
        ]
    return [("see_fines", "罚单")]
