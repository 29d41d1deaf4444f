"""班级 / classes, 动态 / updates, 免打扰 / quiet hours: what a guardian reads, and what a teacher has.

班级                 my classes, and what can be done there
动态                 the newest updates; 动态 ABCDEFGHIJ shows one
免打扰 22-7          updates that are not urgent wait until seven; 免打扰 关 ends it
"""

import re
from datetime import time

from handlers.routing import Conversation, Reply, reading, writing
from models.base.errors import BadInput, Refusal
from models.schools import members, membership, quiet
from models.schools import updates as acts
from models.schools.members import SchoolClass
from models.schools.updates import Update

SHOWN = 3
LINES, CHARACTERS = 4, 300  # of an update that is shown in the chat; the page has all of it
HOURS = re.compile(r"([0-9]{1,2})(?::?00|点)?\s*(?:-|~|到|至|to)\s*([0-9]{1,2})(?::?00|点)?", re.IGNORECASE)
OFF = ("关", "关闭", "取消", "off", "none")
MIDNIGHT = 24


@reading("班级", "学校", "classes", "class", "school")
async def classes(talk: Conversation) -> Reply:
    """The classes one teaches, those of one's children, and what can be said there."""
    taught = await members.taught_by(talk.work, talk.myself)
    read = await members.read_by(talk.work, talk.myself)
    asked = await membership.asked_by(talk.work, talk.myself)
    if not (taught or read or asked):
        return talk.reply(talk.say("classes.none"), actions=[("see_help", "帮助")])
    waiting = len(await membership.waiting(talk.work, talk.myself)) if taught else 0
    lines = [await _taught(talk, each) for each in taught[:SHOWN]]
    lines += [talk.say("classes.read", name=each.called) for each in read[:SHOWN]]
    lines += [talk.say("classes.asked", name=each.called) for each in asked[:1]]
    page = acts.publishing_page(talk.work)
    lines += [talk.say("classes.teacher_words", count=waiting, page=page)] if taught else []
    lines += [talk.say("classes.guardian_words")] if read and len(lines) < 2 * SHOWN + 1 else []
    actions = [("see_joining", "申请"), ("see_results", "结果")] if taught else []
    actions += [("see_updates", "动态")] if read else []
    return talk.reply(*lines, actions=actions or [("see_help", "帮助")])


@reading("动态", "班级动态", "updates", "update", argument=True)
async def updates(talk: Conversation) -> Reply:
    """The newest updates of one's classes, or one of them."""
    if talk.argument:
        return await _one(talk, await acts.opened(talk.work, talk.myself, talk.argument))
    found = await acts.updates_for(talk.work, talk.myself, SHOWN)
    if not found:
        return talk.reply(talk.say("updates.none"), actions=[("see_classes", "班级"), ("see_help", "帮助")])
    lines = []
    for number, each in enumerate(found, 1):
        known = await members.class_of(talk.work, each.class_id)
        about = {"name": known.called, "day": each.day, "excerpt": each.excerpt}
        lines.append(talk.say("updates.urgent" if each.urgent else "updates.entry", mark=number, **about))
    actions = [("see_update", f"动态 {each.code}") for each in found]
    return talk.reply(talk.say("updates.head"), *lines, actions=actions)


@writing("免打扰", "quiet hours", "quiet", argument=True)
async def quiet_hours(talk: Conversation) -> Reply:
    """When updates that are not urgent are to wait."""
    if not talk.argument:
        return _quiet(talk, await quiet.hours_of(talk.work, talk.myself))
    if talk.argument.casefold() in OFF:
        await quiet.end(talk.work, talk.myself)
        return _quiet(talk, None)
    found = HOURS.fullmatch(talk.argument)
    begins, ends = (int(found[1]) % MIDNIGHT, int(found[2]) % MIDNIGHT) if found else (0, 0)
    if found is None or max(int(found[1]), int(found[2])) > MIDNIGHT:
        raise BadInput("quiet.how")
    await quiet.set_hours(talk.work, talk.myself, begins, ends)
    return _quiet(talk, (time(begins), time(ends)))


def _quiet(talk: Conversation, hours: tuple[time, time] | None) -> Reply:
    if hours is None:
        return talk.reply(
            talk.say("quiet.none"), actions=[("quiet_nights", "免打扰 22-7"), ("see_classes", "班级")]
        )
    begins, ends = (f"{hour:%H:%M}" for hour in hours)
    said = talk.say("quiet.set", begins=begins, ends=ends)
    return talk.reply(said, actions=[("quiet_off", "免打扰 关"), ("see_classes", "班级")])


async def _taught(talk: Conversation, each: SchoolClass) -> str:
    count = await members.count_guardians(talk.work, each.id)
    return talk.say("classes.taught", name=each.called, count=count, code=each.join_code)


async def _one(talk: Conversation, update: Update) -> Reply:
    """As much as fits, and the page."""
    if update.withdrawn_at:
        raise Refusal("updates.withdrawn")
    known = await members.class_of(talk.work, update.class_id)
    lines = [talk.say("updates.one", name=known.called, day=update.day), *update.in_lines(LINES, CHARACTERS)]
    count = len(await acts.pictures_of(talk.work, update.id))
    lines += [talk.say("updates.pictures", count=count)] if count else []
    lines.append(talk.say("updates.page", link=acts.link_of(talk.work, update.code)))
    return talk.reply(*lines, actions=[("see_updates", "动态")])
