"""发布 / publish: a teacher tells a class. 结果 / results: how it went. 撤回发布 / undo: taken back within a minute.

发布                        says how, and names the page on which it can be done, too (bot/pages/school)
发布 3-2 明天带水彩笔        shows what would be sent; then pictures and a link may follow, and 1 or 确认 publishes
结果                        of the newest; 结果 ABCDEFGHIJ
"""

import re
import secrets
from collections.abc import Mapping, Sequence

from handlers.routing import CONFIRM, Command, Conversation, Draft, Outside, Reply, reading, writing
from models.base.errors import BadInput, Refusal
from models.base.ports import GatewayDown, GatewayRefused
from models.identity.rules import tidy
from models.schools import broadcast, members, rules
from models.schools import results as outcome
from models.schools import updates as acts
from models.schools.members import SchoolClass
from models.schools.results import Why
from models.schools.updates import PictureRef, Update

LINES, CHARACTERS = 4, 300  # of a preview
CODE = re.compile(r"[A-Z2-7]{10}", re.IGNORECASE)
SHOWN_REASONS = 3
MOST_BYTES = 10 * 1024 * 1024  # WeChat's own limit of an image
URGENT, PLAIN, AWAY = ("加急", "urgent"), ("不加急", "not urgent"), ("放弃", "discard")
FIRST = re.compile(r"(\S+)\s*(.*)", re.DOTALL)
TROUBLES = {"TOO_LARGE": "object.photo_too_large", "NO_PICTURE": "object.no_picture"}


async def fetch(media_id: str, draft: Draft | None, outside: Outside) -> PictureRef | str:
    """The picture, kept before anything is committed; or the name of the sentence that says why not."""
    del draft
    try:
        picture = await outside.media.picture(media_id, limit=MOST_BYTES)
    except GatewayRefused as refusal:
        return TROUBLES.get(refusal.code, "object.photo_gone")
    except GatewayDown:
        return "object.photo_later"
    blob = secrets.token_hex(16)
    await outside.blobs.put(blob, picture.content)
    return PictureRef(blob, picture.content_type)


@writing("发布", "publish", argument=True, verbatim=True, confirms=True)
async def publish(talk: Conversation) -> Reply:
    """Write, look, publish."""
    waiting = talk.draft.have["code"] if talk.draft and talk.draft.command == "publish" else ""
    found = FIRST.fullmatch(talk.argument)
    word, rest = (found[1].casefold(), found[2].strip()) if found else ("", "")
    code = rest if CODE.fullmatch(rest) else waiting
    if word in (*CONFIRM, *URGENT, *PLAIN, *AWAY) and code:
        return await _decide(talk, word, code)
    if rules.is_link(talk.argument) and waiting:
        await broadcast.set_link(talk.work, talk.myself, waiting, talk.argument)
        return await _preview(talk, waiting)
    taught = await members.taught_by(talk.work, talk.myself)
    chosen = [each for each in taught if tidy(word) in (tidy(each.name), each.join_code)] if word else []
    if len(chosen) == 1 and rest:
        return await _write(talk, chosen[0], rest, waiting)
    if waiting:
        return talk.reply(talk.say("publish.waits"), actions=_actions(waiting), draft=talk.draft)
    raise _how(taught, acts.publishing_page(talk.work))


async def add_picture(talk: Conversation) -> Reply:
    """A picture for what waits to be published."""
    assert talk.draft is not None
    if not isinstance(talk.prepared, PictureRef):
        return talk.reply(talk.say(talk.prepared), draft=talk.draft)
    code = talk.draft.have["code"]
    await broadcast.add_picture(talk.work, talk.myself, code, talk.prepared)
    return await _preview(talk, code)


# Of the same conversation, so that it goes on after a picture as after a text.
picture = Command(publish.name, (), add_picture, writes=True, listed=False, prepare=fetch)


@writing("撤回发布", "undo", argument=True, listed=False)
async def undo(talk: Conversation) -> Reply:
    """Take back what was just published; without a code the newest."""
    latest = await broadcast.published_by(talk.work, talk.myself, talk.argument)
    await broadcast.withdraw(talk.work, talk.myself, latest.code)
    counts = await outcome.of(talk.work, latest)
    said = talk.say("publish.withdrawn", count=counts.by_chat + counts.by_sms)
    return talk.reply(said, actions=[("see_results", f"结果 {latest.code}"), ("see_classes", "班级")])


@reading("结果", "发布结果", "results", "result", argument=True)
async def results(talk: Conversation) -> Reply:
    """How it went, or goes."""
    shown = await broadcast.published_by(talk.work, talk.myself, talk.argument)
    known, counts = await members.class_of(talk.work, shown.class_id), await outcome.of(talk.work, shown)
    lines = [
        talk.say("results.head", name=known.called, day=shown.day, excerpt=shown.excerpt),
        talk.say("results.withdrawn") if shown.withdrawn_at else "",
        talk.say("results.reached", all=counts.all, chat=counts.by_chat, sms=counts.by_sms, read=counts.read),
        talk.say("results.waiting", count=counts.waiting) if counts.waiting else "",
    ]
    lines += [talk.say(f"results.missed.{why}", count=count) for why, count in _missed(counts.not_reached)]
    actions = [("look_again", f"结果 {shown.code}"), ("see_classes", "班级")]
    return talk.reply(*lines, actions=actions)


def _missed(missed: Mapping[Why, int]) -> list[tuple[Why, int]]:
    """The most frequent reasons first; as many as fit."""
    return sorted(missed.items(), key=lambda each: -each[1])[:SHOWN_REASONS]


async def _decide(talk: Conversation, word: str, code: str) -> Reply:
    if word in CONFIRM:
        told, count = await broadcast.publish(talk.work, talk.myself, code)
        known = await members.class_of(talk.work, told.class_id)
        said = talk.say("publish.done", name=known.called, count=count)
        return talk.reply(
            said, actions=[("see_results", f"结果 {told.code}"), ("undo", f"撤回发布 {told.code}")]
        )
    if word in AWAY:
        await broadcast.throw_away(talk.work, talk.myself, code)
        return talk.reply(talk.say("publish.thrown_away"), actions=[("see_classes", "班级")])
    await broadcast.set_urgent(talk.work, talk.myself, code, urgent=word in URGENT)
    return await _preview(talk, code)


async def _write(talk: Conversation, known: SchoolClass, text: str, waiting: str) -> Reply:
    """A new text takes the place of one that waits."""
    if waiting:
        await broadcast.throw_away(talk.work, talk.myself, waiting)
    draft = await broadcast.write(talk.work, talk.myself, known.id, text)
    return await _preview(talk, draft.code)


async def _preview(talk: Conversation, code: str) -> Reply:
    """What would be sent, to whom, and how."""
    draft = await broadcast.draft_of(talk.work, talk.myself, code)
    known = await members.class_of(talk.work, draft.class_id)
    count = await members.count_guardians(talk.work, known.id)
    shown = len(await acts.pictures_of(talk.work, draft.id))
    lines = [
        talk.say("publish.preview", name=known.called, count=count),
        *draft.in_lines(LINES, CHARACTERS),
        _with(talk, draft, shown),
        talk.say("publish.urgent") if draft.urgent else "",
    ]
    actions = _actions(draft.code, urgent=draft.urgent)
    return talk.reply(*lines, actions=actions, draft=Draft("publish", {"code": draft.code}))


def _with(talk: Conversation, draft: Update, shown: int) -> str:
    if draft.link or shown:
        return talk.say("publish.with", count=shown, link=draft.link or talk.say("publish.no_link"))
    return talk.say("publish.may_add")


def _actions(code: str, *, urgent: bool = False) -> list[tuple[str, str]]:
    other = ("not_urgent", f"发布 不加急 {code}") if urgent else ("urgent", f"发布 加急 {code}")
    return [("publish", f"发布 确认 {code}"), other, ("throw_away", f"发布 放弃 {code}")]


def _how(taught: Sequence[SchoolClass], page: str) -> Refusal:
    if not taught:
        return Refusal("publish.not_yours")
    names = "、".join(each.called for each in taught[:3])
    return BadInput("publish.how", name=taught[0].name, names=names, page=page)
