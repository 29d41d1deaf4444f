"""A pushed text with choices: below its last part stand lines to tap, each a text the citizen could have sent."""

import json
from typing import Any

import aiohttp
import pytest

from bot.commands import ROUTER
from bot.wechat.replies import TEXT_LIMIT
from bot.wechat.windows import Act, Windows
from models.base.ephemeral import MemoryEphemeral
from models.base.ports import Outcome, SendResult
from tests.conftest import FixedClock
from tests.gateways.conftest import Serve
from tests.gateways.test_wechat_push import push
from tests.wechat.platform import Platform

TEXT = "您有1宗未处理案件。\n回复 1 接受，2 查看，0 人工"
CHOICES = ("接受 442012003481", "442012003481")


def shown(far: Platform) -> list[Any]:
    """What went out: texts as text, questions as (head, lines)."""
    bodies = [json.loads(body) for _, _, body in far.calls]
    return [
        body["text"]["content"]
        if body["msgtype"] == "text"
        else (body["msgmenu"]["head_content"], [line["content"] for line in body["msgmenu"]["list"]])
        for body in bodies
    ]


async def test_the_choices_are_lines_to_tap(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    gateway = await push(session, await serve(far.handle))
    assert await gateway.push(openid="openid-1", text=TEXT, choices=CHOICES) == SendResult(Outcome.SENT)
    [(call, _, body)] = far.calls
    assert (call, json.loads(body)) == (
        "POST /cgi-bin/message/custom/send",
        {
            "touser": "openid-1",
            "msgtype": "msgmenu",
            "msgmenu": {
                "head_content": TEXT,
                "list": [{"id": "1", "content": CHOICES[0]}, {"id": "2", "content": CHOICES[1]}],
                "tail_content": "",
            },
        },
    )


@pytest.mark.parametrize("number", [1, 2])
def test_a_tapped_line_says_what_its_number_says(number: int) -> None:
    tapped, typed = ROUTER.find(CHOICES[number - 1]), ROUTER.find(str(number), CHOICES)
    assert (tapped.command, tapped.argument) == (typed.command, typed.argument)
    assert tapped.command is not ROUTER.fallback


async def test_of_several_parts_the_last_has_the_lines(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    gateway = await push(session, await serve(far.handle))
    text = "\n".join(f"第{number}宗案件，在兴中道，超速。" for number in range(120))
    assert (await gateway.push(openid="openid-1", text=text, choices=CHOICES)).outcome is Outcome.SENT
    *before, (head, lines) = shown(far)
    assert "".join([*before, head]) == text
    assert (len(before) > 0, all(len(part.encode()) <= TEXT_LIMIT for part in before)) == (True, True)
    assert tuple(lines) == CHOICES


async def test_a_part_that_is_not_taken_is_the_last_that_is_tried(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(first=[{"errcode": 0}, {"errcode": 45047}])
    gateway = await push(session, await serve(far.handle))
    result = await gateway.push(openid="openid-1", text="字" * 2100, choices=CHOICES)
    assert (result, len(far.calls)) == (SendResult(Outcome.REFUSED, reason="45047"), 2)


TOO_MUCH = [
    pytest.param(TEXT, [str(number) for number in range(11)], id="eleven lines"),
    pytest.param(TEXT, ["字" * 43], id="a line of 129 bytes"),
    pytest.param("字" * 680, CHOICES, id="text and lines together above a text's limit"),
    pytest.param(TEXT, [], id="no lines"),
]


@pytest.mark.parametrize(("text", "choices"), TOO_MUCH)
async def test_what_does_not_fit_is_the_text_alone(
    session: aiohttp.ClientSession, serve: Serve, text: str, choices: list[str]
) -> None:
    far = Platform()
    gateway = await push(session, await serve(far.handle))
    assert await gateway.push(openid="openid-1", text=text, choices=choices) == SendResult(Outcome.SENT)
    assert shown(far) == [text]


@pytest.mark.parametrize("code", [40200, 40008, 45002, 47001, 99999])
async def test_what_is_refused_as_lines_goes_as_the_text_alone(
    session: aiohttp.ClientSession, serve: Serve, code: int
) -> None:
    far, windows = Platform(first=[{"errcode": code}]), Windows(MemoryEphemeral(), FixedClock())
    await windows.opened("openid-1", Act.FOLLOW)
    gateway = await push(session, await serve(far.handle), windows)
    assert await gateway.push(openid="openid-1", text=TEXT, choices=CHOICES) == SendResult(Outcome.SENT)
    assert shown(far) == [(TEXT, list(CHOICES)), TEXT]
    assert await windows.obstacle("openid-1") is None, "a refused kind of message says nothing of the citizen"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        pytest.param(45015, Outcome.REFUSED, id="the window is closed"),
        pytest.param(43004, Outcome.REFUSED, id="does not follow"),
        pytest.param(-1, Outcome.LATER, id="busy"),
    ],
)
async def test_what_stands_against_the_text_as_well_is_not_tried_twice(
    session: aiohttp.ClientSession, serve: Serve, code: int, outcome: Outcome
) -> None:
    far = Platform(answer={"errcode": code})
    gateway = await push(session, await serve(far.handle))
    result = await gateway.push(openid="openid-1", text=TEXT, choices=CHOICES)
    assert (result, len(far.calls)) == (SendResult(outcome, reason=str(code)), 1)


async def test_lines_whose_answer_is_lost_are_not_followed_by_the_text(
    session: aiohttp.ClientSession, silent: str
) -> None:
    gateway = await push(session, silent, timeout=0.05)
    result = await gateway.push(openid="openid-1", text=TEXT, choices=CHOICES)
    assert result == SendResult(Outcome.UNKNOWN, reason="timeout")
