"""记分 / points: the balance of the driving licence, and which words ask for other points. One command, one system."""

from handlers.routing import Conversation, Reply, reading
from models.licences import acts as licences

SHOWN = 3


@reading("记分", "积分", "扣分", "驾照分", "points", "licence points", "license points")
async def points(talk: Conversation) -> Reply:
    """The running cycle with its latest entries."""
    balance = await licences.balance(talk.work, talk.person)
    if balance is None:
        return talk.reply(
            talk.say("points.no_licence"), actions=[("see_fines", "罚单"), ("see_help", "帮助")]
        )
    head = talk.say(
        "points.balance",
        licence=balance.licence_class,
        points=balance.points,
        left=balance.left,
        ends=balance.cycle_ends,
    )
    latest = list(reversed(balance.entries))[:SHOWN]
    entries = [talk.say("points.entry", day=e.day, points=e.points, number=e.reference) for e in latest]
    advice = talk.say("points.advice" if balance.points else "points.clean")
    actions = [("see_fines", "罚单"), ("see_help", "帮助")]
    return talk.reply(head, *entries, advice, talk.say("points.others"), actions=actions)
