"""Who looks at a page: the address of the login page, and the exchange of its code."""

from typing import Any

import aiohttp
import pytest

from bot.gateways.wechat_login import WeChatLogin
from bot.wechat.client import Api
from models.base.ports import ChatLogin, GatewayDown, GatewayRefused
from tests.gateways.conftest import Serve
from tests.wechat.platform import APP_ID, SECRET, Platform

OPEN_HOST = "https://open.example.org"


def login(session: aiohttp.ClientSession, base_url: str, timeout: float = 5.0) -> ChatLogin:
    api = Api(session, base_url=base_url, timeout=timeout)
    return WeChatLogin(api, app_id=APP_ID, secret=SECRET, open_url=OPEN_HOST)


async def test_the_login_page_has_its_parameters_in_wechats_order(session: aiohttp.ClientSession) -> None:
    url = login(session, OPEN_HOST).login_url(redirect="https://city.example.org/pay?case=1&x=2", state="s1")
    assert url == (
        "https://open.example.org/connect/oauth2/authorize?appid=wx0123456789abcdef"
        "&redirect_uri=https%3A%2F%2Fcity.example.org%2Fpay%3Fcase%3D1%26x%3D2"
        "&response_type=code&scope=snsapi_base&state=s1#wechat_redirect"
    )


async def test_a_code_is_exchanged(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform(answer={"access_token": "user's", "openid": "openid-1", "scope": "snsapi_base"})
    assert await login(session, await serve(far.handle)).openid("code-1") == "openid-1"
    query = {"appid": APP_ID, "secret": SECRET, "code": "code-1", "grant_type": "authorization_code"}
    assert far.calls == [("GET /sns/oauth2/access_token", query, b"")]
    assert far.issued == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param({"errcode": 40029, "errmsg": "invalid code"}, "40029", id="an invalid code"),
        pytest.param({"errcode": 40163, "errmsg": "been used"}, "40163", id="a code used before"),
        pytest.param({"errcode": 42003, "errmsg": "expired"}, "42003", id="an expired code"),
        pytest.param({"openid": "openid-1", "is_snapshotuser": 1}, "is_snapshotuser", id="a virtual account"),
        pytest.param({"openid": "openid-1", "is_snapshotuser": "1"}, "is_snapshotuser", id="one in quotes"),
    ],
)
async def test_refused(session: aiohttp.ClientSession, serve: Serve, answer: Any, code: str) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        await login(session, await serve(Platform(answer=answer).handle)).openid("code-1")
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param({"errcode": -1, "errmsg": "system error"}, "-1 system busy", id="busy"),
        pytest.param({}, "no openid in the answer", id="an empty answer"),
        pytest.param({"openid": 7}, "no openid in the answer", id="an openid that is a number"),
        pytest.param(b"<html>", "unreadable", id="no JSON"),
    ],
)
async def test_down(session: aiohttp.ClientSession, serve: Serve, answer: Any, words: str) -> None:
    with pytest.raises(GatewayDown) as failure:
        await login(session, await serve(Platform(answer=answer).handle)).openid("code-1")
    assert str(failure.value) == words


async def test_no_answer_is_down(session: aiohttp.ClientSession, silent: str) -> None:
    with pytest.raises(GatewayDown, match="timeout"):
        await login(session, silent, timeout=0.05).openid("code-1")
