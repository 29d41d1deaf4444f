"""From what a citizen sent to the answer: duplicates, order, routing, the one transaction. It works for any channel.

a duplicate of a message in progress waits on it and holds nothing
a person's messages run one at a time: the person's lock, then the connection, then the transaction
a writing command's inbox row, effects and reply are one transaction; a reading command's guard and reply are Ephemeral
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.memory import Memory
from handlers.routing import Command, Conversation, Found, Outside, Reply, Router
from models.base.db import Database, Work
from models.base.errors import Refusal
from models.base.texts import CHINESE, texts
from models.identity import acts as identity
from models.identity.acts import Account
from models.post import inbox, late_reply

log = structlog.get_logger()
SOURCE = "wechat"
MESSAGES_A_MINUTE = 120  # of one account; a person types slower


@dataclass(frozen=True, slots=True)
class Said:
    """What came in. `key` is the same for every delivery of one message; `event` is set when no text was sent."""

    openid: str
    key: str
    text: str = ""
    event: str = ""


class Inbox:
    """Takes a message and gives back an answer."""

    def __init__(self, database: Database, memory: Memory, router: Router, outside: Outside) -> None:
        self._database = database
        self._memory = memory
        self._router = router
        self._outside = outside
        self._running: dict[str, asyncio.Task[Reply]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def begin(self, said: Said) -> asyncio.Task[Reply]:
        """The task that answers this message, one for all its deliveries. It never raises: an accident is answered, too.

        Whoever waits for it must not cancel it.
        """
        task = self._running.get(said.key)
        if task is None:
            task = asyncio.create_task(self._answer_in_turn(said))
            self._running[said.key] = task
            task.add_done_callback(lambda _: self._running.pop(said.key, None))
        return task

    async def answer(self, said: Said) -> Reply:
        """The reply to this message, the same for each of its deliveries."""
        return await asyncio.shield(self.begin(said))

    async def tell_otherwise(self, said: Said) -> None:
        """The chat would not take the late reply: who is bound is told by text that it is there."""
        async with self._database.begin("system:late-reply") as work:
            account = await identity.account(work, said.openid)
            if account.person_id is not None:
                await late_reply.tell(work, account.person_id, said.key)

    async def _answer_in_turn(self, said: Said) -> Reply:
        lock = self._locks.setdefault(said.openid, asyncio.Lock())
        async with lock:
            try:
                return await self._answer(said)
            except Exception:
                log.exception("message_failed", event_kind=said.event or "text")
                return Reply(texts(CHINESE).say("error.accident"))

    async def _answer(self, said: Said) -> Reply:
        if kept := await self._memory.reply(said.key):
            return kept
        if await self._memory.count_messages(said.openid) > MESSAGES_A_MINUTE:
            return Reply(texts(CHINESE).say("error.too_fast"))
        found = await self._find(said)
        reply = await (self._write(said, found) if found.command.writes else self._read(said, found))
        await self._memory.keep(said.openid, said.key, reply, command=found.command.name)
        return reply

    async def _find(self, said: Said) -> Found:
        if said.event:
            found = Found(self._router.events[said.event])
        else:
            choices, draft = await self._memory.choices(said.openid), await self._memory.draft(said.openid)
            found = self._router.find(said.text, choices, draft)
        for_a_person = found.command in (self._router.fallback, self._router.events["other"])
        if for_a_person and not found.suggestions and await self._memory.handed_over(said.openid):
            return Found(HAND_OVER)
        return found

    async def _read(self, said: Said, found: Found) -> Reply:
        async with self._database.read() as work:
            if found.command is self._router.fallback and (kept := await inbox.find(work, SOURCE, said.key)):
                return Reply.unpack(kept)
            return await self._call(work, said, found, {})

    async def _write(self, said: Said, found: Found) -> Reply:
        draft = await self._memory.draft(said.openid)
        prepared = await found.command.prepare(found.argument, draft, self._outside)
        async with self._database.begin("citizen") as work:
            if stored := await inbox.claim(work, SOURCE, said.key):
                return Reply.unpack(stored.answer)
            reply = await self._call(work, said, found, {"prepared": prepared, "draft": draft})
            await inbox.answer(work, SOURCE, said.key, reply.pack())
        await self._memory.forget_language(said.openid)
        return reply

    async def _call(self, work: Work, said: Said, found: Found, more: Mapping[str, Any]) -> Reply:
        account = await self._account(work, said, found.command)
        who = account.person_id or account.openid
        work.actor = f"citizen:{who}"
        talk = Conversation(work, account, found.argument, texts(account.language), **more)
        talk.suggestions = found.suggestions
        try:
            return await found.command.handler(talk)
        except Refusal as refusal:
            return talk.refuse(refusal)

    async def _account(self, work: Work, said: Said, command: Command) -> Account:
        """Who writes; where the command needs the language only, what is remembered of it."""
        if not command.account and (language := await self._memory.language(said.openid)):
            return Account(said.openid, language=language)
        account = await identity.account(work, said.openid)
        if not command.writes:  # a writing command may be about to change it
            await self._memory.keep_language(said.openid, account.language)
        return account


async def _hand_over(talk: Conversation) -> Reply:
    """A person has been asked for: what is no command goes to customer service."""
    del talk
    return Reply(handover=True)


HAND_OVER = Command("hand_over", (), _hand_over, writes=False, listed=False)
