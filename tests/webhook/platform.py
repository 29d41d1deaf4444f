"""WeChat's side of the webhook: pushes made by wechatpy, answers opened by wechatpy."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from wechatpy.crypto import WeChatCrypto

from bot.server import Runner, runner
from tests.wechat import pushes

PATH = "/wechat"


class Served(TestServer):
    """The application on the server of `bot/server.py`, with its limits and its front door."""

    async def _make_runner(self, **kwargs: Any) -> Runner:
        del kwargs  # it would cancel what the client no longer waits for
        return runner(self.app, 8)


@dataclass(frozen=True, slots=True)
class Answer:
    """`kind` is the MsgType of a reply, empty for `success`; `text` what a text says, else the whole body."""

    status: int
    kind: str
    text: str


@dataclass
class WeChat:
    """Delivers messages, each delivery with a nonce of its own."""

    client: TestClient[web.Request, web.Application]
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def text(self, content: str, *, openid: str = pushes.OPENID, msg_id: int = 0) -> str:
        """A new text message, to be delivered as often as one likes."""
        number = msg_id or 23456789012345678 + next(self.numbers)
        inner = f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>{number}</MsgId>"
        return pushes.xml(inner, openid=openid)

    async def deliver(self, message: str, **how: Any) -> Answer:
        """Push a message, encrypted; `how` are the ways of `pushes.push`."""
        query, body = pushes.push(message, **{"nonce": f"n{next(self.numbers)}", **how})
        return await self.post(query, body)

    async def say(self, content: str, *, openid: str = pushes.OPENID) -> Answer:
        """A new text message, delivered once."""
        return await self.deliver(self.text(content, openid=openid))

    async def post(
        self, query: Mapping[str, str], body: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Whatever it is."""
        async with self.client.post(PATH, params=query, data=body, headers=headers) as response:
            content = await response.text()
            if response.status != 200 or content == "success":
                return Answer(response.status, "", content)
            return _opened(content)


def _opened(content: str) -> Answer:
    """Signature checked, decrypted, read; raises for anything that WeChat would not take."""
    sealed = xmltodict.parse(content)["xml"]
    crypto = WeChatCrypto(pushes.TOKEN, pushes.KEY, pushes.APP_ID)
    plain = crypto.decrypt_message(content, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
    reply = xmltodict.parse(plain)["xml"]
    assert reply["FromUserName"] == pushes.ORIGINAL_ID
    return Answer(200, reply["MsgType"], reply.get("Content", plain))
