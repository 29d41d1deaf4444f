"""延期 / defer, 分期 / instalments: more time, or parts, for who cannot pay at once (APL 66). An officer answers.

延期 442012003481 这个月失业了           asks at once; 延期 alone shows what was asked before, and asks step by step
分期 442012003481 3 这个月失业了         in three parts
撤回延期 442012003481                   takes it back, asked or granted
"""

import re

from handlers.routing import Conversation, Draft, Reply, tidied, writing
from models.base.errors import BadInput, Refusal
from models.base.money import Fen
from models.flows import plan as flow
from models.violations import acts as violations
from models.violations import plans
from models.violations.acts import Case, read_case_number
from models.violations.plan_rules import LEAST_INSTALMENTS, PlanKind, PlanState
from models.violations.plans import Plan

SHOWN = 3
LEAST_REASON = 4  # characters; fewer say nothing that could be looked into
NUMBER_FIRST = re.compile(r"((?:[0-9][ \-]?){11}[0-9])(?![0-9])[\s,.:、。]*")
COUNT_FIRST = re.compile(r"([0-9]{1,2}) ?(?:份|期|次|parts?\b)?(?![0-9])[\s,.:、。]*")
WORDS = {PlanKind.DEFERRAL: "延期", PlanKind.INSTALMENTS: "分期"}
DRAFTS = {PlanKind.DEFERRAL: "defer", PlanKind.INSTALMENTS: "instalments"}


@writing("延期", "缓缴", "defer", "deferral", argument=True)
async def defer(talk: Conversation) -> Reply:
    """Ask to pay later: number and reason, at once or one after the other."""
    return await _ask(talk, PlanKind.DEFERRAL)


@writing("分期", "instalments", "instalment", "installments", argument=True)
async def instalments(talk: Conversation) -> Reply:
    """Ask to pay in parts: number, how many, and reason."""
    return await _ask(talk, PlanKind.INSTALMENTS)


@writing("撤回延期", "撤回分期", "withdraw plan", argument=True, listed=False)
async def withdraw_plan(talk: Conversation) -> Reply:
    """Take back what was asked or granted; without a number the one that waits or runs."""
    if talk.argument:
        number = read_case_number(talk.argument)
    else:
        mine = [each for each in await plans.of_person(talk.work, talk.person) if each.open]
        if len(mine) != 1:
            raise Refusal("plan.which_open" if mine else "plan.none_open")
        number = mine[0].case_number
    ended = await flow.withdraw(talk.work, talk.person, number)
    said = talk.say("plan.withdrawn", number=number, kind=_kind(talk, ended.kind))
    return talk.reply(said, actions=[("pay", f"缴款 {number}"), ("see_details", f"案件 {number}")])


async def _ask(talk: Conversation, kind: PlanKind) -> Reply:
    """As far as it is told: which case, into how many parts, why; or filed."""
    have = dict(talk.draft.have) if talk.draft and talk.draft.command == DRAFTS[kind] else {}
    reason = tidied(talk.argument)
    if found := NUMBER_FIRST.match(f"{reason} "):
        have, reason = {"number": read_case_number(found[1])}, reason[found.end() :]
    if "number" not in have:
        return await _overview(talk, kind)
    if kind is PlanKind.INSTALMENTS and "count" not in have:
        return await _with_count(talk, have["number"], reason)
    return await _why(talk, kind, have, reason)


async def _with_count(talk: Conversation, number: str, rest: str) -> Reply:
    """Into how many parts; then the reason."""
    most = talk.work.city.tariff.plans.most_instalments
    found = COUNT_FIRST.match(f"{rest} ")
    if found is None:
        await flow.check(talk.work, talk.person, number)
        said = talk.say("plan.how_many", number=number, least=str(LEAST_INSTALMENTS))
        return talk.reply(said, draft=Draft("instalments", {"number": number}))
    if not LEAST_INSTALMENTS <= int(found[1]) <= most:
        raise BadInput("plan.wrong_count", number=number, least=str(LEAST_INSTALMENTS))
    have = {"number": number, "count": found[1]}
    return await _why(talk, PlanKind.INSTALMENTS, have, rest[found.end() :])


async def _why(talk: Conversation, kind: PlanKind, have: dict[str, str], reason: str) -> Reply:
    number, draft = have["number"], Draft(DRAFTS[kind], have)
    if not reason:
        await flow.check(talk.work, talk.person, number)
        return talk.reply(talk.say("plan.why", number=number), draft=draft)
    if len(reason) < LEAST_REASON:
        return talk.reply(talk.say("plan.too_short"), draft=draft)
    wished = int(have.get("count", "1"))
    asked = await flow.ask(talk.work, talk.person, number, kind, reason, wished)
    said = talk.say("plan.filed", number=number, kind=_kind(talk, kind), by=asked.answer_by)
    actions = [("see_plans", "延期"), ("withdraw_plan", f"撤回延期 {number}")]
    return talk.reply(said, talk.say("plan.meanwhile"), actions=actions)


async def _overview(talk: Conversation, kind: PlanKind) -> Reply:
    """What was asked and how it stands, and for what one may ask now."""
    asked = (await plans.of_person(talk.work, talk.person))[:SHOWN]
    cases = [case for case in await violations.open_cases(talk.work, talk.person) if _may(talk, case)]
    if not cases and not asked:
        raise Refusal("plan.none")
    lines = [await _state(talk, each) for each in asked]
    shown = cases[:SHOWN]
    actions = [("plan_case", f"{WORDS[kind]} {case.number}") for case in shown]
    actions += [("withdraw_plan", f"撤回延期 {each.case_number}") for each in asked if each.open][:1]
    question = talk.say(f"plan.which.{kind}") + talk.beyond(len(cases) - SHOWN) if cases else ""
    entries = [
        talk.say(
            "pay.entry",
            number=case.number,
            plate=case.plate,
            what=case.what(talk.texts),
            total=Fen(violations.bill_of(talk.work, case).total),
        )
        for case in shown
    ]
    return talk.reply(*lines, question, *entries, actions=actions)


def _may(talk: Conversation, case: Case) -> bool:
    """Worth offering; whether it can be asked for is said when it is."""
    if not case.payable or case.plan is not None:
        return False
    return violations.bill_of(talk.work, case).total >= talk.work.city.tariff.plans.least


async def _state(talk: Conversation, each: Plan) -> str:
    """One line."""
    amount, day, count = Fen(0), each.closed_on or each.answer_by, 0
    if each.state is PlanState.GRANTED:
        left = each.left(await violations.case_of(talk.work, each.person_id, each.case_number))
        amount, day, count = Fen(left[0].amount), left[0].due_on, len(left)
    answer = " ".join((each.answer or "").split())
    return talk.say(
        f"plan.state.{each.state}",
        number=each.case_number,
        kind=_kind(talk, each.kind),
        day=day,
        amount=amount,
        count=count,
        answer=answer,
    )


def _kind(talk: Conversation, kind: PlanKind) -> str:
    return talk.say(f"plan.kind.{kind}")
