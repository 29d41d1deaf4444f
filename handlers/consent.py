"""电子送达 / e-service: whether decisions may be served by message; asked at binding, revocable at any time (PR 55-56)."""

from handlers.routing import Conversation, Reply, writing
from models.identity import acts as identity


@writing("电子送达", "e-service", "eservice", argument=True)
async def consent(talk: Conversation) -> Reply:
    """电子送达 同意 / 电子送达 不同意: whether decisions may be served by message; revocable at any time (PR 55-56)."""
    answer = talk.argument.casefold()
    given = answer in ("同意", "agree", "yes", "on")
    if not given and answer not in ("不同意", "撤回", "revoke", "no", "off", "disagree"):
        now = (await identity.contact(talk.work, talk.person)).consent
        actions = [("agree", "电子送达 同意"), ("not_agree", "电子送达 不同意")]
        return talk.reply(talk.say("consent.is_on" if now else "consent.is_off"), actions=actions)
    await identity.set_consent(talk.work, talk.person, given=given)
    key = "consent.given" if given else "consent.revoked"
    return talk.reply(talk.say(key), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
