"""WeChat Pay v3: orders are made, asked about and closed as the wire wants it; each answer has one meaning."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.base.ports import GatewayDown, GatewayRefused, Trade, TradeState
from tests.gateways.conftest import Open, gateway
from tests.gateways.wechat_pay_platform import (
    APP_ID,
    MERCHANT_ID,
    NOTIFY_URL,
    NOW,
    Keys,
    Platform,
    verify,
)

ORDER: dict[str, Any] = {
    "order_no": "F20261201-0007",
    "description": "罚款 442012003481",
    "total": 20000,
    "expires": datetime(2026, 12, 1, 15, 59, 59, 900_000, tzinfo=UTC),
}
ORDER_BODY = {
    "appid": APP_ID,
    "mchid": MERCHANT_ID,
    "notify_url": NOTIFY_URL,
    "out_trade_no": "F20261201-0007",
    "description": "罚款 442012003481",
    "amount": {"total": 20000, "currency": "CNY"},
    "time_expire": "2026-12-01T23:59:59+08:00",
}
PAID = {
    "appid": APP_ID,
    "mchid": MERCHANT_ID,
    "out_trade_no": "F20261201-0007",
    "transaction_id": "4200002345202612010000000001",
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "success_time": "2026-12-01T10:34:56+08:00",
    "payer": {"openid": "oUpF8uMuAJO"},
    "amount": {"total": 20000, "payer_total": 20000, "currency": "CNY", "payer_currency": "CNY"},
}
PAID_TRADE = Trade(
    order_no="F20261201-0007",
    state=TradeState.PAID,
    app_id=APP_ID,
    merchant_id=MERCHANT_ID,
    total=20000,
    currency="CNY",
    transaction_id="4200002345202612010000000001",
    paid_at=datetime(2026, 12, 1, 2, 34, 56, tzinfo=UTC),
    payer="oUpF8uMuAJO",
)


async def test_an_order_in_the_chat(keys: Keys, connect: Open) -> None:
    platform = Platform(keys, answer={"prepay_id": "wx261153585405162d4d02642eabe7000000"})
    pay = await connect(platform.handle)
    prepay_id = await pay.order_in_chat(**ORDER, openid="oUpF8uMuAJO")
    assert prepay_id == "wx261153585405162d4d02642eabe7000000"
    body = {**ORDER_BODY, "payer": {"openid": "oUpF8uMuAJO"}}
    assert platform.calls == [("POST", "/v3/pay/transactions/jsapi", body)]


async def test_an_order_by_code(keys: Keys, connect: Open) -> None:
    platform = Platform(keys, answer={"code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})
    pay = await connect(platform.handle)
    assert await pay.order_by_code(**ORDER) == "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"
    assert platform.calls == [("POST", "/v3/pay/transactions/native", ORDER_BODY)]


async def test_a_description_is_cut_to_127_characters(keys: Keys, connect: Open) -> None:
    platform = Platform(keys, answer={"code_url": "weixin://x"})
    await (await connect(platform.handle)).order_by_code(**{**ORDER, "description": "罚" * 200})
    assert platform.calls[0][2]["description"] == "罚" * 127


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"order_no": "F2026"}, id="number too short"),
        pytest.param({"order_no": "F" * 33}, id="number too long"),
        pytest.param({"order_no": "../refund"}, id="number that walks the path"),
        pytest.param({"order_no": "F20261201|7"}, id="number that would be escaped"),
        pytest.param({"description": ""}, id="no description"),
        pytest.param({"total": 0}, id="no amount"),
        pytest.param({"expires": datetime(2026, 12, 1)}, id="a naive instant"),  # noqa: DTZ001
    ],
)
async def test_an_order_that_cannot_be_one_is_our_bug(
    connect: Open, nowhere: str, change: dict[str, Any]
) -> None:
    with pytest.raises(ValueError):
        await (await connect(nowhere)).order_by_code(**{**ORDER, **change})


def test_the_page_call_is_signed_by_the_merchant(keys: Keys) -> None:
    call = gateway(keys, "https://pay.example").page_call("wx2611")
    verify(keys.merchant, call["paySign"], APP_ID, str(NOW), call["nonceStr"], "prepay_id=wx2611")
    assert (call["appId"], call["timeStamp"], call["package"], call["signType"]) == (
        APP_ID,
        str(NOW),
        "prepay_id=wx2611",
        "RSA",
    )


@pytest.mark.parametrize(
    ("answer", "trade"),
    [
        pytest.param(PAID, PAID_TRADE, id="paid"),
        *(
            pytest.param(
                {
                    "appid": APP_ID,
                    "mchid": MERCHANT_ID,
                    "out_trade_no": ORDER["order_no"],
                    "trade_state": word,
                },
                Trade(ORDER["order_no"], state, APP_ID, MERCHANT_ID),
                id=word,
            )
            for word, state in [
                ("NOTPAY", TradeState.OPEN),
                ("USERPAYING", TradeState.PAYING),
                ("CLOSED", TradeState.CLOSED),
                ("REFUND", TradeState.REFUNDED),
                ("PAYERROR", TradeState.FAILED),
                ("REVOKED", TradeState.REVOKED),
            ]
        ),
    ],
)
async def test_asking_what_became_of_an_order(
    keys: Keys, connect: Open, answer: dict[str, Any], trade: Trade
) -> None:
    platform = Platform(keys, answer=answer)
    assert await (await connect(platform.handle)).query("F20261201-0007") == trade
    path = f"/v3/pay/transactions/out-trade-no/F20261201-0007?mchid={MERCHANT_ID}"
    assert platform.calls == [("GET", path, None)]


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ORDERNOTEXIST"])
async def test_an_unknown_order_is_an_answer(keys: Keys, connect: Open, code: str) -> None:
    platform = Platform(keys, status=404, answer={"code": code, "message": "订单不存在"})
    pay = await connect(platform.handle)
    assert await pay.query("F20261201-0007") == Trade("F20261201-0007", TradeState.UNKNOWN_ORDER)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        pytest.param(204, None, id="closed now"),
        pytest.param(400, {"code": "ORDER_CLOSED", "message": ""}, id="closed before"),
        pytest.param(404, {"code": "ORDER_NOT_EXIST", "message": ""}, id="never made"),
    ],
)
async def test_closing_an_order(keys: Keys, connect: Open, status: int, answer: object) -> None:
    platform = Platform(keys, status=status, answer=answer)
    await (await connect(platform.handle)).close("F20261201-0007")
    path = "/v3/pay/transactions/out-trade-no/F20261201-0007/close"
    assert platform.calls == [("POST", path, {"mchid": MERCHANT_ID})]


async def test_a_paid_order_is_not_closed(keys: Keys, connect: Open) -> None:
    platform = Platform(keys, status=400, answer={"code": "ORDERPAID", "message": ""})
    with pytest.raises(GatewayRefused) as caught:
        await (await connect(platform.handle)).close("F20261201-0007")
    assert caught.value.code == "ORDERPAID"


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        pytest.param(500, {"code": "SYSTEM_ERROR"}, GatewayDown, id="the system failed"),
        pytest.param(500, {"code": "BANK_ERROR"}, GatewayDown, id="the bank failed"),
        pytest.param(429, {"code": "FREQUENCY_LIMITED"}, GatewayDown, id="too fast"),
        pytest.param(401, {"code": "SIGN_ERROR"}, GatewayDown, id="our key is wrong"),
        pytest.param(429, {"code": "SOMETHING_NEW"}, GatewayDown, id="a new code, 429"),
        pytest.param(503, ["?"], GatewayDown, id="no code, 5xx"),
        pytest.param(400, {"code": "PARAM_ERROR"}, GatewayRefused, id="our values are wrong"),
        pytest.param(400, {"code": "INVALID_REQUEST"}, GatewayRefused, id="same number, other order"),
        pytest.param(403, {"code": "OUT_TRADE_NO_USED"}, GatewayRefused, id="number used"),
        pytest.param(403, {"code": "NO_AUTH"}, GatewayRefused, id="not allowed"),
        pytest.param(400, {"code": "ORDERPAID"}, GatewayRefused, id="paid already"),
        pytest.param(418, {"code": "SOMETHING_NEW"}, GatewayRefused, id="a new code, 4xx"),
        pytest.param(404, None, GatewayRefused, id="no code, 4xx"),
        pytest.param(200, {}, GatewayDown, id="no code_url"),
        pytest.param(200, {"code_url": ""}, GatewayDown, id="an empty code_url"),
        pytest.param(200, {"code_url": 7}, GatewayDown, id="a code_url that is none"),
    ],
)
async def test_what_an_answer_means(
    keys: Keys, connect: Open, status: int, answer: Any, error: type[Exception]
) -> None:
    pay = await connect(Platform(keys, status=status, answer=answer).handle)
    with pytest.raises(error):
        await pay.order_by_code(**ORDER)


async def test_a_refusal_tells_the_code_and_no_more(keys: Keys, connect: Open) -> None:
    answer = {"code": "PARAM_ERROR", "message": "openid oUpF8uMuAJO"}
    pay = await connect(Platform(keys, status=400, answer=answer).handle)
    with pytest.raises(GatewayRefused) as caught:
        await pay.order_by_code(**ORDER)
    assert (caught.value.code, str(caught.value)) == ("PARAM_ERROR", "PARAM_ERROR")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(PAID | {"trade_state": "SOMETHING_NEW"}, id="a state not in the list"),
        pytest.param(PAID | {"transaction_id": ""}, id="paid without a number"),
        pytest.param(PAID | {"success_time": None}, id="paid at no time"),
        pytest.param(PAID | {"success_time": "2026-12-01T10:34:56"}, id="paid at no place's time"),
        pytest.param(
            PAID | {"success_time": "0001-01-01T00:00:00+08:00"}, id="paid before time began in UTC"
        ),
        pytest.param(PAID | {"amount": None}, id="paid nothing"),
        pytest.param(PAID | {"amount": {"total": "20000"}}, id="an amount as text"),
    ],
)
async def test_a_trade_that_cannot_be_read_is_down(keys: Keys, connect: Open, answer: object) -> None:
    pay = await connect(Platform(keys, answer=answer).handle)
    with pytest.raises(GatewayDown):
        await pay.query("F20261201-0007")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"apiv3_key": "short"}, "32 bytes", id="APIv3 key of another length"),
        pytest.param({"private_key": "not a key"}, "cannot be loaded", id="private key"),
        pytest.param({"public_key": "not a key"}, "cannot be loaded", id="public key"),
    ],
)
def test_keys_that_cannot_be_used_stop_the_start(keys: Keys, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gateway(keys, "https://pay.example", **changes)


def test_orders_travel_by_https_only(keys: Keys) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        gateway(keys, "http://pay.example")
