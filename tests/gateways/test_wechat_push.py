"""What becomes of a pushed message, code by code."""

import json

import aiohttp
import pytest

from bot.gateways.wechat_push import WeChatPush
from bot.wechat.errcodes import ERRCODES, look_up
from models.base.ports import ChatGateway, Outcome, SendResult
from tests.gateways.conftest import Serve
from tests.wechat.platform import MemoryCache, Platform, client

TOKEN = {"wechat:token:wx0123456789abcdef": b"token-0"}


def push(session: aiohttp.ClientSession, base_url: str, timeout: float = 5.0) -> ChatGateway:
    """A gateway whose token is there already, so that what fails is the message."""
    cache = MemoryCache()
    cache.values = dict(TOKEN)
    return WeChatPush(client(session, base_url, cache=cache, timeout=timeout))


async def test_a_text_is_pushed(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    result = await push(session, await serve(far.handle)).push(openid="openid-1", text='已缴款 "✓"')
    assert result == SendResult(Outcome.SENT)
    [(call, _, body)] = far.calls
    assert call == "POST /cgi-bin/message/custom/send"
    assert "已缴款".encode() in body
    assert json.loads(body) == {
        "touser": "openid-1",
        "msgtype": "text",
        "text": {"content": '已缴款 "✓"'},
    }


OUTCOMES = [
    pytest.param(-1, Outcome.LATER, id="busy"),
    pytest.param(40001, Outcome.LATER, id="token refused twice"),
    pytest.param(40003, Outcome.REFUSED, id="wrong openid"),
    pytest.param(43004, Outcome.REFUSED, id="does not follow"),
    pytest.param(50005, Outcome.REFUSED, id="does not follow, the other code"),
    pytest.param(43019, Outcome.REFUSED, id="in our blacklist"),
    pytest.param(43101, Outcome.REFUSED, id="no consent"),
    pytest.param(45002, Outcome.REFUSED, id="too long"),
    pytest.param(45009, Outcome.LATER, id="daily quota"),
    pytest.param(45011, Outcome.LATER, id="too many a minute"),
    pytest.param(45015, Outcome.REFUSED, id="window closed"),
    pytest.param(45047, Outcome.REFUSED, id="count used up"),
    pytest.param(45065, Outcome.SENT, id="the same mass message again"),
    pytest.param(48001, Outcome.REFUSED, id="interface not granted"),
    pytest.param(48002, Outcome.REFUSED, id="switched off"),
    pytest.param(48004, Outcome.REFUSED, id="banned"),
    pytest.param(99999, Outcome.REFUSED, id="unknown: not sent, the next channel is tried"),
]


@pytest.mark.parametrize(("code", "outcome"), OUTCOMES)
async def test_an_errcode(session: aiohttp.ClientSession, serve: Serve, code: int, outcome: Outcome) -> None:
    far = Platform(answer={"errcode": code, "errmsg": "no rid: 1-2-3"})
    result = await push(session, await serve(far.handle)).push(openid="openid-1", text="1")
    assert result == SendResult(outcome, reason=str(code))


async def test_nobody_there_is_later(session: aiohttp.ClientSession, nowhere: str) -> None:
    result = await push(session, nowhere).push(openid="openid-1", text="1")
    assert result == SendResult(Outcome.LATER, reason="unreachable")


async def test_no_answer_is_unknown(session: aiohttp.ClientSession, silent: str) -> None:
    result = await push(session, silent, timeout=0.05).push(openid="openid-1", text="1")
    assert result == SendResult(Outcome.UNKNOWN, reason="timeout")


def test_the_token_codes_are_those_three() -> None:
    assert {code for code, entry in ERRCODES.items() if entry.token_expired} == {40001, 40014, 42001}


def test_somebody_looks_at_a_code_that_is_not_listed() -> None:
    assert look_up(99999).ours
