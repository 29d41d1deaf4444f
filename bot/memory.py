"""What the chat remembers for minutes, in Ephemeral: replies for duplicates, offered choices, drafts, hand-overs, how often one writes.

One record a chat: read when a message comes, written when it is answered; sealed wherever it leaves the process. All of it may be
lost: a lost reply is computed again, lost choices are offered again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from handlers.routing import Draft, Reply
from models.base.clock import Wall
from models.base.crypto import Unopenable, Vault
from models.base.ephemeral import Ephemeral

REPLY_SECONDS = 330.0  # as long as a push could be replayed: its timestamp may be five minutes away
REPLIES_KEPT = 4  # of a chat; a duplicate comes within seconds
CHOICES_SECONDS = 600.0
DRAFT_SECONDS = 1800.0
HAND_OVER_SECONDS = 1800.0
LANGUAGE_SECONDS = 300.0
COUNTED_SECONDS = 60.0
CHAT_SECONDS = 1800.0  # the longest of a chat's own
COLUMN = "memory"


@dataclass(slots=True)
class Chat:
    """The state of one chat: each part with the second (since 1970) until which it holds, the count with that of its end."""

    choices: tuple[str, ...] = ()
    choices_until: float = 0.0
    draft: Draft | None = None
    draft_until: float = 0.0
    person_until: float = 0.0
    language: str = ""
    language_until: float = 0.0
    messages: int = 0
    messages_until: float = 0.0
    replies: tuple[tuple[str, float, dict[str, Any]], ...] = ()  # key of the message, until, as packed

    def reply_to(self, key: str) -> Reply | None:
        """What this message was answered, if it was."""
        for answered, _, packed in self.replies:
            if answered == key:
                return Reply.unpack(packed)
        return None

    def forget_ended(self, now: float) -> None:
        """What no longer holds is as if it had not been."""
        if self.choices_until <= now:
            self.choices = ()
        if self.draft_until <= now:
            self.draft = None
        if self.language_until <= now:
            self.language = ""
        if self.messages_until <= now:
            self.messages, self.messages_until = 0, now + COUNTED_SECONDS
        if self.replies:
            self.replies = tuple(each for each in self.replies if each[1] > now)

    def pack(self) -> dict[str, Any]:
        """Only what is not as it was in the beginning."""
        kept = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        if self.draft:
            kept["draft"] = {"command": self.draft.command, "have": dict(self.draft.have)}
        return kept

    @classmethod
    def unpack(cls, kept: Mapping[str, Any]) -> "Chat":
        """As `pack` gave it; what only another version knows is passed over: two of them work side by side during an upgrade."""
        chat = cls(**{name: kept[name] for name in cls.__slots__ if name in kept})
        chat.choices, chat.replies = tuple(chat.choices), tuple(chat.replies)
        chat.draft = Draft(**kept["draft"]) if "draft" in kept else None
        return chat


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known when a message comes: its reply, if it was answered, and its chat at this second."""

    reply: Reply | None
    chat: Chat
    now: float

    @property
    def asked_person(self) -> bool:
        """A person was asked for lately."""
        return self.chat.person_until > self.now

    def learn_language(self, language: str) -> None:
        """Looked up just now."""
        self.chat.language, self.chat.language_until = language, self.now + LANGUAGE_SECONDS

    def forget_language(self) -> None:
        """It may have been changed."""
        self.chat.language = ""


class Memory:
    """One for each process."""

    def __init__(self, ephemeral: Ephemeral, vault: Vault, wall: Wall) -> None:
        self._ephemeral = ephemeral
        self._vault = vault
        self._wall = wall

    async def recall(self, openid: str, key: str) -> Remembered:
        """What is known of this message and its chat; the message is counted."""
        kept = await self._ephemeral.get(f"talk:{openid}")
        state, now = self._open(kept), self._wall.now().timestamp()
        chat = Chat.unpack(state) if state else Chat()
        chat.forget_ended(now)
        chat.messages += 1
        return Remembered(chat.reply_to(key), chat, now)

    async def keep(self, openid: str, key: str, reply: Reply, known: Remembered, *, command: str) -> None:
        """After the commit: the reply, and what it offers or waits for. Only its own command ends a draft."""
        chat, now = known.chat, known.now
        if reply.text:
            chat.choices, chat.choices_until = reply.choices, now + CHOICES_SECONDS
        if reply.draft:
            chat.draft, chat.draft_until = reply.draft, now + DRAFT_SECONDS
        elif chat.draft and chat.draft.command == command:
            chat.draft = None
        if reply.asks_person:
            chat.person_until = now + HAND_OVER_SECONDS
        await self.keep_reply(openid, key, reply, known)

    async def keep_reply(self, openid: str, key: str, reply: Reply, known: Remembered) -> None:
        """For duplicates; the chat else as it is known."""
        chat = known.chat
        answered = key, known.now + REPLY_SECONDS, reply.pack()
        chat.replies = (*chat.replies[1 - REPLIES_KEPT :], answered)
        await self._ephemeral.put(f"talk:{openid}", self._seal(chat.pack()), CHAT_SECONDS)

    def _seal(self, value: Any) -> bytes:
        """Sealed before it leaves the process; the key lies in the same memory as what does not."""
        if self._ephemeral.local:
            return orjson.dumps(value)
        return self._vault.seal_json(value, COLUMN).encode()

    def _open(self, kept: bytes | None) -> Any:
        if kept is None or self._ephemeral.local:
            return orjson.loads(kept) if kept else None
        try:
            return self._vault.open_json(kept.decode(), COLUMN)
        except Unopenable:  # sealed under a key that has left the ring: as good as lost
            return None
