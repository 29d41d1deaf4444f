"""罚单 / fines: somebody's cases, and each by its number.

罚单            罚单 粤T12345            罚单 已办结 / fines closed        更多 / more  (the next page)
442012003481    案件 442012003481        照片 442012003481 / photos (what the camera saw)
"""

import re
from dataclasses import dataclass, replace

from handlers.routing import Card, Conversation, Reply, reading
from models.base.errors import Refusal
from models.base.money import Fen
from models.base.texts import CHINESE, ENGLISH
from models.identity.rules import read_plate
from models.violations import acts as violations
from models.violations import evidence, listing, nominations, plans, rules
from models.violations.acts import CASE_NUMBER, Case, read_case_number
from models.violations.listing import Screen, Wanted
from models.violations.plan_rules import PlanState

CIRCLED = "①②③④⑤⑥⑦⑧⑨"
# Characters of a conduct, and of a place, in a list; the case itself has them whole.
BRIEF = {CHINESE: 14, ENGLISH: 32}
PLACE = 12
PAGE = re.compile(r"第\s*([0-9]{1,4})\s*页|\bpage\s*([0-9]{1,4})\b|^([0-9]{1,3})$", re.IGNORECASE)
KIND = re.compile(r"(?:种类|\bkind)\s*([0-9]{2})\b", re.IGNORECASE)
CLOSED = re.compile(r"已办结|已处理|\bclosed\b|\bdone\b", re.IGNORECASE)
OPEN = re.compile(r"未办结|未处理|\bopen\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases, and which page of them."""

    wanted: Wanted
    page: int

    def text(self, kind: str = "") -> str:
        """What asks for the same, of one kind of plate where that is given."""
        wanted, kind = self.wanted, kind or self.wanted.kind
        parts = ["罚单", wanted.plate, f"种类{kind}" if kind else "", "已办结" if wanted.closed else ""]
        return " ".join(part for part in parts if part)


@reading("罚单", "违章", "违法", "fines", "fine", argument=True)
async def fines(talk: Conversation) -> Reply:
    """The cases of a person, the newest first: those that are open unless others are asked for, of one plate or of all."""
    asked = _asked(talk.argument)
    shown = await listing.screen(talk.work, talk.person, asked.wanted, asked.page)
    if shown.kinds:
        return _which_vehicle(talk, asked, shown)
    if not shown.cases:
        return _none(talk, asked.wanted)
    if shown.total == 1:
        only = shown.cases[0]
        actions = [("see_details", f"案件 {only.number}"), *_actions(only)]
        return talk.reply(_head(talk, asked, shown), *_entry(talk, only), actions=actions)
    return _list(talk, asked, shown)


@reading("案件", "案号", "case", argument=True, pattern=CASE_NUMBER)
async def case(talk: Conversation) -> Reply:
    """One case: what, where, when, what it costs today and later, by when, what it waits for, and what can be done now."""
    shown = await violations.case_of(talk.work, talk.person, read_case_number(talk.argument))
    overlays = await _overlays(talk, shown)
    return talk.reply(*_detail(talk, shown), *overlays, actions=_actions(shown))


@reading("照片", "现场照片", "photos", "photo", argument=True, listed=False)
async def photos(talk: Conversation) -> Reply:
    """A card that opens what the camera saw; for an hour, and only from here: the case's own page shows no picture."""
    if not talk.argument:
        raise Refusal("photos.how")
    shown = await violations.case_of(talk.work, talk.person, read_case_number(talk.argument))
    if not shown.photos:
        actions = [("see_details", f"案件 {shown.number}"), ("object", f"申诉 {shown.number}")]
        return talk.reply(talk.say("photos.none", number=shown.number), actions=actions)
    seen = await evidence.shown(talk.work, shown.number)
    text = talk.say("photos.link", count=shown.photos, number=shown.number, link=seen.page)
    title = talk.say("photos.title", number=shown.number)
    about = talk.say("photos.about", plate=shown.plate, at=shown.occurred_at, place=shown.place)
    return replace(talk.reply(text), card=Card(title, about, seen.page, seen.first))


def _asked(argument: str) -> Asked:
    """What is left of the text when page, kind and state are taken out is a plate. Raises BadInput for one that cannot be read."""
    page = PAGE.search(argument)
    kind = KIND.search(argument)
    closed = bool(CLOSED.search(argument))
    rest = argument
    for shape in (PAGE, KIND, CLOSED, OPEN):
        rest = shape.sub(" ", rest)
    plate = read_plate(rest).number if rest.strip() else ""
    number = next((int(group) for group in page.groups() if group), 1) if page else 1
    return Asked(Wanted(closed, plate, kind[1] if kind else ""), number)


def _none(talk: Conversation, wanted: Wanted) -> Reply:
    """Nothing of that sort; the other sort may be meant."""
    state = "closed" if wanted.closed else "open"
    other = ("see_open", "罚单") if wanted.closed else ("see_closed", "罚单 已办结")
    if wanted.plate:
        said = talk.say(f"fines.none_of_plate.{state}", plate=wanted.plate)
        return talk.reply(said, actions=[("see_fines", "罚单")])
    said = talk.say(f"fines.none.{state}")
    return talk.reply(said, actions=[("see_points", "记分"), ("see_help", "帮助"), other])


def _which_vehicle(talk: Conversation, asked: Asked, shown: Screen) -> Reply:
    """A lorry and a car may carry the same number: which is meant is asked, never guessed."""
    entries = [
        talk.say("fines.vehicle", mark=mark, vehicle=talk.say(f"plate.kind.{kind}"))
        for mark, kind in zip(CIRCLED, shown.kinds, strict=False)
    ]
    actions = [("see_vehicle", asked.text(kind=kind)) for kind in shown.kinds[: len(CIRCLED)]]
    return talk.reply(talk.say("fines.which_vehicle", plate=asked.wanted.plate), *entries, actions=actions)


def _list(talk: Conversation, asked: Asked, shown: Screen) -> Reply:
    entries = [_line(talk, mark, each) for mark, each in zip(CIRCLED, shown.cases, strict=False)]
    actions = [("see_case", f"案件 {each.number}") for each in shown.cases]
    if shown.page < shown.pages:
        actions.append(("see_more", f"{asked.text()} 第{shown.page + 1}页"))
    return talk.reply(_head(talk, asked, shown), *entries, actions=actions)


def _head(talk: Conversation, asked: Asked, shown: Screen) -> str:
    count = talk.say("fines.closed" if asked.wanted.closed else "fines.count", count=shown.total)
    if shown.pages == 1:
        return count
    return count + talk.say("fines.page", page=shown.page, pages=shown.pages)


def _entry(talk: Conversation, only: Case) -> tuple[str, str]:
    """The one case there is, in two lines."""
    facts = {"plate": only.plate, "number": only.number, "what": only.what(talk.texts)}
    head = talk.say("fines.entry", mark=CIRCLED[0], **facts, place=only.place, day=only.day)
    return head, "  " + _cost(talk, only) + _waiting(talk, only)


def _line(talk: Conversation, mark: str, each: Case) -> str:
    """One of several cases, in one line."""
    what = _brief(each.what(talk.texts), BRIEF[talk.texts.language])
    facts = {"plate": each.plate, "number": each.number, "what": what, "place": _brief(each.place, PLACE)}
    line = talk.say("fines.line", mark=mark, **facts, day=each.day, cost=_cost(talk, each))
    return line + _waiting(talk, each)


def _brief(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _waiting(talk: Conversation, each: Case) -> str:
    """What a case waits for, behind its cost; of a plan that runs the cost itself tells."""
    waits = talk.say(f"fines.waits.{each.nominated}") if each.nominated else ""
    objected = talk.say("fines.objected") if each.challenged else ""
    planned = talk.say("fines.plan.asked") if each.plan == PlanState.ASKED else ""
    return waits + objected + planned


def _cost(talk: Conversation, case: Case) -> str:
    """What it costs and by when, in one line."""
    if case.payable:
        bill = violations.bill_of(talk.work, case)
        key = "fines.cost.planned" if case.plan == PlanState.GRANTED else f"fines.cost.{case.state}"
        cost = talk.say(key, total=Fen(bill.total), surcharge=Fen(bill.surcharge), by=case.due_on or "")
        return cost + (talk.say("fines.paid_so_far", paid=Fen(bill.paid)) if bill.paid else "")
    if case.state in rules.CLOSED:
        return talk.say(f"case.state.{case.state}")
    if case.fine is None:
        return talk.say("fines.cost.open", words=case.fine_words, by=case.handle_by)
    if case.points is None:
        return talk.say("fines.cost.no_points", amount=Fen(case.fine), by=case.handle_by)
    return talk.say("fines.cost.undecided", amount=Fen(case.fine), points=case.points, by=case.handle_by)


def _detail(talk: Conversation, case: Case) -> tuple[str, ...]:
    vehicle = talk.say(f"plate.kind.{case.plate_kind}")
    facts = {"plate": case.plate, "vehicle": vehicle, "at": case.occurred_at, "place": case.place}
    said = talk.say("case.facts", **facts, what=case.what(talk.texts), basis=case.basis)
    head = talk.say("case.head", number=case.number, state=talk.say(f"case.state.{case.state}"))
    if case.state in rules.CLOSED:
        return head, said, talk.say(f"case.closed.{case.state}", day=case.closed_on or talk.today)
    return head, said, _cost(talk, case), _later(talk, case)


def _later(talk: Conversation, case: Case) -> str:
    """What the surcharge makes of it from the last day on, and where that ends."""
    if not case.fine or case.paused:
        return ""
    known = violations.lateness_of(talk.work, case)
    figures = {"daily": Fen(known.daily), "most": Fen(known.most)}
    if not case.payable or case.due_on is None:
        return talk.say("case.later.undecided", **figures)
    if known.capped_on is None:
        return ""
    if talk.today >= known.capped_on:
        return talk.say("case.later.capped", **figures)
    key = "case.later.due" if talk.today <= case.due_on else "case.later.overdue"
    left = violations.bill_of(talk.work, case).principal
    return talk.say(key, **figures, total=Fen(left), by=case.due_on, last=known.capped_on)


async def _overlays(talk: Conversation, case: Case) -> tuple[str, ...]:
    """What a case waits for, a line each; where it waits for nothing, how to name a driver (before a decision) or object. Of closed
    cases a paid one may wait: for a review."""
    waits = talk.say("case.objected") if case.challenged else await _driver(talk, case)
    if case.state in rules.CLOSED:
        return (waits,)
    return waits or talk.say(_way(case), number=case.number), await _plan(talk, case)


def _way(case: Case) -> str:
    """The sentence that says what else can be done: a driver named once, and not by who took it over; each objection once."""
    if not case.undecided and "objection" in case.answered:
        return "case.answered" if "review" in case.answered else "case.review"
    if "objection" in case.answered:
        return "case.answered" if case.came else "case.nominate"
    return "case.object" if case.undecided and not case.came else "case.object_decided"


async def _driver(talk: Conversation, case: Case) -> str:
    """Who was named as the driver, and by when there will be an answer."""
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
    seen = [("see_photos", f"照片 {case.number}")] if case.photos else []
    return [*_next_steps(case), *seen]


def _next_steps(case: Case) -> list[tuple[str, str]]:
    if case.challenged:
        objected = ("withdraw_objection", f"撤回申诉 {case.number}")
        return [("pay", f"缴款 {case.number}"), objected] if case.payable else [objected]
    if case.payable:
        planned = (
            ("withdraw_plan", f"撤回延期 {case.number}") if case.plan else ("defer", f"延期 {case.number}")
        )
        return [("pay", f"缴款 {case.number}"), *_objections(case), planned]
    if case.nominated:
        return [("withdraw", f"撤回 {case.number}")] if case.nominated == "open" else [("see_fines", "罚单")]
    if case.undecided:
        named = [] if case.came else [("nominate", f"转给 {case.number}")]
        return [("accept", f"接受 {case.number}"), *named, *_objections(case)]
    return [("see_fines", "罚单")]


def _objections(case: Case) -> list[tuple[str, str]]:
    """To the record or the decision; once that was answered, a review of a decision."""
    if "objection" not in case.answered:
        return [("object", f"申诉 {case.number}")]
    if case.payable and "review" not in case.answered:
        return [("review", f"复议 {case.number}")]
    return []
