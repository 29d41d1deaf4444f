"""Tokens, customer-service messages and their windows, and the silent login."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from sandbox.state import Bond, State
from sandbox.web_json import Refusal
from sandbox.wechat import oauth, tokens
from sandbox.wechat.windows import NotAllowed, opened, spent
from tests.sandbox.account import ASK, token
from tests.sandbox.conftest import LI_MING, WANG_FANG, said, shown
from tests.sandbox.service import APP_ID, Service

HOUR = 3600.0


async def send(client: TestClient, access_token: str, body) -> Any:
    """POST a customer-service message (a mapping, or the raw body); returns the errcode."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    path = URL("/cgi-bin/message/custom/send").with_query(access_token=access_token)
    async with client.post(path, data=raw) as response:
        assert response.status == 200
        return (await response.json(content_type=None))["errcode"]


def text(content: str = "您好", to: str = LI_MING) -> dict:
    return {"touser": to, "msgtype": "text", "text": {"content": content}}


@pytest.fixture
async def open_chat(sandbox: TestClient, service: Service) -> TestClient:
    """Li Ming follows and has just written."""
    service.speaks = lambda message: "success"
    await said(sandbox, "say", **{"as": "li-ming", "text": "x"})
    return sandbox


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        pytest.param({"appid": "wx2"}, 40013, id="another-account"),
        pytest.param({"secret": "guess"}, 40125, id="wrong-secret"),
        pytest.param({"grant_type": "password"}, 40002, id="wrong-grant"),
    ],
)
async def test_stable_token_refuses(sandbox: TestClient, change: dict, errcode: int):
    async with sandbox.post("/cgi-bin/stable_token", json=ASK | change) as response:
        assert (await response.json())["errcode"] == errcode


async def test_the_plain_token_is_switched_off(sandbox: TestClient):
    async with sandbox.get("/cgi-bin/token", params=ASK) as response:
        assert (await response.json())["errcode"] == 48001


def test_life_of_a_token(tmp_path: Path):
    state = State(tmp_path)
    first = tokens.current(state, 0.0)
    assert tokens.current(state, 6800.0) == first
    second = tokens.current(state, 6950.0)
    assert second != first
    tokens.check(state, first.value, 7100.0)  # the overlap
    with pytest.raises(tokens.NoToken) as expired:
        tokens.check(state, first.value, 7200.0)
    assert expired.value.errcode == 42001
    third = tokens.forced(state, 7300.0)
    with pytest.raises(tokens.NoToken) as killed:
        tokens.check(state, second.value, 7301.0)
    assert killed.value.errcode == 40001
    with pytest.raises(tokens.NoToken) as hasty:
        tokens.forced(state, 7310.0)
    assert hasty.value.errcode == 45011
    assert tokens.current(state, 7311.0) == third
    state.close()


async def test_a_message_arrives_in_the_chat(open_chat: TestClient):
    assert await send(open_chat, await token(open_chat), text("您好😀")) == 0
    last = (await shown(open_chat, "messages"))[-1]
    assert (last["from"], last["kind"], last["text"]) == ("account", "text", "您好😀")


@pytest.mark.parametrize(
    ("body", "kind", "shows"),
    [
        pytest.param({"msgtype": "mpnews", "mpnews": {"media_id": "m"}}, "mpnews", "", id="articles"),
        pytest.param(
            {
                "msgtype": "news",
                "news": {"articles": [{"title": "缴款", "description": "¥1", "url": "https://e.org"}]},
            },
            "news",
            "缴款\n¥1",
            id="news",
        ),
        pytest.param(
            {
                "msgtype": "msgmenu",
                "msgmenu": {
                    "head_content": "选",
                    "list": [{"id": "1", "content": "是"}],
                    "tail_content": "谢",
                },
            },
            "msgmenu",
            "选\n是\n谢",
            id="menu",
        ),
    ],
)
async def test_other_kinds_of_message(open_chat: TestClient, body: dict, kind: str, shows: str):
    assert await send(open_chat, await token(open_chat), {"touser": LI_MING} | body) == 0
    last = (await shown(open_chat, "messages"))[-1]
    assert (last["kind"], last["text"]) == (kind, shows)


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        pytest.param(text(to="oNobody"), 40003, id="unknown-openid"),
        pytest.param(text(to=WANG_FANG), 43004, id="not-following"),
        pytest.param(text("字" * 683), 45002, id="too-long"),
        pytest.param(text(""), 44004, id="empty"),
        pytest.param({"touser": LI_MING, "msgtype": "poem", "poem": {}}, 40008, id="unknown-kind"),
        pytest.param({"touser": LI_MING, "msgtype": "image", "image": {}}, 40007, id="no-media"),
        pytest.param(
            {"touser": LI_MING, "msgtype": "news", "news": {"articles": []}}, 45008, id="no-article"
        ),
        pytest.param(
            b'{"touser":"%b","msgtype":"text","text":{"content":"\\u60a8"}}' % LI_MING.encode(),
            40033,
            id="escaped",
        ),
        pytest.param(b"{", 47001, id="not-json"),
        pytest.param(b"[]", 47001, id="not-an-object"),
    ],
)
async def test_a_message_is_refused(open_chat: TestClient, body, errcode: int):
    assert await send(open_chat, await token(open_chat), body) == errcode


async def test_an_escaped_backslash_before_a_u_is_no_escape(open_chat: TestClient):
    raw = b'{"touser":"%b","msgtype":"text","text":{"content":"C:\\\\u1234"}}' % LI_MING.encode()
    assert await send(open_chat, await token(open_chat), raw) == 0


@pytest.mark.parametrize(
    ("access_token", "errcode"),
    [
        pytest.param("", 41001, id="missing"),
        pytest.param("nonsense", 40014, id="malformed"),
        pytest.param("sandbox_unknown", 40001, id="unknown"),
    ],
)
async def test_a_bad_token(open_chat: TestClient, access_token: str, errcode: int):
    assert await send(open_chat, access_token, text()) == errcode


async def test_the_sixth_message_waits_for_the_citizen(sandbox: TestClient, service: Service):
    service.speaks = lambda message: "success"
    access_token = await token(sandbox)
    await said(sandbox, "say", **{"as": "li-ming", "text": "x"})
    # three of the follow's minute and five of the message
    assert [await send(sandbox, access_token, text()) for _ in range(9)] == [0] * 8 + [45047]
    await said(sandbox, "say", **{"as": "li-ming", "text": "x"})
    assert await send(sandbox, access_token, text()) == 0


def count(bond: Bond, now: float, most: int = 10) -> tuple[int, int]:
    """How many messages the account may write at `now`, and the errcode that ends them (0: none by `most`)."""
    for number in range(most):
        try:
            bond = spent(bond, now)
        except NotAllowed as refused:
            return number, refused.errcode
    return most, 0


@pytest.mark.parametrize(
    ("acts", "now", "allowed"),
    [
        pytest.param([], 0, (0, 45015), id="never-wrote"),
        pytest.param([("message", 0)], 47 * HOUR, (5, 45047), id="message"),
        pytest.param([("message", 0)], 48 * HOUR, (0, 45015), id="message-48h-ago"),
        pytest.param([("click", 0)], 59, (3, 45047), id="click"),
        pytest.param([("follow", 0)], 59, (3, 45047), id="follow"),
        pytest.param([("scan", 0)], 60, (0, 45015), id="scan-a-minute-ago"),
        pytest.param([("message", 0), ("click", 10)], 20, (8, 45047), id="message-and-click"),
        pytest.param([("message", 0), ("message", 10)], 20, (5, 45047), id="a-new-message-renews"),
        pytest.param([("payment", 0)], 47 * HOUR, (10, 0), id="payment-any-number"),
        pytest.param([("payment", 0)], 48 * HOUR, (0, 45015), id="payment-48h-ago"),
    ],
)
def test_windows(acts: list, now: float, allowed: tuple[int, int]):
    bond = Bond(LI_MING, follows=True)
    for kind, at in acts:
        bond = opened(bond, kind, at)
    assert count(bond, now) == allowed


LOGIN = (
    "/connect/oauth2/authorize?appid={app}&redirect_uri={back}&response_type=code&scope=snsapi_base&state=s1"
)
BACK = "https%3A%2F%2Fcity.example%2Fback%3Fx%3D1"


def login(app: str = APP_ID, back: str = BACK) -> URL:
    return URL(LOGIN.format(app=app, back=back), encoded=True)


@pytest.mark.parametrize(
    ("who", "cookies"),
    [
        pytest.param("&as=li-ming", {}, id="asked-for"),
        pytest.param("", {"sandbox_phone": "li-ming"}, id="the-phones-cookie"),
        pytest.param("&as=li-ming", {"sandbox_phone": "wang-fang"}, id="asked-for-wins"),
    ],
)
async def test_login_comes_back_with_a_code_that_works_once(sandbox: TestClient, who: str, cookies: dict):
    url = URL(f"{login()}{who}", encoded=True)
    async with sandbox.get(url, cookies=cookies, allow_redirects=False) as response:
        assert response.status == 302
        back = URL(response.headers["Location"])
    assert (back.host, back.query["x"], back.query["state"]) == ("city.example", "1", "s1")
    exchange = {
        "appid": APP_ID,
        "secret": "app-secret",
        "code": back.query["code"],
        "grant_type": "authorization_code",
    }
    async with sandbox.get("/sns/oauth2/access_token", params=exchange) as response:
        assert (await response.json())["openid"] == LI_MING
    async with sandbox.get("/sns/oauth2/access_token", params=exchange) as response:
        assert (await response.json())["errcode"] == 40163


async def test_login_asks_when_it_knows_nobody(sandbox: TestClient):
    async with sandbox.get(login()) as response:
        page = await response.text()
    assert 'data-slug="li-ming"' in page
    assert 'data-slug="wang-fang"' in page
    assert "postMessage" in page


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(login(app="wx2"), id="another-account"),
        pytest.param(login(back="javascript%3Aalert"), id="not-a-web-address"),
        pytest.param(
            URL(f"/connect/oauth2/authorize?redirect_uri={BACK}&appid={APP_ID}", encoded=True), id="order"
        ),
    ],
)
async def test_login_refuses(sandbox: TestClient, url: URL):
    async with sandbox.get(url, allow_redirects=False) as response:
        assert response.status == 400


def test_life_of_a_code(tmp_path: Path):
    state = State(tmp_path)
    code = oauth.issue(state, LI_MING, 0.0)
    with pytest.raises(Refusal) as expired:
        oauth.redeem(state, code.value, 300.0)
    assert expired.value.body["errcode"] == 42003
    with pytest.raises(Refusal) as unknown:
        oauth.redeem(state, "guess", 1.0)
    assert unknown.value.body["errcode"] == 40029
    state.close()
