"""Refunds as the wire wants them: one number is one refund, each answer has one meaning."""

import json
from typing import Any

import pytest

from bot.gateways.wechat_pay import WechatPay
from models.base.ports import GatewayDown, GatewayRefused, Malformed, RefundNews, RefundState
from tests.gateways.conftest import Open, gateway, hang_up
from tests.gateways.wechat_pay_platform import NOTIFY_URL, Keys, Platform, sealed, signature_headers

NUMBER = "R20261201-0007"
ASKED: dict[str, Any] = {
    "refund_no": NUMBER,
    "transaction_id": "4200002345202612010000000001",
    "amount": 20000,
    "total": 20600,
    "reason": "处罚决定已撤销",
}
TAKEN = {
    "refund_id": "50300002345202612010000000001",
    "out_refund_no": NUMBER,
    "transaction_id": ASKED["transaction_id"],
    "out_trade_no": "F20261201-0007",
    "status": "PROCESSING",
    "amount": {"refund": 20000, "total": 20600, "currency": "CNY"},
}


async def test_what_is_asked(keys: Keys, connect: Open) -> None:
    platform = Platform(keys, answer=TAKEN)
    news = await (await connect(platform.handle)).refund(**ASKED)
    assert news == RefundNews(NUMBER, RefundState.UNDER_WAY, 20000)
    body = {
        "out_refund_no": NUMBER,
        "transaction_id": ASKED["transaction_id"],
        "reason": "处罚决定已撤销",
        "notify_url": NOTIFY_URL,
        "amount": {"refund": 20000, "total": 20600, "currency": "CNY"},
    }
    assert platform.calls == [("POST", "/v3/refund/domestic/refunds", body)]


@pytest.mark.parametrize("word", [pytest.param(state.value, id=state.value) for state in RefundState])
async def test_asking_what_became_of_it(keys: Keys, connect: Open, word: str) -> None:
    platform = Platform(keys, answer={**TAKEN, "status": word})
    news = await (await connect(platform.handle)).query_refund(NUMBER)
    assert news == RefundNews(NUMBER, RefundState(word), 20000)
    assert platform.calls == [("GET", f"/v3/refund/domestic/refunds/{NUMBER}", None)]


async def test_one_that_was_never_taken(keys: Keys, connect: Open) -> None:
    platform = Platform(keys, status=404, answer={"code": "RESOURCE_NOT_EXISTS", "message": ""})
    assert await (await connect(platform.handle)).query_refund(NUMBER) is None


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        pytest.param(403, "NOT_ENOUGH", GatewayDown, id="the merchant has too little for now"),
        pytest.param(500, "SYSTEM_ERROR", GatewayDown, id="an accident over there"),
        pytest.param(429, "FREQUENCY_LIMITED", GatewayDown, id="too fast"),
        pytest.param(403, "USER_ACCOUNT_ABNORMAL", GatewayRefused, id="the account is closed"),
        pytest.param(404, "RESOURCE_NOT_EXISTS", GatewayRefused, id="no such payment"),
        pytest.param(400, "INVALID_REQUEST", GatewayRefused, id="more than was paid"),
    ],
)
async def test_what_is_said_against_it(
    keys: Keys, connect: Open, status: int, code: str, error: type[Exception]
) -> None:
    platform = Platform(keys, status=status, answer={"code": code, "message": "x"})
    with pytest.raises(error, match=code):
        await (await connect(platform.handle)).refund(**ASKED)


async def test_no_answer_may_be_repeated(connect: Open) -> None:
    with pytest.raises(GatewayDown):
        await (await connect(hang_up)).refund(**ASKED)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"amount": 0}, id="nothing"),
        pytest.param({"amount": 20601}, id="more than was paid"),
        pytest.param({"refund_no": "../x"}, id="a number that walks the path"),
    ],
)
async def test_one_that_cannot_be_is_our_bug(connect: Open, nowhere: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        await (await connect(nowhere)).refund(**{**ASKED, **change})


@pytest.fixture(scope="module")
def pay(keys: Keys) -> WechatPay:
    return gateway(keys, "https://pay.example")


def told(pay: WechatPay, keys: Keys, event: str, content: dict[str, Any]) -> Any:
    kinds = {"event_type": event, "resource_type": "encrypt-resource"}
    body = json.dumps({"id": "EV-2", **kinds, "resource": sealed(content)})
    return pay.notification(signature_headers(keys.platform, body), body.encode())


@pytest.mark.parametrize(
    ("event", "word"),
    [("REFUND.SUCCESS", "SUCCESS"), ("REFUND.ABNORMAL", "ABNORMAL"), ("REFUND.CLOSED", "CLOSED")],
)
def test_a_notification(pay: WechatPay, keys: Keys, event: str, word: str) -> None:
    content = {"out_refund_no": NUMBER, "refund_status": word, "amount": {"refund": 20000, "total": 20600}}
    assert told(pay, keys, event, content) == RefundNews(NUMBER, RefundState(word), 20000)


def test_a_notification_of_something_else(pay: WechatPay, keys: Keys) -> None:
    with pytest.raises(Malformed):
        told(pay, keys, "REFUND.SUCCESS", {"out_trade_no": NUMBER})
