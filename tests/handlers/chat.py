"""A citizen's side of the conversation, over the real inbox, router and database, without a channel.

li = chats.of("o-li")
await li.say("罚单")                the reply's text; every reply is checked for its form
assert li.heard("fines.count")      the last reply holds this sentence, in the language the citizen speaks
"""

import re
from dataclasses import dataclass, field
from string import Formatter

from bot.inbox import Inbox, Said
from handlers.routing import Reply
from models.base.db import Database
from models.base.texts import CHINESE, catalog
from tests.conftest import FixedClock
from tests.helpers import Town
from tests.service import Fakes

MOST_LINES = 8
OFFERED = re.compile(r"(?<![0-9])([0-9]) ")


@dataclass
class Chat:
    """One account. `reply` is the last answer; `language` is the one in which sentences are expected."""

    inbox: Inbox
    openid: str
    language: str = CHINESE
    reply: Reply = field(default_factory=Reply)
    said: int = 0

    async def say(self, text: str) -> str:
        """Send a text; its answer."""
        return await self._send(text=text)

    async def do(self, event: str) -> str:
        """Follow, leave, or send something that is no text."""
        return await self._send(event=event)

    async def show(self, media_id: str) -> str:
        """Send a picture."""
        return await self._send(picture=media_id)

    async def say_again(self, text: str) -> str:
        """The last message, delivered once more."""
        self.said -= 1
        return await self.say(text)

    def heard(self, key: str) -> bool:
        """Does the last reply hold the sentence of this name?"""
        return bool(sentence(key, self.language).search(self.reply.text))

    async def _send(self, *, text: str = "", event: str = "", picture: str = "") -> str:
        self.said += 1
        said = Said(self.openid, f"{self.openid}/{self.said}", text, event, picture)
        self.reply = await self.inbox.answer(said)
        check_form(self.reply)
        return self.reply.text


@dataclass(frozen=True, slots=True)
class World:
    """What stands behind the chats."""

    database: Database
    inbox: Inbox
    fakes: Fakes
    civic: FixedClock
    wall: FixedClock
    town: Town

    def chat(self, openid: str, language: str = CHINESE) -> Chat:
        """The conversation of an account."""
        return Chat(self.inbox, openid, language)

    def pass_time(self, **span: float) -> None:
        """On both clocks."""
        self.civic.move(**span)
        self.wall.move(**span)


def check_form(reply: Reply) -> None:
    """One screen, no placeholder left, and exactly as many numbers as there are choices, 0 for a person beside them."""
    lines = reply.text.splitlines()
    assert len(lines) <= MOST_LINES, reply.text
    assert not re.search(r"[{}]", reply.text), reply.text
    offered = OFFERED.findall(re.sub(r"^(?:回复 |Reply )", "", lines[-1])) if reply.choices else []
    expected = [*map(str, range(1, len(reply.choices) + 1)), "0"] if reply.choices else []
    assert offered == expected, reply.text


def sentence(key: str, language: str) -> re.Pattern[str]:
    """What finds this sentence, whatever its placeholders were filled with."""
    message = catalog(language).get(key)
    assert message is not None, key
    forms = [message.string] if isinstance(message.string, str) else message.string or ()
    return re.compile("|".join(_form(form) for form in forms), re.DOTALL)


def _form(form: str) -> str:
    parts = Formatter().parse(form)
    return "".join(re.escape(text) + (".+?" if name else "") for text, name, _, _ in parts)
