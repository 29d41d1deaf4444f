"""Aliyun's wire: what is signed and sent, what each code means, and finding a message again."""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web

from bot.gateways.sms_aliyun import AliyunSms
from models.base.ports import (
    GatewayDown,
    Outcome,
    SendResult,
    SmsGateway,
)
from tests.gateways.conftest import Handler, Serve, hang_up

NOW = datetime(2026, 12, 1, 2, 3, 4, tzinfo=UTC)
KEY = ("LTAI-example", "a key's secret")
PHONE = "13800138000"
MESSAGE: dict[str, Any] = {
    "phone": PHONE,
    "template": "violation_recorded",
    "locale": "zh_CN",
    "params": {"plate": "粤T·***45", "amount": "200.00"},
    "key": "notice-0017",
}


def sms(session: aiohttp.ClientSession | None, endpoint: str, timeout: float = 8.0) -> AliyunSms:
    return AliyunSms(
        session=session,  # type: ignore[arg-type]  # reading receipts needs none
        endpoint=endpoint,
        access_key_id=KEY[0],
        access_key_secret=KEY[1],
        sign_name="中山交警",
        templates={"violation_recorded.zh_CN": "SMS_1"},
        callback_secret="秘密-path",
        timeout=timeout,
        wall=NOW.timestamp,
    )


def acs3_signature(request: web.Request, body: bytes) -> str:
    """The signature over what arrived, computed from Aliyun's page."""
    names = request.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0]
    lines = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names.split(";"))
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n{request.path}\n{request.query_string}\n{lines}\n{names}\n{digest}"
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(KEY[1].encode(), text.encode(), hashlib.sha256).hexdigest()


async def form_of(request: web.Request, action: str) -> dict[str, str]:
    """The parameters of a call, once its headers and signature are what the carrier asks for."""
    body = await request.read()
    assert request.headers["x-acs-content-sha256"] == hashlib.sha256(body).hexdigest()
    assert request.headers["x-acs-action"] == action
    assert request.headers["x-acs-version"] == "2017-05-25"
    assert request.headers["x-acs-date"] == "2026-12-01T02:03:04Z"
    scheme, _, rest = request.headers["Authorization"].partition(" ")
    fields = dict(pair.split("=", 1) for pair in rest.split(","))
    assert (scheme, fields["Credential"]) == ("ACS3-HMAC-SHA256", KEY[0])
    acs_headers = {name.lower() for name in request.headers if name.lower().startswith("x-acs-")}
    assert acs_headers | {"host"} <= set(fields["SignedHeaders"].split(";"))
    assert fields["Signature"] == acs3_signature(request, body)
    assert request.raw_path == "/", "nothing personal in the address"
    return dict(parse_qsl(body.decode(), strict_parsing=True))


def saying(status: int, answer: object) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        await form_of(request, "SendSms")
        return web.json_response(answer, status=status)

    return handle


async def test_a_message_is_signed_and_sent_in_a_form(session: aiohttp.ClientSession, serve: Serve) -> None:
    forms: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        forms.append(await form_of(request, "SendSms"))
        return web.json_response({"Code": "OK", "Message": "OK", "BizId": "9006^0", "RequestId": "R"})

    carrier: SmsGateway = sms(session, await serve(handle))
    assert await carrier.send(**MESSAGE) == SendResult(Outcome.SENT, provider_id="9006^0")
    [form] = forms
    assert json.loads(form.pop("TemplateParam")) == MESSAGE["params"]
    assert form == {
        "PhoneNumbers": PHONE,
        "SignName": "中山交警",
        "TemplateCode": "SMS_1",
        "OutId": "notice-0017",
    }


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        pytest.param(200, "isv.BUSINESS_LIMIT_CONTROL", Outcome.LATER, id="too many to this number"),
        pytest.param(200, "isv.DAY_LIMIT_CONTROL", Outcome.LATER, id="too many today"),
        pytest.param(400, "Throttling.User", Outcome.LATER, id="too fast"),
        pytest.param(503, "ServiceUnavailable", Outcome.LATER, id="turned away at the door"),
        pytest.param(200, "isv.MOBILE_NUMBER_ILLEGAL", Outcome.REFUSED, id="not a number"),
        pytest.param(200, "isv.CUSTOMER_REFUSED", Outcome.REFUSED, id="opted out at the carrier"),
        pytest.param(200, "isv.BLACK_KEY_CONTROL_LIMIT", Outcome.REFUSED, id="words not allowed"),
        pytest.param(200, "isv.PARAM_LENGTH_LIMIT", Outcome.REFUSED, id="value too long"),
        pytest.param(200, "isv.SMS_SIGNATURE_ILLEGAL", Outcome.LATER, id="ours: signature text"),
        pytest.param(200, "isv.SMS_TEMPLATE_ILLEGAL", Outcome.LATER, id="ours: template"),
        pytest.param(200, "isv.AMOUNT_NOT_ENOUGH", Outcome.LATER, id="ours: balance"),
        pytest.param(400, "SignatureDoesNotMatch", Outcome.LATER, id="ours: key"),
        pytest.param(403, "isp.RAM_PERMISSION_DENY", Outcome.LATER, id="ours: permission"),
        pytest.param(200, "isp.SYSTEM_ERROR", Outcome.UNKNOWN, id="the carrier failed half-way"),
        pytest.param(500, "InternalError", Outcome.UNKNOWN, id="the carrier failed"),
        pytest.param(200, "isv.SOMETHING_NEW", Outcome.LATER, id="a new code"),
        pytest.param(502, "SomethingNew", Outcome.UNKNOWN, id="a new code of a failing carrier"),
    ],
)
async def test_what_each_code_means(
    session: aiohttp.ClientSession, serve: Serve, status: int, code: str, outcome: Outcome
) -> None:
    url = await serve(saying(status, {"Code": code, "Message": f"about {PHONE}", "RequestId": "R"}))
    assert await sms(session, url).send(**MESSAGE) == SendResult(outcome, reason=code)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        pytest.param(504, "<html>", id="a proxy's page"),
        pytest.param(200, {"Code": 1}, id="a code that is none"),
        pytest.param(200, [], id="not an object"),
    ],
)
async def test_an_unreadable_answer_leaves_it_unknown(
    session: aiohttp.ClientSession, serve: Serve, status: int, answer: object
) -> None:
    result = await sms(session, await serve(saying(status, answer))).send(**MESSAGE)
    assert result == SendResult(Outcome.UNKNOWN, reason=f"http_{status}")


async def test_a_template_that_nobody_configured_is_later(
    session: aiohttp.ClientSession, nowhere: str
) -> None:
    result = await sms(session, nowhere).send(**{**MESSAGE, "locale": "en"})
    assert result == SendResult(Outcome.LATER, reason="template_not_configured")


async def test_nobody_there_so_nothing_was_sent(session: aiohttp.ClientSession, nowhere: str) -> None:
    assert await sms(session, nowhere).send(**MESSAGE) == SendResult(Outcome.LATER, reason="unreachable")


async def test_silence_leaves_it_unknown(session: aiohttp.ClientSession, silent: str) -> None:
    result = await sms(session, silent, timeout=0.05).send(**MESSAGE)
    assert result == SendResult(Outcome.UNKNOWN, reason="no_answer")


async def test_a_dropped_call_leaves_it_unknown(session: aiohttp.ClientSession, serve: Serve) -> None:
    result = await sms(session, await serve(hang_up)).send(**MESSAGE)
    assert result == SendResult(Outcome.UNKNOWN, reason="no_answer")


async def test_personal_data_travels_by_https_only(session: aiohttp.ClientSession) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        sms(session, "http://sms.example")


def keeping(messages: list[dict[str, Any]], total: int | str) -> Handler:
    """A carrier that has these messages to our number on 1 December, and gives them out page by page."""

    async def handle(request: web.Request) -> web.Response:
        form = await form_of(request, "QuerySendDetails")
        assert (form["PhoneNumber"], form["SendDate"]) == (PHONE, "20261201")
        size, page = int(form["PageSize"]), int(form["CurrentPage"])
        rows = messages[size * (page - 1) : size * page]
        details = {"SmsSendDetailDTO": rows}
        return web.json_response({"Code": "OK", "TotalCount": total, "SmsSendDetailDTOs": details})

    return handle


def others(count: int) -> list[dict[str, Any]]:
    return [{"SendStatus": 3, "OutId": f"other-{n}", "PhoneNum": PHONE} for n in range(count)]


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        pytest.param([], None, id="no messages at all"),
        pytest.param(others(3), None, id="only others"),
        pytest.param(others(100), None, id="two full pages of others"),
        pytest.param([{"SendStatus": 3}], None, id="one without a key"),
        pytest.param([{"SendStatus": 1, "OutId": "k"}], SendResult(Outcome.SENT), id="waiting"),
        pytest.param([{"SendStatus": 3, "OutId": "k"}], SendResult(Outcome.SENT), id="delivered"),
        pytest.param(
            [{"SendStatus": 2, "OutId": "k", "ErrCode": "MOBILE_NOT_ON_SERVICE"}],
            SendResult(Outcome.REFUSED, reason="MOBILE_NOT_ON_SERVICE"),
            id="undeliverable",
        ),
        pytest.param([*others(120), {"SendStatus": 3, "OutId": "k"}], SendResult(Outcome.SENT), id="page 3"),
    ],
)
@pytest.mark.parametrize("count_as", [int, str])
async def test_finding_a_message_by_its_key(
    session: aiohttp.ClientSession, serve: Serve, messages: Any, found: SendResult | None, count_as: type
) -> None:
    url = await serve(keeping(messages, count_as(len(messages))))
    assert await sms(session, url).find(phone=PHONE, key="k", day=date(2026, 12, 1)) == found


async def test_an_empty_page_ends_the_search_whatever_the_total_says(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    pages: list[str] = []
    carrier = keeping(others(1), total=10_000)

    async def handle(request: web.Request) -> web.StreamResponse:
        pages.append((await request.post())["CurrentPage"])  # type: ignore[arg-type]  # a form, no files
        return await carrier(request)

    assert await sms(session, await serve(handle)).find(phone=PHONE, key="k", day=date(2026, 12, 1)) is None
    assert pages == ["1", "2"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"Code": "isv.ACCOUNT_ABNORMAL"}, id="an error"),
        pytest.param(
            {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": [{"SendStatus": 9}]}}, id="status"
        ),
        pytest.param("gone", id="not an object"),
    ],
)
async def test_finding_without_an_answer_is_down(
    session: aiohttp.ClientSession, serve: Serve, answer: object
) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.json_response(answer)

    with pytest.raises(GatewayDown):
        await sms(session, await serve(handle)).find(phone=PHONE, key="k", day=date(2026, 12, 1))


async def test_finding_in_silence_is_down(session: aiohttp.ClientSession, silent: str) -> None:
    with pytest.raises(GatewayDown):
        await sms(session, silent, timeout=0.05).find(phone=PHONE, key="k", day=date(2026, 12, 1))
