"""谁查过我 / who asked: which booking systems asked whether you may travel, when, for what, and what they were told.

谁查过我
"""

from handlers.routing import Conversation, Reply, reading
from models.base.clock import CITY_ZONE
from models.restrictions import questions
from models.restrictions.questions import Asked

SHOWN = 5


@reading("谁查过我", "查询记录", "who asked", "who asked about me")
async def asked(talk: Conversation) -> Reply:
    """The last ones, the newest first. Only about the person who writes, whoever they act for."""
    found, count = await questions.asked(talk.work, talk.myself, SHOWN)
    days = talk.work.city.tariff.retention.question_days
    actions = [("see_restrictions", "限制")]
    if not found:
        return talk.reply(talk.say("question.none", days=days), actions=actions)
    head = talk.say("question.some", count=count, shown=len(found), days=days)
    return talk.reply(head, *(_line(talk, each) for each in found), actions=actions)


def _line(talk: Conversation, each: Asked) -> str:
    return talk.say(
        "question.line",
        at=each.at.astimezone(CITY_ZONE),
        by=each.by,
        what=talk.say(f"travel.{each.mode}"),
        day=each.day,
        purpose=talk.say(f"question.purpose.{each.purpose.value}"),
        told=talk.say("question.told_free" if each.allowed else "question.told_held"),
    )
