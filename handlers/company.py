"""代办 / act for: somebody who is authorised acts for a company in the own chat, for half an hour. 本人 / myself ends it.

代办            代办 中山市示范物流有限公司
本人
"""

from dataclasses import replace

from handlers.routing import Conversation, Reply, writing
from models.base.errors import Refusal
from models.identity import companies
from models.identity.companies import HAT_MINUTES

MOST = 9  # as many as numbers can be tapped


@writing("代办", "代单位办理", "act for", argument=True)
async def act_for(talk: Conversation) -> Reply:
    """Choose for whom to act; the only one there is needs no choice."""
    mine = await companies.acted_for(talk.work, talk.myself)
    if not mine:
        raise Refusal("company.none")
    named = [each for each in mine if each[1] == talk.argument] if talk.argument else mine
    if len(named) != 1:
        choices = [("act_for", f"代办 {name}") for _, name in mine[:MOST]]
        entries = [f"{number} {name}" for number, (_, name) in enumerate(mine[:MOST], 1)]
        return talk.reply(talk.say("company.which"), " · ".join(entries), actions=choices)
    company_id, name = named[0]
    await companies.put_on(talk.work, talk.account.openid, talk.myself, company_id)
    said = talk.say("company.acts", name=name, minutes=HAT_MINUTES)
    return talk.reply(said, actions=[("see_fines", "罚单"), ("myself", "本人")])


@writing("本人", "myself", listed=False)
async def myself(talk: Conversation) -> Reply:
    """For oneself again."""
    await companies.put_on(talk.work, talk.account.openid, talk.myself, None)
    talk.account = replace(talk.account, acts_for=None)
    return talk.reply(talk.say("company.myself"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
