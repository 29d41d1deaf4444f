"""加入 / join, 退出 / leave: a guardian and a class. 申请 / requests: whom a teacher lets in.

加入 K7X2M9QT            by the code of the class, or by scanning its QR code
退出 3-2                 out of it; the consent is taken back, too
申请                     who waits for the teacher's answer; 同意入班 12, 谢绝入班 12
"""

import re
from collections.abc import Sequence

from handlers.routing import Conversation, Draft, Reply, reading, writing
from models.base.errors import BadInput, Refusal
from models.identity.names import names_of
from models.identity.rules import tidy
from models.schools import members, membership
from models.schools.members import SchoolClass
from models.schools.membership import Match, Request

CODE = re.compile(r"[2-9A-HJ-NP-Z]{8}")
AGREE = ("同意", "AGREE")
MOST = 9  # as many as numbers can be tapped


@writing("加入", "join", argument=True)
async def join(talk: Conversation) -> Reply:
    """Whom the school's list names is in at once, after consenting; others ask the teacher. Nobody tries codes without being bound."""
    person = talk.myself
    code, agreed, said = _asked(talk)
    known = await members.by_join_code(talk.work, code)
    found = await membership.matches(talk.work, person, known.id)
    if found:
        return await _on_the_list(talk, known, found, agreed=agreed)
    if await members.is_guardian_in(talk.work, person, known.id):
        raise Refusal("school.in_already")
    if not said:
        asks = talk.say("join.which_child", name=known.called)
        return talk.reply(asks, draft=Draft("join", {"code": code}))
    if not agreed:
        lines = (talk.say("join.will_ask", name=known.called, said=said), talk.say("join.consent"))
        return talk.reply(*lines, actions=[("agree", f"加入 {code} 同意 {said}")])
    await membership.ask(talk.work, person, known.id, said)
    return talk.reply(talk.say("join.asked", name=known.called), actions=[("see_classes", "班级")])


@writing("退出", "退出班级", "leave", argument=True)
async def leave(talk: Conversation) -> Reply:
    """Nothing of this class any more; its code lets one in again."""
    mine = {each.id: each for each in await members.joined_by(talk.work, talk.myself)}
    mine |= {each.id: each for each in await membership.asked_by(talk.work, talk.myself)}
    wanted = tidy(talk.argument)
    chosen = [each for each in mine.values() if wanted in (each.name, each.join_code, tidy(each.called))]
    if not mine or (wanted and not chosen):
        raise Refusal("school.not_in")
    if len(chosen) != 1:
        some = (chosen or list(mine.values()))[:MOST]
        names = " · ".join(f"{number} {each.called}" for number, each in enumerate(some, 1))
        actions = [("leave_class", f"退出 {each.join_code}") for each in some]
        return talk.reply(talk.say("leave.which"), names, actions=actions)
    await membership.leave(talk.work, talk.myself, chosen[0].id)
    said = talk.say("leave.done", name=chosen[0].called)
    return talk.reply(said, actions=[("see_classes", "班级"), ("see_help", "帮助")])


@reading("申请", "入班申请", "requests", argument=True)
async def requests(talk: Conversation) -> Reply:
    """Who waits, one after the other: 申请 2 is the second."""
    waiting = await membership.waiting(talk.work, talk.myself)
    if not waiting:
        return talk.reply(talk.say("requests.none"), actions=[("see_classes", "班级"), ("see_help", "帮助")])
    place = min(int(talk.argument) if talk.argument.isdecimal() else 1, len(waiting))
    return await _show(talk, waiting[max(place, 1) - 1], max(place, 1), len(waiting))


@writing("同意入班", "let in", argument=True, listed=False)
async def let_in(talk: Conversation) -> Reply:
    """Confirm who asks."""
    answered = await membership.answer(talk.work, talk.myself, _number(talk), let_in=True)
    return await _answered(talk, answered, "requests.let_in")


@writing("谢绝入班", "turn away", argument=True, listed=False)
async def turn_away(talk: Conversation) -> Reply:
    """Decline who asks."""
    answered = await membership.answer(talk.work, talk.myself, _number(talk), let_in=False)
    return await _answered(talk, answered, "requests.turned_away")


def _asked(talk: Conversation) -> tuple[str, bool, str]:
    """Code, whether the consent is given, and which child."""
    first, _, rest = talk.argument.partition(" ")
    code = tidy(first)
    if not CODE.fullmatch(code):
        waiting = talk.draft.have if talk.draft and talk.draft.command == "join" else {}
        if "code" not in waiting or not talk.argument:
            raise BadInput("join.how")
        code, rest = waiting["code"], talk.argument
    word, _, behind = rest.strip().partition(" ")
    agreed = word.upper() in AGREE
    said = " ".join((behind if agreed else rest).split())
    if len(said) > membership.LONGEST_SAID:
        raise BadInput("join.said_too_long")
    return code, agreed, said


async def _on_the_list(
    talk: Conversation, known: SchoolClass, found: Sequence[Match], *, agreed: bool
) -> Reply:
    names = "、".join(each.name for each in found)
    if any(each.needs_consent for each in found) and not agreed:
        lines = (talk.say("join.listed", name=known.called, children=names), talk.say("join.consent"))
        return talk.reply(*lines, actions=[("agree", f"加入 {known.join_code} 同意")])
    await membership.join_listed(talk.work, talk.myself, known.id, consents_too=agreed)
    said = talk.say("join.done", name=known.called, children=names)
    return talk.reply(said, actions=[("see_updates", "动态"), ("quiet_hours", "免打扰")])


def _number(talk: Conversation) -> int:
    if not talk.argument.isdecimal():
        raise BadInput("requests.how")
    return int(talk.argument)


async def _show(talk: Conversation, request: Request, place: int, count: int) -> Reply:
    known = await members.class_of(talk.work, request.class_id)
    name = (await names_of(talk.work, [request.person_id]))[request.person_id]
    about = {"person": name, "name": known.called, "said": request.said, "day": request.asked_at.date()}
    lines = [talk.say("requests.one", count=count, **about)]
    if request.child_id is None:
        lines.append(talk.say("requests.no_child"))
        actions = [("turn_away", f"谢绝入班 {request.id}")]
    else:
        lines.append(talk.say("requests.child"))
        actions = [("let_in", f"同意入班 {request.id}"), ("turn_away", f"谢绝入班 {request.id}")]
    if place < count:
        actions.append(("see_more", f"申请 {place + 1}"))
    return talk.reply(*lines, actions=actions)


async def _answered(talk: Conversation, request: Request, key: str) -> Reply:
    """The person is told; then the next one."""
    name = (await names_of(talk.work, [request.person_id]))[request.person_id]
    left = len(await membership.waiting(talk.work, talk.myself))
    said = talk.say(key, person=name)
    actions = [("see_joining", "申请")] if left else [("see_classes", "班级")]
    return talk.reply(said, actions=actions)
