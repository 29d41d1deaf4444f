"""申诉 / object, 复议 / review: why a record or a decision is wrong, in the citizen's own words, then photos.

申诉 442012003481 红灯时我在让救护车     objects at once; 申诉 alone shows what was asked before, and asks step by step
复议 442012003481 理由                  asks for the review of a decision
pictures, then 完成 / done              while the account waits for them
撤回申诉 442012003481                   takes it back
"""

import re
import secrets

from handlers.routing import Command, Conversation, Draft, Outside, Reply, tidied, writing
from models.base.errors import Refusal
from models.base.ports import GatewayDown, GatewayRefused
from models.flows import challenge as flow
from models.violations import acts as violations
from models.violations import challenges
from models.violations.acts import Case, read_case_number
from models.violations.challenge_rules import Kind
from models.violations.challenges import Challenge, Photo

SHOWN = 3
LEAST_REASON = 4  # characters; fewer say nothing that could be looked into
NUMBER_FIRST = re.compile(r"((?:[0-9][ \-]?){11}[0-9])(?![0-9])[\s,.:、。]*")
DONE = ("完成", "done")
MOST_BYTES = 10 * 1024 * 1024  # WeChat's own limit of an image
WORDS = {Kind.OBJECTION: "申诉", Kind.REVIEW: "复议"}
TROUBLES = {
    "TOO_LARGE": "object.photo_too_large",
    "NO_PICTURE": "object.no_picture",
    "GONE": "object.photo_gone",
}


async def fetch(media_id: str, draft: Draft | None, outside: Outside) -> Photo | str:
    """The picture, kept before anything is committed; or the name of the sentence that says why not."""
    if draft is None or "challenge" not in draft.have:
        return "object.reason_first"
    try:
        picture = await outside.media.picture(media_id, limit=MOST_BYTES)
    except GatewayRefused as refusal:
        return TROUBLES.get(refusal.code, "object.photo_gone")
    except GatewayDown:
        return "object.photo_later"
    blob = secrets.token_hex(16)
    await outside.blobs.put(blob, picture.content)
    return Photo(blob, picture.content_type, len(picture.content))


@writing("申诉", "异议", "object", "objection", "appeal", argument=True)
async def objection(talk: Conversation) -> Reply:
    """Object to a record or a decision: number and reason, at once or one after the other."""
    waiting = talk.draft.have if talk.draft and talk.draft.command == "objection" else {}
    if "challenge" in waiting or talk.argument.casefold() in DONE:
        if talk.argument.casefold() in DONE or not talk.argument:
            return await _finished(talk)
        if not NUMBER_FIRST.match(tidied(talk.argument)):
            return talk.reply(talk.say("object.photos_only"), actions=[FINISH], draft=talk.draft)
        waiting = {}
    return await _ask(talk, Kind(waiting.get("kind", Kind.OBJECTION)), waiting.get("number", ""))


@writing("复议", "review", "reconsideration", argument=True)
async def review(talk: Conversation) -> Reply:
    """Ask the organ of reconsideration to look at a decision."""
    return await _ask(talk, Kind.REVIEW, "")


@writing("撤回申诉", "撤回复议", "withdraw objection", "withdraw review", argument=True, listed=False)
async def withdraw_objection(talk: Conversation) -> Reply:
    """Take back what was asked; without a number the one that is open."""
    if talk.argument:
        number = read_case_number(talk.argument)
    else:
        mine = [each for each in await challenges.of_person(talk.work, talk.person) if each.open]
        if len(mine) != 1:
            raise Refusal("object.which_open" if mine else "object.none_open")
        number = mine[0].case_number
    ended = await flow.withdraw(talk.work, talk.person, number)
    said = talk.say("object.withdrawn", number=number, kind=_kind(talk, ended))
    return talk.reply(said, actions=[("see_details", f"案件 {number}"), ("see_help", "帮助")])


async def add_picture(talk: Conversation) -> Reply:
    """A picture for the challenge that was just filed."""
    if not isinstance(talk.prepared, Photo):
        return talk.reply(talk.say(talk.prepared), draft=talk.draft)
    assert talk.draft is not None
    filed = int(talk.draft.have["challenge"])
    count = await challenges.add_photo(talk.work, talk.person, filed, talk.prepared)
    left = talk.work.city.tariff.challenges.photos - count
    if left > 0:
        return talk.reply(
            talk.say("object.photo", count=count, left=left), actions=[FINISH], draft=talk.draft
        )
    return await _finished(talk)


FINISH = ("finish", "申诉 完成")
# Of the same conversation, so that it goes on after a picture as after a text.
picture = Command(objection.name, (), add_picture, writes=True, listed=False, prepare=fetch)


async def _ask(talk: Conversation, kind: Kind, number: str) -> Reply:
    """As far as the number and the reason are there: which case, why, or filed."""
    reason = tidied(talk.argument)
    if found := NUMBER_FIRST.match(f"{reason} "):
        number, reason = read_case_number(found[1]), reason[found.end() :]
    if not number:
        return await _overview(talk, kind, reason)
    draft = Draft("objection", {"kind": kind, "number": number})
    if not reason:
        await flow.check(talk.work, talk.person, number, kind)
        return talk.reply(talk.say(f"object.why.{kind}", number=number), draft=draft)
    if len(reason) < LEAST_REASON:
        return talk.reply(talk.say("object.too_short"), draft=draft)
    filed = await flow.file(talk.work, talk.person, number, kind, reason)
    return await _filed(talk, filed)


async def _filed(talk: Conversation, filed: Challenge) -> Reply:
    """Taken: by when it is answered, what stands still until then, and that photos may follow."""
    number = filed.case_number
    case = await violations.case_of(talk.work, talk.person, number)
    said = talk.say("object.filed", number=number, kind=_kind(talk, filed), by=filed.answer_by)
    meanwhile = talk.say("object.meanwhile_record" if case.undecided else "object.meanwhile")
    draft = Draft("objection", {"challenge": str(filed.id), "number": number})
    actions = [FINISH, ("withdraw_objection", f"撤回申诉 {number}")]
    return talk.reply(said, meanwhile, talk.say("object.photos"), actions=actions, draft=draft)


async def _finished(talk: Conversation) -> Reply:
    """No more photos: the state of the newest one."""
    mine = [each for each in await challenges.of_person(talk.work, talk.person) if each.open]
    if not mine:
        return await _overview(talk, Kind.OBJECTION, "")
    latest = mine[0]
    said = talk.say("object.finished", count=latest.photos, number=latest.case_number, by=latest.answer_by)
    actions = [("see_objections", "申诉"), ("withdraw_objection", f"撤回申诉 {latest.case_number}")]
    return talk.reply(said, actions=actions)


async def _overview(talk: Conversation, kind: Kind, reason: str) -> Reply:
    """What was asked and how it stands, and what may be asked now. A reason without a number goes along with each choice."""
    asked = [] if reason else (await challenges.of_person(talk.work, talk.person))[:SHOWN]
    cases = [case for case in await violations.open_cases(talk.work, talk.person) if _may(case, kind)]
    lines = [_state(talk, each) for each in asked]
    if not cases and not lines:
        raise Refusal(f"object.none.{kind}")
    word = WORDS[kind]
    shown = cases[:SHOWN]
    actions = [("object_case", f"{word} {case.number} {reason}".strip()) for case in shown]
    actions += [("withdraw_objection", f"撤回申诉 {each.case_number}") for each in asked if each.open][:1]
    entries = [
        talk.say(
            "object.entry", number=case.number, plate=case.plate, what=case.what(talk.texts), day=case.day
        )
        for case in shown
    ]
    question = talk.say(f"object.which.{kind}") if cases else talk.say("object.no_other")
    question += talk.beyond(len(cases) - SHOWN)
    return talk.reply(*lines, question, *entries, actions=actions)


def _may(case: Case, kind: Kind) -> bool:
    return not case.challenged and kind not in case.answered and (kind is Kind.OBJECTION or case.payable)


def _state(talk: Conversation, each: Challenge) -> str:
    key = f"object.state.{each.state}"
    day = each.closed_on or each.answer_by
    answer = " ".join((each.answer or "").split())
    return talk.say(
        key, number=each.case_number, kind=_kind(talk, each), day=day, count=each.photos, answer=answer
    )


def _kind(talk: Conversation, each: Challenge) -> str:
    return talk.say(f"object.kind.{each.kind}")
