"""What nobody understood: nothing is acted upon on a guess."""

from handlers.routing import Conversation, Reply, reading


@reading(listed=False, account=False)
async def other_kind(talk: Conversation) -> Reply:
    """A picture, a place, a voice without words: we read text."""
    return talk.reply(talk.say("unknown.kind"), actions=[("see_help", "帮助")])


@reading(listed=False, account=False)
async def unknown(talk: Conversation) -> Reply:
    """Nothing is acted upon on a guess: the closest commands are offered."""
    if not talk.suggestions:
        return talk.reply(talk.say("unknown.text"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
    actions = [(f"mean.{command.name}", command.words[0]) for command in talk.suggestions]
    return talk.reply(talk.say("unknown.maybe"), actions=actions)
