"""The service as the sandbox sees it, built on wechatpy's code: it records what comes and answers as told."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.replies import TextReply

APP_ID, TOKEN, AES_KEY = "wx0000000000000001", "a-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ORIGINAL_ID = "gh_shimin"
CLOCK_KEY, POLICE_KEY = "clock-key", "police-key"

Speaks = Callable[[Any], Any]  # a wechatpy reply, or a raw body


def echo(message: Any) -> Any:
    """Answer a text with itself, an event with its name."""
    return TextReply(message=message, content=getattr(message, "content", None) or f"event {message.event}")


class Service:
    """`statuses` are used up one per push, notice or receipt; then it is 200. `speaks` replies after `slowness` seconds."""

    def __init__(self) -> None:
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        self.url = ""
        self.speaks: Speaks = echo
        self.statuses: list[int] = []
        self.slowness = 0.0
        self.messages: list[Any] = []
        self.forged = 0
        self.notices: list[tuple[dict[str, str], bytes]] = []
        self.receipts: list[list[dict[str, Any]]] = []
        self.records: list[dict[str, Any]] = []
        self.moved: list[int] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/wechat", self.push),
                web.post("/notify", self.notify),
                web.post("/report", self.report),
                web.get("/demo/clock", self.clock),
                web.post("/demo/clock", self.clock),
                web.post("/api/v1/violations", self.violation),
            ]
        )
        return app

    def _status(self) -> int:
        return self.statuses.pop(0) if self.statuses else 200

    async def push(self, request: web.Request) -> web.Response:
        query = request.query
        try:
            xml = self.crypto.decrypt_message(
                await request.text(), query["msg_signature"], query["timestamp"], query["nonce"]
            )
        except InvalidSignatureException:
            self.forged += 1
            return web.Response(status=403)
        message = parse_message(xml)
        assert query["openid"] == message.source
        assert message.target == ORIGINAL_ID
        self.messages.append(message)
        await asyncio.sleep(self.slowness)
        status, reply = self._status(), self.speaks(message)
        if isinstance(reply, str):
            return web.Response(text=reply, status=status)
        sealed = self.crypto.encrypt_message(reply, query["nonce"], str(int(time.time())))
        return web.Response(text=sealed, status=status, content_type="application/xml")

    async def notify(self, request: web.Request) -> web.Response:
        self.notices.append((dict(request.headers), await request.read()))
        return web.Response(status=self._status())

    async def report(self, request: web.Request) -> web.Response:
        self.receipts.append(await request.json())
        return web.json_response({"code": 0, "msg": "ok"}, status=self._status())

    async def clock(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {CLOCK_KEY}"
        if request.method == "POST":
            days = (await request.json())["days"]
            if days < 1:
                return web.json_response({"code": "days", "message": "forward only"}, status=400)
            self.moved.append(days)
        return web.json_response({"now": "2026-12-01T10:00:00+08:00", "today": "2026-12-01"})

    async def violation(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {POLICE_KEY}"
        assert request.headers["Idempotency-Key"]
        self.records.append(await request.json())
        return web.json_response({"case_no": "442012003481"}, status=201)
