"""What is always there: help, language, a person, the question of a score, the first hello, and what nobody understood."""

from handlers.routing import Conversation, Reply, reading, writing
from models.base.texts import CHINESE, ENGLISH, texts
from models.identity import acts as identity
from models.post import desk

TO_CHINESE = ("中文", "chinese", "zh")
TO_ENGLISH = ("english", "英文", "英语", "en")


@reading("帮助", "菜单", "help", "menu")
async def help_(talk: Conversation) -> Reply:
    """帮助 / help: every command there is, in one screen."""
    if talk.account.person_id is None:
        return talk.reply(talk.say("help.unbound"), actions=[("bind", "绑定"), ("language", "语言")])
    return talk.reply(talk.say("help.bound"), actions=[("see_fines", "罚单"), ("see_points", "记分")])


@writing("语言", "language", "中文", "chinese", "english", "英文", argument=True)
async def language(talk: Conversation) -> Reply:
    """语言 / language / English / 中文: the language of everything we send from now on; 语言 alone changes to the other."""
    wish = talk.argument.casefold()
    other = ENGLISH if talk.texts.language == CHINESE else CHINESE
    chosen = ENGLISH if wish in TO_ENGLISH else CHINESE if wish in TO_CHINESE else other
    await identity.choose_language(talk.work, talk.account.openid, chosen)
    talk.texts = texts(chosen)
    return talk.reply(talk.say("language.now"), actions=[("see_help", "帮助")])


@writing("人工", "人工服务", "客服", "person", "human", "agent", argument=True)
async def person(talk: Conversation) -> Reply:
    """人工 / person / 0: hands over to customer service, with a ticket number and the office hours."""
    subject = f"account {talk.account.openid}"
    ticket = await desk.open_ticket(talk.work, "conversation", subject, talk.account.person_id)
    office = talk.work.city.tariff.office
    hours = talk.texts.pick(office.hours, office.hours_en)
    return Reply(talk.say("person.ticket", ticket=ticket, hours=hours, phone=office.phone), asks_person=True)


@reading(
    "信用分",
    "社会信用分",
    "信用评分",
    "社会信用",
    "我的分数",
    "score",
    "social credit score",
    "social credit",
    "my score",
)
async def score(talk: Conversation) -> Reply:
    """社会信用分 / social credit score: there is none; here are the separate records. Touches no system."""
    actions = [("see_fines", "罚单"), ("see_points", "记分"), ("see_restrictions", "限制")]
    return talk.reply(talk.say("score.none"), actions=actions)


@writing(listed=False)
async def welcome(talk: Conversation) -> Reply:
    """Somebody follows: who we are, and the first step."""
    await identity.follow(talk.work, talk.account.openid)
    if talk.account.person_id is not None:
        return talk.reply(talk.say("welcome.back"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
    return talk.reply(talk.say("welcome.new"), actions=[("bind", "绑定"), ("language", "语言")])


@writing(listed=False)
async def goodbye(talk: Conversation) -> Reply:
    """Somebody left: nothing is pushed any more, and nothing can be answered."""
    await identity.unfollow(talk.work, talk.account.openid)
    return Reply()


@reading(listed=False)
async def other_kind(talk: Conversation) -> Reply:
    """A picture, a place, a voice without words: we read text."""
    return talk.reply(talk.say("unknown.kind"), actions=[("see_help", "帮助")])


@reading(listed=False)
async def unknown(talk: Conversation) -> Reply:
    """Nothing is acted upon on a guess: the closest commands are offered."""
    if not talk.suggestions:
        return talk.reply(talk.say("unknown.text"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
    actions = [(f"mean.{command.name}", command.words[0]) for command in talk.suggestions]
    return talk.reply(talk.say("unknown.maybe"), actions=actions)
