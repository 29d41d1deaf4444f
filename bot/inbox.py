"""From what a citizen sent to the answer: duplicates, order, routing, the one transaction. It works for any channel.

a duplicate of a message in progress waits on it and holds nothing
a person's messages run one at a time, each in the task of whoever brought it: first its turn, then the connection, then the transaction
a writing command's inbox row, effects and reply are one transaction; a reading command's guard and reply are Ephemeral
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

import structlog

from bot.memory import Memory, Remembered
from handlers.routing import Command, Conversation, Found, Outside, Reply, Router
from models.base.db import Database, Work
from models.base.errors import DatabaseAway, OutcomeUnknown, Refusal
from models.base.metrics import Metrics
from models.base.texts import CHINESE, texts
from models.identity import acts as identity
from models.identity.acts import Account
from models.post import inbox, late_reply

log = structlog.get_logger()
SOURCE = "wechat"
SETTLE_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
MESSAGES_A_MINUTE = 120  # of one account; a person types slower


@dataclass(frozen=True, slots=True)
class Said:
    """What came in. `key` is the same for every delivery of one message; `event` is set when no text was sent (its `text` is then what a
    code that led here asks for), `picture` is the channel's id of one."""

    openid: str
    key: str
    text: str = ""
    event: str = ""
    picture: str = ""


class Inbox:
    """Takes a message and gives back an answer."""

    def __init__(
        self, database: Database, memory: Memory, router: Router, outside: Outside, metrics: Metrics
    ) -> None:
        self._database = database
        self._memory = memory
        self._router = router
        self._outside = outside
        self._metrics = metrics
        self._running: dict[str, asyncio.Future[Reply]] = {}
        self._latest: dict[str, asyncio.Future[Reply]] = {}  # of each person who is being answered

    async def answer(self, said: Said) -> Reply:
        """The reply to this message, the same for each of its deliveries. It never raises: an accident is answered, too.

        Whoever waits for it must not cancel it: it runs in the task of the first delivery.
        """
        if running := self._running.get(said.key):
            return await asyncio.shield(running)
        loop = asyncio.get_running_loop()
        began = loop.time()
        mine: asyncio.Future[Reply] = loop.create_future()
        before = self._latest.get(said.openid)
        self._running[said.key] = self._latest[said.openid] = mine
        reply = Reply()
        try:
            if before:
                await asyncio.shield(before)
            command, reply = await self._answer(said)
            self._metrics.answered(command, loop.time() - began)
        except Exception:
            log.exception("message_failed", event_kind=said.event or "text")
            self._metrics.answered(said.event or "text", loop.time() - began, "accident")
            reply = Reply(texts(CHINESE).say("error.accident"))
        finally:
            mine.set_result(reply)
            del self._running[said.key]
            if self._latest[said.openid] is mine:
                del self._latest[said.openid]
        return reply

    async def settle(self, said: Said) -> Reply:
        """What became of a message whose commit was not acknowledged: its reply if it took effect, else that it did not, and will not.

        Claiming its row waits for a commit that is still under way. It is tried until the database answers.
        """
        for seconds in chain(SETTLE_SECONDS, repeat(SETTLE_SECONDS[-1])):
            await asyncio.sleep(seconds)
            with suppress(DatabaseAway, OutcomeUnknown):
                async with self._database.begin("system:settle") as work:
                    if stored := await inbox.claim(work, SOURCE, said.key):
                        return Reply.unpack(stored.answer)
                    account = await identity.account(work, said.openid)
                    reply = Reply(texts(account.language).say("error.not_done"))
                    await inbox.answer(work, SOURCE, said.key, reply.pack())
                return reply
        raise AssertionError("it is tried for ever")

    async def tell_otherwise(self, said: Said) -> None:
        """The chat would not take the late reply: who is bound is told by text that it is there."""
        async with self._database.begin("system:late-reply") as work:
            account = await identity.account(work, said.openid)
            if account.person_id is not None:
                await late_reply.tell(work, account.person_id, said.key)

    async def _answer(self, said: Said) -> tuple[str, Reply]:
        """The command's name, or why there is none, and the reply."""
        known = await self._memory.recall(said.openid, said.key)
        if known.reply:
            return "duplicate", known.reply
        if known.chat.messages > MESSAGES_A_MINUTE:
            return "too_fast", Reply(texts(CHINESE).say("error.too_fast"))
        found = self._find(said, known)
        answer = self._write if found.command.writes else self._read
        try:
            reply = await answer(said, found, known)
        except DatabaseAway as problem:  # nothing was done, nor will be: a duplicate is told the same
            return await self._unanswered(said, known, "error.not_received", problem)
        except OutcomeUnknown as problem:
            return await self._unanswered(said, known, "error.checking", problem)
        await self._memory.keep(said.openid, said.key, reply, known, command=found.command.name)
        return found.command.name, reply

    async def _unanswered(
        self, said: Said, known: Remembered, key: str, problem: Exception
    ) -> tuple[str, Reply]:
        log.warning("database_failed", told=key, problem=str(problem))
        reply = Reply(texts(known.chat.language or CHINESE).say(key))
        await self._memory.keep_reply(said.openid, said.key, reply, known)
        return key, replace(reply, unsettled=isinstance(problem, OutcomeUnknown))

    def _find(self, said: Said, known: Remembered) -> Found:
        if said.picture:
            found = self._router.find_picture(said.picture, known.chat.draft)
        elif said.event:
            found = Found(self._router.events[said.event], said.text)
        else:
            found = self._router.find(said.text, known.chat.choices, known.chat.draft)
        for_a_person = found.command in (self._router.fallback, self._router.events["other"])
        if for_a_person and not found.suggestions and known.asked_person:
            return Found(HAND_OVER)
        return found

    async def _read(self, said: Said, found: Found, known: Remembered) -> Reply:
        async with self._database.read() as work:
            if found.command is self._router.fallback and (kept := await inbox.find(work, SOURCE, said.key)):
                return Reply.unpack(kept)
            return await self._call(work, said, found, known)

    async def _write(self, said: Said, found: Found, known: Remembered) -> Reply:
        draft = known.chat.draft
        prepared = await found.command.prepare(found.argument, draft, self._outside)
        async with self._database.begin("citizen") as work:
            if stored := await inbox.claim(work, SOURCE, said.key):
                return Reply.unpack(stored.answer)
            reply = await self._call(work, said, found, known, prepared)
            await inbox.answer(work, SOURCE, said.key, reply.pack())
        log.info("message_acted", command=found.command.name)
        known.forget_language()
        return reply

    async def _call(
        self, work: Work, said: Said, found: Found, known: Remembered, prepared: Any = None
    ) -> Reply:
        account = await self._account(work, said, found.command, known)
        work.actor = f"citizen:{account.person_id or account.openid}"
        talk = Conversation(
            work,
            account,
            found.argument,
            texts(account.language),
            known.chat.draft,
            prepared,
            found.suggestions,
        )
        try:
            return await found.command.handler(talk)
        except Refusal as refusal:
            return talk.refuse(refusal)

    async def _account(self, work: Work, said: Said, command: Command, known: Remembered) -> Account:
        """Who writes; where the command needs the language only, what is remembered of it."""
        if not command.account and known.chat.language:
            return Account(said.openid, language=known.chat.language)
        account = await identity.account(work, said.openid)
        if not command.writes:  # a writing command may be about to change it
            known.learn_language(account.language)
        return account


async def _hand_over(talk: Conversation) -> Reply:
    """A person has been asked for: what is no command goes to customer service."""
    del talk
    return Reply(handover=True)


HAND_OVER = Command("hand_over", (), _hand_over, writes=False, listed=False)
