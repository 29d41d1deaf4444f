"""`/wechat`: WeChat's URL check (GET) and its pushes (POST), answered within five seconds.

forged, replayed, malformed, oversized -> 4xx, no handler runs, nothing is stored
not ready after 4 s -> `success` in time, finished behind, pushed by customer-service message afterwards

A message is answered in the task of its request: a second task and a wait with a time limit would cost as much as the answer itself.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from bot.doors import Answer, Push, PushDoor, plain, post
from bot.inbox import Inbox, Said
from bot.server import FRONT
from bot.wechat import messages, qr, replies
from bot.wechat.codec import BadPush, Codec, Opened, Unreadable
from handlers.routing import Reply
from models.base import trace
from models.base.ephemeral import Ephemeral
from models.base.ports import ChatAct, ChatGateway, Malformed, Outcome, Unauthentic

PATH = "/wechat"
NONCE_SECONDS = 600
PUSHED_SECONDS = 600
ACKNOWLEDGED = Answer(b"success")
log = structlog.get_logger()


@dataclass(frozen=True)
class Webhook:
    """The door through which WeChat comes."""

    codec: Codec
    inbox: Inbox
    chat: ChatGateway
    ephemeral: Ephemeral
    behind: set[asyncio.Task[Any]]
    seconds_to_answer: float = 4.0

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.check_url, allow_head=False)
        door = PushDoor(self.authenticate, self.answer)
        post(app, PATH, door)
        app[FRONT][PATH] = door
        app.on_cleanup.append(self._finish)

    async def check_url(self, request: web.Request) -> web.Response:
        """Echo what WeChat sent, when it proves to know the token."""
        try:
            return web.Response(text=self.codec.check_url(request.query))
        except BadPush as problem:
            return plain(403, problem.reason)

    async def authenticate(self, push: Push) -> Opened:
        """Signature, time, key, app id, receiver; and a nonce that is repeated must carry the same message."""
        try:
            opened = self.codec.open(push.query, push.body)
        except Unreadable as problem:
            raise Malformed(problem.reason) from problem
        except BadPush as problem:
            raise Unauthentic(problem.reason) from problem
        key, identity = f"nonce:{opened.nonce}", opened.message.duplicate_key.encode()
        fresh = await self.ephemeral.add(key, identity, NONCE_SECONDS)
        if not fresh and await self.ephemeral.get(key) not in (identity, None):
            raise Unauthentic("nonce")
        return opened

    async def answer(self, push: Push, opened: Opened) -> Answer:
        """The reply in time, or `success` now and the reply later."""
        message = opened.message
        trace.begin(trace.of(message.duplicate_key))
        if act := act_of(message):
            await self.chat.heard(openid=message.openid, act=act)
        qr.note(message)
        said = said_in(message)
        if said is None:
            return ACKNOWLEDGED
        early = Acknowledgement(push, self._seconds_left(push), self.behind)
        reply = await self.inbox.answer(said)
        if reply.unsettled:
            _keep(self.behind, asyncio.create_task(self._settle(said)))
        if await early.sent():
            await self._push(reply.text, reply, said)
            return ACKNOWLEDGED
        return self._respond(opened, said, reply)

    def _seconds_left(self, push: Push) -> float:
        """A Redis that hangs may have used up some."""
        return self.seconds_to_answer - (asyncio.get_running_loop().time() - push.began)

    def _respond(self, opened: Opened, said: Said, reply: Reply) -> Answer:
        now = int(time.time())
        if reply.handover:
            body = replies.transfer_customer_service(opened.message, now=now)
        elif reply.card:
            card = reply.card
            article = replies.Article(card.title, card.description, card.url, card.picture)
            body = replies.news(opened.message, article, now=now)
        elif reply.text:
            first, *rest = replies.split_text(reply.text)
            if rest:
                _keep(self.behind, asyncio.create_task(self._push("".join(rest), reply, said)))
            body = replies.text(opened.message, first, now=now)
        else:
            return ACKNOWLEDGED
        return Answer(self.codec.seal(body, opened), "application/xml")

    async def _push(self, text: str, reply: Reply, said: Said) -> None:
        """Once for each message, however often it was delivered; what the reply offers can be tapped."""
        if not text or not await self.ephemeral.add(f"pushed:{said.key}", b"1", PUSHED_SECONDS):
            return
        result = await self.chat.push(openid=said.openid, text=text, choices=reply.choices)
        log.info("pushed_behind", outcome=result.outcome, reason=result.reason)
        if result.outcome is not Outcome.SENT:
            await self.inbox.tell_otherwise(said)

    async def _settle(self, said: Said) -> None:
        """We are checking, it was said; this is what was found."""
        reply = await self.inbox.settle(said)
        result = await self.chat.push(openid=said.openid, text=reply.text, choices=reply.choices)
        log.info("settled", outcome=result.outcome, reason=result.reason)
        if result.outcome is not Outcome.SENT:
            await self.inbox.tell_otherwise(said)

    async def _finish(self, app: web.Application) -> None:
        """Before the process ends, what is under way is finished."""
        del app
        if self.behind:
            await asyncio.wait(self.behind, timeout=8)


class Acknowledgement:
    """`success`, sent by a timer while the push is still being answered, so that WeChat waits no longer than it would. The task goes on,
    and is waited for when the process ends."""

    def __init__(self, push: Push, seconds: float, behind: set[asyncio.Task[Any]]) -> None:
        self._push = push
        self._behind = behind
        self._sending: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(seconds, self._send_beside)
        self._answering = asyncio.current_task()

    async def sent(self) -> bool:
        """The answer is ready: was `success` said meanwhile? If not, it will not be any more."""
        self._timer.cancel()
        if self._sending is None:
            return False
        await self._sending
        return True

    def _send_beside(self) -> None:
        if self._answering:
            _keep(self._behind, self._answering)
        self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        with contextlib.suppress(ConnectionError):  # WeChat has gone: it will come again
            await self._push.answer_early(ACKNOWLEDGED)


def _keep(behind: set[asyncio.Task[Any]], task: asyncio.Task[Any]) -> None:
    """Until it is done."""
    behind.add(task)
    task.add_done_callback(behind.discard)


ACTS: Mapping[type[messages.IncomingMessage], ChatAct] = {
    messages.Subscribe: ChatAct.FOLLOW,
    messages.Unsubscribe: ChatAct.LEFT,
    messages.Scan: ChatAct.SCAN,
    messages.Click: ChatAct.CLICK,
    messages.ScanCode: ChatAct.CLICK,
}


def act_of(message: messages.IncomingMessage) -> ChatAct | None:
    """Which window a message opens; None for events that open none (receipts, locations)."""
    if isinstance(message, messages.Event):
        return ACTS.get(type(message))
    tapped = isinstance(message, messages.Text) and message.menu_id
    return ChatAct.TAP if tapped else ChatAct.MESSAGE


def said_in(message: messages.IncomingMessage) -> Said | None:
    """What a message says, in words or as an event; None when nothing was asked and nothing is to be answered."""
    openid, key = message.openid, message.duplicate_key
    match message:
        case messages.Text(content=content):
            return Said(openid, key, text=content)
        case messages.Voice(recognition=words) if words:
            return Said(openid, key, text=words)
        case messages.Image(media_id=media_id) if media_id:
            return Said(openid, key, picture=media_id)
        case messages.Click(key=words):
            return Said(openid, key, text=words)
        case messages.Subscribe(scene=scene):
            return Said(openid, key, text=qr.words_of(scene), event="subscribe")
        case messages.Unsubscribe():
            return Said(openid, key, event="unsubscribe")
        case messages.Scan(key=scene):
            words = qr.words_of(scene)
            return Said(openid, key, text=words, event="" if words else "subscribe")
        case messages.Event(name=name):
            log.info("event_unanswered", name=name)
            return None
        case _:
            return Said(openid, key, event="other")
