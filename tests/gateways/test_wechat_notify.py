"""A notice into the chat: as a text while a window is open, else by its kind's template, else it goes another way."""

import hashlib
import json
from datetime import date
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.gateways.wechat_push import WeChatPush
from bot.wechat.errcodes import Recipient
from bot.wechat.templates import Template
from bot.wechat.windows import Act, Windows
from models.base.ephemeral import MemoryEphemeral
from models.base.money import Fen
from models.base.ports import Outcome, SendResult
from models.base.texts import read_all
from tests.conftest import FixedClock
from tests.gateways.conftest import Serve
from tests.wechat.platform import OK, Platform, client

read_all()  # as a process does before its event loop runs
BIG = 9007199254740995  # beyond 2^53
LINK = "https://shimin.test/c/abc"
NOTICE: dict[str, Any] = {
    "openid": "openid-1",
    "text": "已收到缴款 ¥200.00",
    "kind": "payment_receipt",
    "locale": "zh_CN",
    "params": {
        "number": "442012003481",
        "amount": Fen(20000),
        "day": date(2026, 12, 9),
        "link": LINK,
    },
    "key": "payment_receipt.442012003481.P1.chat",
}
RECEIPT = Template(
    template="T1", fields={"character_string1": "{number}", "amount2": "{amount}", "time3": "{day}"}
)
AGREED = Template(template="T2", fields={"phrase1": "已缴清", "date2": "{day}"}, one_time=True)
CLOSED = {"errcode": 45015}


class Chat:
    """A gateway before `far`, and the windows it keeps."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, **templates: Template) -> None:
        self.windows = Windows(MemoryEphemeral(), FixedClock())
        by_kind = {f"{kind}.zh_CN": template for kind, template in templates.items()}
        self.gateway = WeChatPush(client(session, base_url), self.windows, by_kind)


def paths(far: Platform) -> list[str]:
    return [call.removeprefix("POST /cgi-bin/message/") for call, _, _ in far.calls]


async def test_while_the_window_is_open_it_is_the_text(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    await chat.windows.opened("openid-1", Act.PAYMENT)
    assert await chat.gateway.notify(**NOTICE) == SendResult(Outcome.SENT)
    [(call, _, body)] = far.calls
    assert (call, json.loads(body)["text"]) == (
        "POST /cgi-bin/message/custom/send",
        {"content": NOTICE["text"]},
    )


@pytest.mark.parametrize("code", [pytest.param(45015, id="closed"), pytest.param(45047, id="used up")])
async def test_a_window_that_wechat_finds_closed_is_followed_by_the_template(
    session: aiohttp.ClientSession, serve: Serve, code: int
) -> None:
    far = Platform(first=[{"errcode": code}], answer={**OK, "msgid": BIG})
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    assert await chat.gateway.notify(**NOTICE) == SendResult(Outcome.SENT, provider_id=str(BIG))
    assert paths(far) == ["custom/send", "template/send"]
    assert json.loads(far.calls[1][2]) == {
        "touser": "openid-1",
        "template_id": "T1",
        "client_msg_id": hashlib.sha256(NOTICE["key"].encode()).hexdigest()[:32],
        "data": {
            "character_string1": {"value": "442012003481"},
            "amount2": {"value": "¥200.00"},
            "time3": {"value": "2026年12月9日"},
        },
        "url": LINK,
    }


async def test_a_window_that_is_known_to_be_closed_costs_one_call(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(answer={**OK, "msgid": 1})
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    await chat.windows.refused("openid-1", Recipient.WINDOW_CLOSED)
    assert (await chat.gateway.notify(**NOTICE)).outcome is Outcome.SENT
    assert paths(far) == ["template/send"]


async def test_a_template_counts_against_no_window(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform(first=[CLOSED], answer={**OK, "msgid": 1})
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    await chat.gateway.notify(**NOTICE)
    await chat.windows.opened("openid-1", Act.FOLLOW)
    for _ in range(3):
        assert await chat.windows.may_send("openid-1")
        await chat.windows.sent("openid-1")
    assert not await chat.windows.may_send("openid-1")


async def test_a_one_time_notice_where_the_entry_says_so(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(first=[CLOSED])
    chat = Chat(session, await serve(far.handle), payment_receipt=AGREED)
    assert await chat.gateway.notify(**NOTICE) == SendResult(Outcome.SENT)
    assert paths(far) == ["custom/send", "subscribe/bizsend"]
    assert json.loads(far.calls[1][2]) == {
        "touser": "openid-1",
        "template_id": "T2",
        "data": {"phrase1": {"value": "已缴清"}, "date2": {"value": "2026年12月9日"}},
        "page": LINK,
    }


ANOTHER_WAY = [
    pytest.param({}, [CLOSED], "45015", id="no template of this kind"),
    pytest.param({"payment_late": RECEIPT}, [CLOSED], "45015", id="one of another kind"),
    pytest.param({"payment_receipt": RECEIPT}, [CLOSED, {"errcode": 40037}], "40037", id="no such template"),
    pytest.param({"payment_receipt": RECEIPT}, [CLOSED, {"errcode": 47003}], "47003", id="a field refused"),
    pytest.param({"payment_receipt": AGREED}, [CLOSED, {"errcode": 43101}], "43101", id="not agreed to"),
    pytest.param({"payment_receipt": RECEIPT}, [{"errcode": 43004}], "43004", id="does not follow"),
    pytest.param({"payment_receipt": RECEIPT}, [{"errcode": 48002}], "48002", id="switched off"),
]


@pytest.mark.parametrize(("templates", "answers", "reason"), ANOTHER_WAY)
async def test_what_goes_another_way(
    session: aiohttp.ClientSession,
    serve: Serve,
    templates: dict[str, Template],
    answers: list[dict[str, Any]],
    reason: str,
) -> None:
    far = Platform(first=list(answers))
    chat = Chat(session, await serve(far.handle), **templates)
    assert await chat.gateway.notify(**NOTICE) == SendResult(Outcome.REFUSED, reason=reason)
    assert len(far.calls) == len(answers)


async def test_in_a_language_without_a_template_it_goes_another_way(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(answer=CLOSED)
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    result = await chat.gateway.notify(**NOTICE | {"locale": "en"})
    assert (result, len(far.calls)) == (SendResult(Outcome.REFUSED, reason="45015"), 1)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        pytest.param(-1, Outcome.LATER, id="busy"),
        pytest.param(45009, Outcome.LATER, id="quota of the day"),
    ],
)
async def test_a_template_may_be_tried_again(
    session: aiohttp.ClientSession, serve: Serve, code: int, outcome: Outcome
) -> None:
    far = Platform(first=[CLOSED], answer={"errcode": code})
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    assert await chat.gateway.notify(**NOTICE) == SendResult(outcome, reason=str(code))


async def test_what_the_template_tells_of_the_citizen_is_believed(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(first=[CLOSED, {"errcode": 43004}])
    chat = Chat(session, await serve(far.handle), payment_receipt=RECEIPT)
    await chat.gateway.notify(**NOTICE)
    assert await chat.gateway.notify(**NOTICE) == SendResult(Outcome.REFUSED, reason="not_following")
    assert len(far.calls) == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        pytest.param({"thing1": "{plate}"}, "thing1: the notice has no {plate}", id="a missing parameter"),
        pytest.param(
            {"amount1": "{number}"}, "amount1: must be at most 10 digits", id="a value that does not fit"
        ),
    ],
)
async def test_a_template_that_cannot_be_filled_is_for_somebody_to_mend(
    session: aiohttp.ClientSession, serve: Serve, fields: dict[str, str], problem: str
) -> None:
    far = Platform(answer=CLOSED)
    chat = Chat(session, await serve(far.handle), payment_receipt=Template(template="T1", fields=fields))
    with capture_logs() as logged:
        result = await chat.gateway.notify(**NOTICE)
    assert (result, len(far.calls)) == (SendResult(Outcome.REFUSED, reason="template_field"), 1)
    [entry] = [each for each in logged if each["event"] == "template_not_filled"]
    assert (entry["kind"], entry["problem"].startswith(problem)) == ("payment_receipt", True)
    assert "442012003481" not in str(logged)
