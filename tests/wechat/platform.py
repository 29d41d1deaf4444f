"""WeChat's API host, as far as our outgoing calls go: it hands out tokens, checks them, and answers what a test says."""

import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.wechat.client import Api, WeChatClient, stable_token
from bot.wechat.tokens import TokenSource
from models.base.ephemeral import MemoryEphemeral

APP_ID = "wx0123456789abcdef"
SECRET = "the app secret"
OK = {"errcode": 0, "errmsg": "ok"}


class MemoryCache(MemoryEphemeral):
    """One that shows what it keeps, and for how long it was last asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.ttl = 0.0

    @property
    def values(self) -> dict[str, bytes]:
        """What is there, whether its time is up or not."""
        return {key: value for key, (_, value) in self._values.items()}

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        await super().put(key, value, ttl)
        self.ttl = ttl


@dataclass
class Platform:
    """`answer` goes to every call that carries the token in force, after those of `first`; dictionaries as JSON, bytes as they are."""

    first: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] | bytes = field(default_factory=lambda: dict(OK))
    status: int = 200
    refusal: int = 42001
    issued: int = 0
    in_force: int = 0
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def expire(self) -> None:
        """The token in force is refused from now on; the next one handed out works."""
        self.in_force = -1

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.path == "/cgi-bin/stable_token":
            return self._token(request.method, json.loads(body))
        self.calls.append((f"{request.method} {request.path}", dict(request.query), body))
        if request.path.startswith("/cgi-bin/") and request.query["access_token"] != f"token-{self.in_force}":
            return web.json_response({"errcode": self.refusal, "errmsg": "access_token expired rid: 1-2-3"})
        answer = self.first.pop(0) if self.first else self.answer
        if isinstance(answer, bytes):
            return web.Response(status=self.status, body=answer)
        # WeChat calls its JSON text/plain.
        return web.Response(status=self.status, text=json.dumps(answer), content_type="text/plain")

    def _token(self, method: str, asked: dict[str, Any]) -> web.Response:
        assert (method, asked) == (
            "POST",
            {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, "force_refresh": False},
        )
        self.issued += 1
        self.in_force = self.issued
        return web.json_response({"access_token": f"token-{self.issued}", "expires_in": 7200})


def client(
    session: aiohttp.ClientSession, base_url: str, *, cache: MemoryCache | None = None, timeout: float = 5.0
) -> WeChatClient:
    """The client as it is wired in the service."""
    api = Api(session, base_url=base_url, timeout=timeout)
    tokens = TokenSource(
        app_id=APP_ID,
        cache=MemoryCache() if cache is None else cache,
        fetch=lambda: stable_token(api, app_id=APP_ID, secret=SECRET),
    )
    return WeChatClient(api, tokens)
