"""Somebody follows the account, or leaves it."""

from handlers.routing import Conversation, Reply, writing
from models.identity import acts as identity


@writing(listed=False)
async def welcome(talk: Conversation) -> Reply:
    """Somebody follows: who we are, and the first step. Whom a class's code led here is told what to send for it."""
    await identity.follow(talk.work, talk.account.openid)
    if talk.argument:
        bound = talk.account.person_id is not None
        actions = [("join", talk.argument)] if bound else [("bind", "绑定"), ("language", "语言")]
        return talk.reply(
            talk.say("welcome.to_class" if bound else "welcome.bind_for_class", words=talk.argument),
            actions=actions,
        )
    if talk.account.person_id is not None:
        return talk.reply(talk.say("welcome.back"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
    return talk.reply(talk.say("welcome.new"), actions=[("bind", "绑定"), ("language", "语言")])


@writing(listed=False)
async def goodbye(talk: Conversation) -> Reply:
    """Somebody left: nothing is pushed any more, and nothing can be answered."""
    await identity.unfollow(talk.work, talk.account.openid)
    return Reply()
