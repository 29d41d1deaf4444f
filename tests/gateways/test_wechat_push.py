"""What becomes of a pushed message, code by code."""

import json

import aiohttp
import pytest

from bot.gateways.wechat_push import WeChatPush
from bot.wechat import custom
from bot.wechat.errcodes import ERRCODES, Recipient, look_up
from bot.wechat.windows import Act, Windows
from models.base.clock import SystemWall
from models.base.ephemeral import MemoryEphemeral
from models.base.ports import Outcome, SendResult
from tests.conftest import FixedClock
from tests.gateways.conftest import Serve
from tests.wechat.platform import MemoryCache, Platform, client

TOKEN = "wechat:token:wx0123456789abcdef"


async def push(
    session: aiohttp.ClientSession, base_url: str, windows: Windows | None = None, timeout: float = 5.0
) -> WeChatPush:
    """A gateway whose token is there already, so that what fails is the message."""
    cache = MemoryCache()
    await cache.put(TOKEN, b"token-0", 7200.0)
    windows = windows or Windows(MemoryEphemeral(), SystemWall())
    return WeChatPush(client(session, base_url, cache=cache, timeout=timeout), windows)


async def test_a_text_is_pushed(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    result = await (await push(session, await serve(far.handle))).push(openid="openid-1", text='已缴款 "✓"')
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
    result = await (await push(session, await serve(far.handle))).push(openid="openid-1", text="1")
    assert result == SendResult(outcome, reason=str(code))


async def test_nobody_there_is_later(session: aiohttp.ClientSession, nowhere: str) -> None:
    result = await (await push(session, nowhere)).push(openid="openid-1", text="1")
    assert result == SendResult(Outcome.LATER, reason="unreachable")


async def test_no_answer_is_unknown(session: aiohttp.ClientSession, silent: str) -> None:
    result = await (await push(session, silent, timeout=0.05)).push(openid="openid-1", text="1")
    assert result == SendResult(Outcome.UNKNOWN, reason="timeout")


def test_the_token_codes_are_those_three() -> None:
    assert {code for code, entry in ERRCODES.items() if entry.token_expired} == {40001, 40014, 42001}


def test_somebody_looks_at_a_code_that_is_not_listed() -> None:
    assert look_up(99999).ours


KINDS = [
    pytest.param(
        lambda push: push.push_image(openid="openid-1", media_id="m1"),
        {"msgtype": "image", "image": {"media_id": "m1"}},
        id="a picture",
    ),
    pytest.param(
        lambda push: push.push_card(
            openid="openid-1", card=custom.Card("罚单", "一件待办", "https://shimin.test/c/1")
        ),
        {
            "msgtype": "news",
            "news": {
                "articles": [
                    {
                        "title": "罚单",
                        "description": "一件待办",
                        "url": "https://shimin.test/c/1",
                        "picurl": "",
                    }
                ]
            },
        },
        id="a card",
    ),
    pytest.param(
        lambda push: push.push_question(
            openid="openid-1",
            question=custom.Question("是您开的车吗?", [("1", "是"), ("2", "不是")], "请点选"),
        ),
        {
            "msgtype": "msgmenu",
            "msgmenu": {
                "head_content": "是您开的车吗?",
                "list": [{"id": "1", "content": "是"}, {"id": "2", "content": "不是"}],
                "tail_content": "请点选",
            },
        },
        id="a question with answers to tap",
    ),
]


@pytest.mark.parametrize(("pushed", "body"), KINDS)
async def test_other_kinds_than_text(session: aiohttp.ClientSession, serve: Serve, pushed, body) -> None:
    far = Platform()
    assert await pushed(await push(session, await serve(far.handle))) == SendResult(Outcome.SENT)
    [(call, _, sent)] = far.calls
    assert (call, json.loads(sent)) == ("POST /cgi-bin/message/custom/send", {"touser": "openid-1", **body})


async def test_a_closed_window_costs_no_call(session: aiohttp.ClientSession, serve: Serve) -> None:
    far, windows = Platform(), Windows(MemoryEphemeral(), FixedClock())
    gateway = await push(session, await serve(far.handle), windows)
    await windows.opened("openid-1", Act.MESSAGE)
    results = [await gateway.push(openid="openid-1", text=str(n)) for n in range(6)]
    assert results[:5] == [SendResult(Outcome.SENT)] * 5
    assert results[5] == SendResult(Outcome.REFUSED, reason="window_closed")
    assert len(far.calls) == 5


@pytest.mark.parametrize(
    ("code", "state"),
    [
        pytest.param(code, entry.recipient, id=f"{code} {entry.meaning}")
        for code, entry in ERRCODES.items()
        if entry.recipient
    ],
)
async def test_what_a_refusal_says_of_the_citizen_is_believed_until_the_citizen_does_something(
    session: aiohttp.ClientSession, serve: Serve, code: int, state: Recipient
) -> None:
    far, windows = Platform(answer={"errcode": code}), Windows(MemoryEphemeral(), FixedClock())
    gateway = await push(session, await serve(far.handle), windows)
    first, second = [await gateway.push(openid="openid-1", text="1") for _ in range(2)]
    assert (first.reason, second) == (str(code), SendResult(Outcome.REFUSED, reason=state.value))
    assert len(far.calls) == 1
    await windows.opened("openid-1", Act.MESSAGE)
    far.answer = {"errcode": 0}
    assert await gateway.push(openid="openid-1", text="1") == SendResult(Outcome.SENT)


async def test_a_lost_answer_counts_against_no_window(
    session: aiohttp.ClientSession, serve: Serve, silent: str
) -> None:
    windows = Windows(MemoryEphemeral(), FixedClock())
    await windows.opened("openid-1", Act.FOLLOW)
    gateway = await push(session, silent, windows, timeout=0.02)
    assert [(await gateway.push(openid="openid-1", text="1")).reason for _ in range(4)] == ["timeout"] * 4


def test_the_states_are_those_of_the_wire() -> None:
    told = {code: entry.recipient for code, entry in ERRCODES.items() if entry.recipient}
    assert told == {
        40003: Recipient.WRONG_OPENID,
        43004: Recipient.NOT_FOLLOWING,
        50005: Recipient.NOT_FOLLOWING,
        43019: Recipient.BLACKLISTED,
        48002: Recipient.MESSAGES_OFF,
        45015: Recipient.WINDOW_CLOSED,
        45047: Recipient.WINDOW_CLOSED,
    }
