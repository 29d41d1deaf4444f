"""What the chat remembers for minutes, in Ephemeral: replies for duplicates, offered choices, drafts, hand-overs, how often one writes.

Two records: the reply to a message, and the state of a chat. Both are read at once when a message comes and written at once when
it is answered; sealed wherever they leave the process. All of it may be lost: a lost reply is computed again, lost choices are
offered again.
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

    def pack(self) -> dict[str, Any]:
        """Only what is not as it was in the beginning."""
        kept = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        if self.draft:
            kept["draft"] = {"command": self.draft.command, "have": dict(self.draft.have)}
        return kept

    @classmethod
    def unpack(cls, kept: Mapping[str, Any]) -> "Chat":
        """As `pack` gave it."""
        chat = cls(**kept)
        chat.choices = tuple(chat.choices)
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
        """What is known of this message and its chat, in one question; the message is counted."""
        reply, kept = await self._ephemeral.get_many((f"reply:{key}", f"chat:{openid}"))
        state, answered = self._open(kept), self._open(reply)
        chat, now = Chat.unpack(state) if state else Chat(), self._wall.now().timestamp()
        chat.forget_ended(now)
        chat.messages += 1
        return Remembered(Reply.unpack(answered) if answered else None, chat, now)

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
        await self.keep_reply(key, reply)
        await self._ephemeral.put(f"chat:{openid}", self._seal(chat.pack()), CHAT_SECONDS)

    async def keep_reply(self, key: str, reply: Reply) -> None:
        """For duplicates only; the chat is as it was."""
        await self._ephemeral.put(f"reply:{key}", self._seal(reply.pack()), REPLY_SECONDS)

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
