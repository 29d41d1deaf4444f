"""语言 / language / English / 中文: the language of everything we send from now on."""

from handlers.routing import Conversation, Reply, writing
from models.base.texts import CHINESE, ENGLISH, texts
from models.identity import acts as identity

LANGUAGE_NAMES = {"中文": CHINESE, "chinese": CHINESE, "english": ENGLISH, "英文": ENGLISH, "英语": ENGLISH}


@writing("语言", "language", argument=True)
async def language(talk: Conversation) -> Reply:
    """语言 / language: the other language from now on; 语言 English / language 中文: that one."""
    if not talk.argument:
        return await _speak(talk, ENGLISH if talk.texts.language == CHINESE else CHINESE)
    return await _speak(talk, LANGUAGE_NAMES.get(talk.argument.casefold(), talk.argument))


@writing("中文", "chinese", listed=False)
async def chinese(talk: Conversation) -> Reply:
    """中文 / Chinese: everything in Chinese from now on."""
    return await _speak(talk, CHINESE)


@writing("english", "英文", "英语", listed=False)
async def english(talk: Conversation) -> Reply:
    """English / 英文: everything in English from now on."""
    return await _speak(talk, ENGLISH)


async def _speak(talk: Conversation, chosen: str) -> Reply:
    """Raises BadInput for a language that is not spoken here."""
    await identity.choose_language(talk.work, talk.account.openid, chosen)
    talk.texts = texts(chosen)
    return talk.reply(talk.say("language.now"), actions=[("see_help", "帮助")])
