"""The service's own WeChat codec, client and login against the sandbox's WeChat, over HTTP."""

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.gateways.wechat_login import WeChatLogin
from bot.gateways.wechat_push import WeChatPush
from bot.wechat import messages, replies
from bot.wechat.client import Api, WeChatClient, stable_token
from bot.wechat.codec import BadPush, Codec
from bot.wechat.tokens import TokenSource
from bot.wechat.windows import Windows
from models.base.clock import SystemWall
from models.base.ephemeral import MemoryEphemeral
from models.base.ports import GatewayRefused, Outcome, SendResult
from sandbox.config import Config
from tests.sandbox.conftest import LI_MING, WANG_FANG, Starts, said, shown
from tests.sandbox.service import AES_KEY, APP_ID, ORIGINAL_ID, TOKEN

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
SETTINGS: dict[str, Any] = {
    "token": TOKEN,
    "app_id": APP_ID,
    "original_id": ORIGINAL_ID,
    "aes_key": AES_KEY,
}
PAGE = "https://city.example/c/abc/chat?lang=en"

Spoil = Callable[[bytes], bytes]


class Door:
    """The service's webhook reduced to its codec: it echoes texts. `spoil` changes its answers on the way back."""

    def __init__(self, codec: Codec, spoil: Spoil = bytes) -> None:
        self._codec = codec
        self._spoil = spoil
        self.refused: list[str] = []

    async def push(self, request: web.Request) -> web.Response:
        try:
            opened = self._codec.open(request.query, await request.read())
        except BadPush as problem:
            self.refused.append(problem.reason)
            return web.Response(status=403)
        if not isinstance(opened.message, messages.Text):
            return web.Response(text="success")
        reply = replies.text(opened.message, opened.message.content, now=int(time.time()))
        return web.Response(body=self._spoil(self._codec.seal(reply, opened)))


@asynccontextmanager
async def sandbox_before(door: Door, start: Starts, config: Config) -> AsyncIterator[TestClient]:
    """A sandbox whose WeChat pushes to this door."""
    app = web.Application()
    app.router.add_post("/wechat", door.push)
    async with TestServer(app, host="127.0.0.1") as server:
        yield await start(wechat=replace(config.wechat, push_url=str(server.make_url("/wechat"))))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("罚单 粤T12345", id="chinese"),
        pytest.param("a]]>b <&> \"'", id="what-xml-and-cdata-mind"),
        pytest.param("👨‍👩‍👧 ok", id="emoji"),
        pytest.param("长" * 600, id="long"),
    ],
)
async def test_a_text_there_and_back(start: Starts, config: Config, text: str):
    door = Door(Codec(**SETTINGS))
    async with sandbox_before(door, start, config) as sandbox:
        answer = await said(sandbox, "say", **{"as": "li-ming", "text": text})
        assert (answer["error"], [reply["text"] for reply in answer["replies"]]) == (None, [text])
    assert door.refused == []


@pytest.mark.parametrize(
    ("ours", "reason"),
    [
        pytest.param({"token": "another"}, "signature", id="token"),
        pytest.param({"aes_key": AES_KEY[::-1]}, "key or app id", id="key"),
        pytest.param({"app_id": "wx-other"}, "key or app id", id="app-id"),
        pytest.param({"original_id": "gh_other"}, "receiver", id="receiver"),
        pytest.param({"wall": lambda: time.time() + 400}, "time window", id="clock"),
    ],
)
async def test_a_push_that_is_not_ours_is_refused(
    start: Starts, config: Config, ours: dict[str, Any], reason: str
):
    door = Door(Codec(**(SETTINGS | ours)))
    async with sandbox_before(door, start, config) as sandbox:
        assert (await said(sandbox, "say", **{"as": "li-ming", "text": "罚单"}))["error"] == OUT_OF_ORDER
    assert set(door.refused) == {reason}


@pytest.mark.parametrize("tag", ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"])
async def test_a_reply_that_was_changed_is_not_shown(start: Starts, config: Config, tag: str):
    door = Door(Codec(**SETTINGS), spoil=lambda body: another_first_letter(tag, body))
    async with sandbox_before(door, start, config) as sandbox:
        assert (await said(sandbox, "say", **{"as": "li-ming", "text": "罚单"}))["error"] == OUT_OF_ORDER
    assert door.refused == []


def another_first_letter(tag: str, body: bytes) -> bytes:
    """The document with the first character of this element's text replaced."""

    def other(found: re.Match[bytes]) -> bytes:
        return found[1] + (b"0" if found[2] != b"0" else b"1")

    return re.sub(rb"(<" + tag.encode() + rb">(?:<!\[CDATA\[)?)(.)", other, body)


@pytest.fixture
async def api(sandbox: TestClient) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, base_url=str(sandbox.make_url("/")).rstrip("/"))


def push_with(api: Api, secret: str) -> WeChatPush:
    tokens = TokenSource(
        app_id=APP_ID,
        cache=MemoryEphemeral(),
        fetch=lambda: stable_token(api, app_id=APP_ID, secret=secret),
    )
    return WeChatPush(WeChatClient(api, tokens), Windows(MemoryEphemeral(), SystemWall()))


async def test_a_message_into_the_chat_with_a_token_of_our_own(sandbox: TestClient, api: Api):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    assert await push_with(api, "app-secret").push(openid=LI_MING, text="已解锁 😀") == SendResult(
        Outcome.SENT
    )
    assert (await shown(sandbox, "messages"))[-1]["text"] == "已解锁 😀"


async def test_nobody_who_does_not_follow_is_written_to(api: Api):
    result = await push_with(api, "app-secret").push(openid=WANG_FANG, text="已解锁")
    assert result.outcome is Outcome.REFUSED


async def test_without_the_secret_there_is_no_token(sandbox: TestClient, api: Api):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    result = await push_with(api, "another").push(openid=LI_MING, text="已解锁")
    assert result.outcome is not Outcome.SENT
    assert all(line["text"] != "已解锁" for line in await shown(sandbox, "messages"))


def login_of(sandbox: TestClient, api: Api, secret: str) -> WeChatLogin:
    return WeChatLogin(api, app_id=APP_ID, secret=secret, open_url=str(sandbox.make_url("/")))


async def code_for(sandbox: TestClient, login: WeChatLogin) -> str:
    """What Li Ming's browser brings back from the login page."""
    url = login.login_url(redirect=PAGE, state="abc123")
    cookies = {"Cookie": "sandbox_phone=li-ming"}
    async with sandbox.get(URL(url).relative(), headers=cookies, allow_redirects=False) as answer:
        assert answer.status == 302
        back = URL(answer.headers["Location"])
    assert (back.host, back.path, back.query["lang"], back.query["state"]) == (
        *("city.example", "/c/abc/chat"),
        *("en", "abc123"),
    )
    return back.query["code"]


async def test_who_looks_at_the_page_is_told_once(sandbox: TestClient, api: Api):
    login = login_of(sandbox, api, "app-secret")
    code = await code_for(sandbox, login)
    assert await login.openid(code) == LI_MING
    with pytest.raises(GatewayRefused, match="40163"):
        await login.openid(code)


async def test_a_code_that_was_never_given(sandbox: TestClient, api: Api):
    with pytest.raises(GatewayRefused, match="40029"):
        await login_of(sandbox, api, "app-secret").openid("made-up")
