"""帮助 / help: every command there is, in one screen."""

from handlers.routing import Conversation, Reply, reading


@reading("帮助", "菜单", "help", "menu")
async def help_(talk: Conversation) -> Reply:
    """帮助 / help: every command there is, in one screen."""
    if talk.account.person_id is None:
        return talk.reply(talk.say("help.unbound"), actions=[("bind", "绑定"), ("language", "语言")])
    return talk.reply(talk.say("help.bound"), actions=[("see_fines", "罚单"), ("see_points", "记分")])
