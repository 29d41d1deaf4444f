"""家长留言 / answers: what guardians answered and a teacher has not replied to yet; a reply goes to the guardian through the account.

家长留言
答复家长 17 八点在校门口      or 答复家长 17, and the text as the next message
"""

import re

from handlers.routing import Conversation, Draft, Reply, reading, writing
from models.base.errors import Refusal
from models.schools import answers, members, updates
from models.schools.answers import Waiting

SHOWN = 3
EXCERPT = 60  # characters of an answer in the list
NUMBER_FIRST = re.compile(r"([0-9]{1,18})(?![0-9])[\s,.:、。]*(.*)", re.DOTALL)


@reading("家长留言", "家长回复", "留言", "answers")
async def waiting_answers(talk: Conversation) -> Reply:
    """The oldest first."""
    if not await members.taught_by(talk.work, talk.myself):
        raise Refusal("answers.no_class")
    waiting = await answers.waiting(talk.work, talk.myself)
    if not waiting:
        return talk.reply(talk.say("answers.none"), actions=[("see_updates", "动态"), ("see_help", "帮助")])
    shown = waiting[:SHOWN]
    return talk.reply(
        talk.say("answers.head", count=len(waiting), shown=len(shown)),
        *(_entry(talk, each) for each in shown),
        actions=[("reply_to", f"答复家长 {each.entry.number}") for each in shown],
    )


@writing("答复家长", "回复家长", "reply to guardian", argument=True)
async def reply_to_guardian(talk: Conversation) -> Reply:
    """Number and text, at once or one after the other."""
    have = talk.draft.have if talk.draft and talk.draft.command == "reply_to_guardian" else {}
    number, text = have.get("number", ""), talk.argument
    if found := None if number else NUMBER_FIRST.fullmatch(text):
        number, text = found[1], found[2]
    if not number:
        raise Refusal("answers.which")
    if not text.strip():
        return await _asked(talk, int(number))
    await answers.reply(talk.work, talk.myself, int(number), text)
    return talk.reply(talk.say("answers.replied"), actions=[("answers", "家长留言"), ("see_help", "帮助")])


async def _asked(talk: Conversation, number: int) -> Reply:
    """The whole answer, and the question what to reply."""
    entry, update = await answers.addressed(talk.work, talk.myself, number)
    draft = Draft("reply_to_guardian", {"number": str(number)})
    said = talk.say("answers.one", excerpt=update.excerpt, text=_one_line(entry.text))
    return talk.reply(
        said, talk.say("answers.page", link=updates.link_of(talk.work, update.code)), draft=draft
    )


def _entry(talk: Conversation, each: Waiting) -> str:
    text = _one_line(each.entry.text)
    short = text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"
    return talk.say(
        "answers.entry", number=each.entry.number, name=each.guardian, excerpt=each.update.excerpt, text=short
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
