"""What citizens said, what they were told, and what is on record: an account of every message.

    ticket    人工, from a chat of its own: a ticket on the desk
    decision  确认 <case>, by the case's owner: a decision
    reading   罚单, from a chat of its own: nothing

An answer that says it was done, or was not and will not be, is final; after `success` or "we are checking" the last word is what is
pushed into the chat.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
from sqlalchemy import func, select

from models.base.audit import events
from models.base.db import Database
from models.base.texts import CHINESE, texts
from models.post.desk import tickets
from tests.webhook.platform import Answer, WeChat
from tests.wechat import pushes

TIMES = func.count().label("times")
KEEP_ALIVE = 4.0  # seconds; less than the service's, as a balancer has it
ACKNOWLEDGED = "success"
TICKET, DECISION, READING = "ticket", "decision", "reading"


def sentence(key: str) -> str:
    """One without parameters; else as far as its first."""
    return texts(CHINESE).template(key).partition("{")[0]


NOT_RECEIVED, NOT_DONE, CHECKING = map(sentence, ("error.not_received", "error.not_done", "error.checking"))
DONE = {TICKET: sentence("person.ticket"), DECISION: sentence("accept.done")}
PULSE_SECONDS = 0.1
NONCES = count(1)  # whoever brings a message: the service's processes know each other's
NO_LAST_WORD = (ACKNOWLEDGED, CHECKING)


@dataclass(slots=True)
class Message:
    """`said_at` and `answered_at` are monotonic; `answer` is what came back at once."""

    kind: str
    openid: str
    subject: str
    xml: str
    said_at: float = 0.0
    answered_at: float = 0.0
    answer: str = ""

    @property
    def seconds(self) -> float:
        return self.answered_at - self.said_at


@dataclass
class Ledger:
    """`send` brings a message to the service; `decisions` are chats with a case each that can be decided; `dropped` counts messages
    that were not answered at all; `pulse` has from when to when an answer without any work took."""

    send: Callable[[str], Awaitable[Answer]]
    pushed: Mapping[str, list[str]]
    decisions: list[tuple[str, str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    dropped: int = 0
    pulse: list[tuple[float, float]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def talking(self, a_second: float) -> AsyncIterator[None]:
        """Within, so many messages come each second, however long answers take; behind it, all have been answered."""
        talking = asyncio.create_task(self._talk(1 / a_second))
        try:
            yield
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
        await asyncio.gather(*self._under_way)

    async def say(self) -> None:
        """The next message."""
        message = self._next()
        message.said_at = time.monotonic()
        self.messages.append(message)
        try:
            message.answer = (await self.send(message.xml)).text
        except (aiohttp.ClientError, TimeoutError):
            self.dropped += 1
        message.answered_at = time.monotonic()

    async def say_again(self, messages: Sequence[Message]) -> Sequence[Message]:
        """WeChat did not get the answers, and delivers these again. Those that are told something else now: the cache, which may lose
        what it has, did."""
        otherwise = []
        for message in messages:
            before, message.answer = message.answer, (await self.send(message.xml)).text
            if message.answer != before:
                otherwise.append(message)
        return otherwise

    def answered(self, *answers: str) -> Sequence[Message]:
        """Those that were told one of these at once."""
        return [message for message in self.messages if message.answer in answers]

    def last_word(self, message: Message) -> str:
        """What holds for a message in the end; empty while it is not told."""
        if message.answer not in NO_LAST_WORD:
            return message.answer
        told = [said for said in self.pushed.get(message.openid, []) if said != CHECKING]
        assert len(told) <= 1, f"told more than once: {told}"
        return told[0] if told else ""

    def seconds(self, message: Message) -> float:
        """How long an answer took, but for what the machine kept the process waiting meanwhile."""
        meanwhile = [
            end - begin for begin, end in self.pulse if begin < message.answered_at and message.said_at < end
        ]
        return message.seconds - max(meanwhile, default=0.0)

    async def feel_pulse(self, http: aiohttp.ClientSession) -> None:
        """Ask for an answer without any work, again and again."""
        while True:
            began = time.monotonic()
            async with http.get("/livez") as answer:
                assert answer.status == 200
            self.pulse.append((began, time.monotonic()))
            await asyncio.sleep(PULSE_SECONDS)

    def told_within(self, span: tuple[float, float]) -> set[str]:
        """The last words for what was said and answered in this span of time."""
        begin, end = span
        meanwhile = [each for each in self.messages if begin <= each.said_at and each.answered_at <= end]
        return set(map(self.last_word, meanwhile))

    def all_told(self) -> bool:
        """Every message has its last word."""
        return all(map(self.last_word, (each for each in self.messages if each.answer)))

    def untrue(self, effects: Mapping[str, int]) -> Collection[str]:
        """Messages that were told one thing while another is on record."""
        return [
            f"{message.subject}: {message.answer!r}, {word!r}, found {effects[message.subject]}"
            for message in self.messages
            if effects[message.subject] != self._promised(message, word := self.last_word(message))
        ]

    def _promised(self, message: Message, word: str) -> int | None:
        if word in (NOT_RECEIVED, NOT_DONE) or message.kind == READING:
            return 0
        return 1 if word.startswith(DONE[message.kind]) else None

    async def _talk(self, pause: float) -> None:
        while True:
            task = asyncio.create_task(self.say())
            self._under_way.add(task)
            await asyncio.sleep(pause)

    def _next(self) -> Message:
        number = next(self._numbers)
        if self.decisions and number % 4 == 0:
            openid, case = self.decisions.pop()
            return self._message(DECISION, openid, f"case {case}", f"确认 {case}", number)
        kind, words = (READING, "罚单") if number % 4 == 1 else (TICKET, "人工")
        openid = f"o-chaos-{number}"
        return self._message(kind, openid, f"account {openid}", words, number)

    def _message(self, kind: str, openid: str, subject: str, words: str, number: int) -> Message:
        inner = f"<MsgType>text</MsgType><Content><![CDATA[{words}]]></Content><MsgId>{number}</MsgId>"
        return Message(kind, openid, subject, pushes.xml(inner, openid=openid))


async def effects(database: Database) -> Counter[str]:
    """How often each message's effect is on record."""
    decided = select(events.c.subject, TIMES).where(events.c.action == "case.decided")
    opened = select(tickets.c.subject, TIMES).where(tickets.c.topic == "conversation")
    async with database.read() as work:
        rows = [
            *await work.all(decided.group_by(events.c.subject)),
            *await work.all(opened.group_by(tickets.c.subject)),
        ]
    return Counter({row.subject: row.times for row in rows})


@asynccontextmanager
async def wechat(address: str) -> AsyncIterator[WeChat]:
    """WeChat before one web process, with as many connections as it wants."""
    everything = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE)
    async with aiohttp.ClientSession(base_url=address, connector=everything) as http:
        # it posts, and that is all that is asked of it
        yield WeChat(http, NONCES)  # type: ignore[arg-type]


async def deliver(platform: WeChat, xml: str) -> Answer:
    """Now."""
    return await platform.deliver(xml, timestamp=int(time.time()))
