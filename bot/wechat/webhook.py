"""`/wechat`: WeChat's URL check (GET) and its pushes (POST), answered within five seconds.

forged, replayed, malformed, oversized -> 4xx, no handler runs, nothing is stored
not ready after 4 s -> `success` in time, finished behind, pushed by customer-service message afterwards
"""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from bot.doors import Door, plain, post
from bot.inbox import Inbox, Said
from bot.wechat import messages, replies
from bot.wechat.codec import BadPush, Codec, Opened, Unreadable
from handlers.routing import Reply
from models.base.ephemeral import Ephemeral
from models.base.ports import ChatAct, ChatGateway, Malformed, Outcome, Unauthentic

PATH = "/wechat"
NONCE_SECONDS = 600
PUSHED_SECONDS = 600
ACKNOWLEDGED = b"success"
log = structlog.get_logger()


@dataclass(frozen=True)
class Webhook:
    """The door through which WeChat comes."""

    codec: Codec
    inbox: Inbox
    chat: ChatGateway
    ephemeral: Ephemeral
    behind: set[asyncio.Task[None]]
    seconds_to_answer: float = 4.0

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.check_url, allow_head=False)
        post(app, PATH, Door(self.authenticate, self.answer, plain))
        app.on_cleanup.append(self._finish)

    async def check_url(self, request: web.Request) -> web.Response:
        """Echo what WeChat sent, when it proves to know the token."""
        try:
            return web.Response(text=self.codec.check_url(request.query))
        except BadPush as problem:
            return plain(403, problem.reason)

    async def authenticate(self, request: web.Request) -> Opened:
        """Signature, time, key, app id, receiver; and a nonce that is repeated must carry the same message."""
        try:
            opened = self.codec.open(request.query, await request.read())
        except Unreadable as problem:
            raise Malformed(problem.reason) from problem
        except BadPush as problem:
            raise Unauthentic(problem.reason) from problem
        key, identity = f"nonce:{opened.nonce}", opened.message.duplicate_key.encode()
        fresh = await self.ephemeral.add(key, identity, NONCE_SECONDS)
        if not fresh and await self.ephemeral.get(key) not in (identity, None):
            raise Unauthentic("nonce")
        return opened

    async def answer(self, request: web.Request, opened: Opened) -> web.Response:
        """The reply in time, or `success` now and the reply later."""
        del request
        message = opened.message
        if act := act_of(message):
            await self.chat.heard(openid=message.openid, act=act)
        said = said_in(message)
        if said is None:
            return web.Response(body=ACKNOWLEDGED)
        task = self.inbox.begin(said)
        done, _ = await asyncio.wait({task}, timeout=self.seconds_to_answer)
        if not done:
            self._later(self._push(task, said))
            return web.Response(body=ACKNOWLEDGED)
        return self._respond(opened, said, task.result())

    def _respond(self, opened: Opened, said: Said, reply: Reply) -> web.Response:
        now = int(time.time())
        if reply.handover:
            body = replies.transfer_customer_service(opened.message, now=now)
        elif reply.text:
            first, *rest = replies.split_text(reply.text)
            self._later(self._push_parts(rest, said))
            body = replies.text(opened.message, first, now=now)
        else:
            return web.Response(body=ACKNOWLEDGED)
        return web.Response(body=self.codec.seal(body, opened), content_type="application/xml")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.behind.add(task)
        task.add_done_callback(self.behind.discard)

    async def _push(self, answering: asyncio.Task[Reply], said: Said) -> None:
        reply = await answering
        await self._push_parts(replies.split_text(reply.text), said)

    async def _push_parts(self, parts: list[str], said: Said) -> None:
        """Once for each message, however often it was delivered."""
        if not parts or not await self.ephemeral.add(f"pushed:{said.key}", b"1", PUSHED_SECONDS):
            return
        for part in parts:
            result = await self.chat.push(openid=said.openid, text=part)
            log.info("pushed_behind", outcome=result.outcome, reason=result.reason)
            if result.outcome is not Outcome.SENT:
                await self.inbox.tell_otherwise(said)
                return

    async def _finish(self, app: web.Application) -> None:
        """Before the process ends, what is under way is finished."""
        del app
        if self.behind:
            await asyncio.wait(self.behind, timeout=8)


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
        case messages.Click(key=words):
            return Said(openid, key, text=words)
        case messages.Subscribe():
            return Said(openid, key, event="subscribe")
        case messages.Unsubscribe():
            return Said(openid, key, event="unsubscribe")
        case messages.Scan():
            return Said(openid, key, event="subscribe")
        case messages.Event(name=name):
            log.info("event_unanswered", name=name)
            return None
        case _:
            return Said(openid, key, event="other")
