"""What the chat remembers for minutes, in Ephemeral: replies for duplicates, offered choices, drafts, hand-overs.

Sealed wherever it leaves the process.
"""

import json
from typing import Any

from handlers.routing import Draft, Reply
from models.base.crypto import Unopenable, Vault
from models.base.ephemeral import Ephemeral

REPLY_SECONDS = 120  # WeChat repeats within 20
CHOICES_SECONDS = 600
DRAFT_SECONDS = 1800
HAND_OVER_SECONDS = 1800
LANGUAGE_SECONDS = 300
COLUMN = "memory"


class Memory:
    """Everything here may be lost: a lost reply is computed again, lost choices are offered again."""

    def __init__(self, ephemeral: Ephemeral, vault: Vault) -> None:
        self._ephemeral = ephemeral
        self._vault = vault

    async def reply(self, key: str) -> Reply | None:
        """What was answered to this message."""
        kept = await self._get(f"reply:{key}")
        return Reply.unpack(kept) if kept else None

    async def choices(self, openid: str) -> tuple[str, ...]:
        """What `1`, `2`, ... stand for at the moment."""
        return tuple(await self._get(f"choices:{openid}") or ())

    async def draft(self, openid: str) -> Draft | None:
        """The conversation that waits for more."""
        kept = await self._get(f"draft:{openid}")
        return Draft(kept["command"], kept["have"]) if kept else None

    async def language(self, openid: str) -> str | None:
        """The language of this account, if it was looked up lately."""
        known = await self._ephemeral.get(f"language:{openid}")
        return known.decode() if known else None

    async def keep_language(self, openid: str, language: str) -> None:
        """Looked up just now."""
        await self._ephemeral.put(f"language:{openid}", language.encode(), LANGUAGE_SECONDS)

    async def forget_language(self, openid: str) -> None:
        """It may have been changed."""
        await self._ephemeral.delete(f"language:{openid}")

    async def handed_over(self, openid: str) -> bool:
        """Has a person been asked for lately?"""
        return await self._ephemeral.get(f"person:{openid}") is not None

    async def count_messages(self, openid: str) -> int:
        """How many messages came from this account within a minute."""
        return await self._ephemeral.count(f"messages:{openid}", 60)

    async def keep(self, openid: str, key: str, reply: Reply, *, command: str) -> None:
        """After the commit: the reply, and what it offers or waits for. Only its own command ends a draft."""
        await self._put(f"reply:{key}", reply.pack(), REPLY_SECONDS)
        if reply.text:
            await self._put(f"choices:{openid}", list(reply.choices), CHOICES_SECONDS)
        if reply.draft:
            draft = {"command": reply.draft.command, "have": dict(reply.draft.have)}
            await self._put(f"draft:{openid}", draft, DRAFT_SECONDS)
        elif (waiting := await self.draft(openid)) and waiting.command == command:
            await self._ephemeral.delete(f"draft:{openid}")
        if reply.asks_person:
            await self._ephemeral.put(f"person:{openid}", b"1", HAND_OVER_SECONDS)

    async def _get(self, key: str) -> Any:
        kept = await self._ephemeral.get(key)
        if kept is None or self._ephemeral.local:
            return json.loads(kept) if kept else None
        try:
            return self._vault.open_json(kept.decode(), COLUMN)
        except Unopenable:  # sealed under a key that has left the ring: as good as lost
            return None

    async def _put(self, key: str, value: Any, ttl: float) -> None:
        """Sealed before it leaves the process; the key lies in the same memory as what does not."""
        local = self._ephemeral.local
        kept = json.dumps(value) if local else self._vault.seal_json(value, COLUMN)
        await self._ephemeral.put(key, kept.encode(), ttl)
