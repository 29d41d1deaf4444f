"""The service's own WeChat Pay gateway against the sandbox's, over HTTP: orders, payments, notifications, and whose keys they are."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.gateways.wechat_pay import WechatPay
from models.base.ports import (
    GatewayDown,
    GatewayError,
    GatewayRefused,
    Malformed,
    Trade,
    TradeState,
    Unauthentic,
)
from sandbox.config import Config
from tests.sandbox.conftest import LI_MING, KeyPair, said, shown, until
from tests.sandbox.service import APP_ID, Service

NUMBER = "442012003481-01"


@pytest.fixture
def settings(
    sandbox: TestClient, service: Service, config: Config, merchant: KeyPair, platform: KeyPair
) -> dict[str, Any]:
    """What a city configures, for this sandbox."""
    return {
        "app_id": APP_ID,
        "merchant_id": config.pay.merchant_id,
        "private_key": merchant.private,
        "certificate_serial": config.pay.merchant_serial,
        "apiv3_key": config.pay.apiv3_key,
        "public_key": platform.public,
        "public_key_id": config.pay.platform_key_id,
        "notify_url": f"{service.url}/notify",
        "host": str(sandbox.make_url("/")),
    }


@pytest.fixture
async def pay(settings: dict[str, Any]) -> AsyncIterator[WechatPay]:
    async with WechatPay(**settings) as gateway:
        yield gateway


def an_order() -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(minutes=30)
    return {"order_no": NUMBER, "description": "交通违法罚款", "total": 20000, "expires": expires}


async def paid_in_chat(pay: WechatPay, sandbox: TestClient) -> Any:
    prepay_id = await pay.order_in_chat(**an_order(), openid=LI_MING)
    return await said(sandbox, "pay", **{"as": "li-ming"}, **pay.page_call(prepay_id))


async def test_an_order_in_the_chat(pay: WechatPay, sandbox: TestClient, service: Service):
    assert (await paid_in_chat(pay, sandbox))["result"] == "ok"
    await until(lambda: service.notices)
    told = pay.notification(*service.notices[0])
    assert told == await pay.query(NUMBER)
    assert (told.order_no, told.state, told.app_id, told.merchant_id, told.total, told.currency) == (
        *(NUMBER, TradeState.PAID, APP_ID),
        *(pay.merchant_id, 20000, "CNY"),
    )
    assert told.transaction_id
    assert told.paid_at


async def test_an_order_by_code(pay: WechatPay, sandbox: TestClient, service: Service):
    code_url = await pay.order_by_code(**an_order())
    assert (await pay.query(NUMBER)).state is TradeState.OPEN
    assert (await said(sandbox, "pay", **{"as": "王芳", "code_url": code_url}))["result"] == "ok"
    await until(lambda: service.notices)
    assert pay.notification(*service.notices[0]).state is TradeState.PAID


async def test_a_closed_order_cannot_be_paid(pay: WechatPay, sandbox: TestClient):
    code_url = await pay.order_by_code(**an_order())
    await pay.close(NUMBER)
    await pay.close(NUMBER)
    assert (await pay.query(NUMBER)).state is TradeState.CLOSED
    assert (await said(sandbox, "pay", **{"as": "王芳", "code_url": code_url}))["result"] == "fail"


async def test_a_paid_order_cannot_be_closed(pay: WechatPay, sandbox: TestClient):
    await paid_in_chat(pay, sandbox)
    with pytest.raises(GatewayRefused, match="ORDERPAID"):
        await pay.close(NUMBER)


async def test_an_order_nobody_made(pay: WechatPay):
    assert await pay.query(NUMBER) == Trade(NUMBER, TradeState.UNKNOWN_ORDER)
    await pay.close(NUMBER)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("timeStamp", "1", id="time"),
        pytest.param("nonceStr", "another", id="nonce"),
        pytest.param("paySign", "QUJD", id="signature"),
        pytest.param("package", "prepay_id=another", id="order"),
    ],
)
async def test_a_payment_sheet_that_was_changed(pay: WechatPay, sandbox: TestClient, field: str, value: str):
    prepay_id = await pay.order_in_chat(**an_order(), openid=LI_MING)
    call = {**pay.page_call(prepay_id), field: value}
    assert (await said(sandbox, "pay", **{"as": "li-ming"}, **call))["result"] == "fail"
    assert (await pay.query(NUMBER)).state is TradeState.OPEN


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"Wechatpay-Signature": "QUJD"}, id="signature"),
        pytest.param({"Wechatpay-Nonce": "another"}, id="nonce"),
        pytest.param({"Wechatpay-Timestamp": "1700000000"}, id="time"),
        pytest.param({"Wechatpay-Serial": "PUB_KEY_ID_0000000000000002"}, id="serial"),
    ],
)
async def test_a_notification_whose_header_was_changed(
    pay: WechatPay, sandbox: TestClient, service: Service, change: dict[str, str]
):
    await paid_in_chat(pay, sandbox)
    await until(lambda: service.notices)
    headers, body = service.notices[0]
    with pytest.raises(Unauthentic):
        pay.notification(headers | change, body)


async def test_a_notification_whose_body_was_changed(pay: WechatPay, sandbox: TestClient, service: Service):
    await paid_in_chat(pay, sandbox)
    await until(lambda: service.notices)
    headers, body = service.notices[0]
    with pytest.raises(Unauthentic):
        pay.notification(headers, json.dumps(json.loads(body) | {"summary": "another"}).encode())


async def test_the_probe_with_a_bad_signature_is_refused_and_the_next_try_taken(
    pay: WechatPay, sandbox: TestClient, service: Service
):
    service.statuses = [401]
    await said(sandbox, "faults", wire="pay_notify", what="fail", times=1)
    await paid_in_chat(pay, sandbox)
    await until(lambda: len(service.notices) == 2)
    probe, real = service.notices
    with pytest.raises(Unauthentic):
        pay.notification(*probe)
    assert pay.notification(*real).state is TradeState.PAID


@pytest.mark.parametrize(
    ("ours", "error", "made"),
    [
        pytest.param("private_key", GatewayError, 0, id="our-key-is-not-the-one-registered"),
        pytest.param("certificate_serial", GatewayError, 0, id="our-serial"),
        pytest.param("merchant_id", GatewayError, 0, id="another-merchant"),
        pytest.param("public_key", GatewayDown, 1, id="the-answer-is-not-signed-by-the-pinned-key"),
        pytest.param("public_key_id", GatewayDown, 1, id="the-answer-names-another-key"),
    ],
)
async def test_an_order_under_wrong_keys(
    settings: dict[str, Any], sandbox: TestClient, ours: str, error: type[Exception], made: int
):
    stranger = KeyPair.make()
    wrong = {
        "private_key": stranger.private,
        "public_key": stranger.public,
        "certificate_serial": "0" * 40,
        "public_key_id": "PUB_KEY_ID_0000000000000002",
        "merchant_id": "1900000002",
    }
    async with WechatPay(**(settings | {ours: wrong[ours]})) as gateway:
        with pytest.raises(error):
            await gateway.order_by_code(**an_order())
    assert len(await shown(sandbox, "orders")) == made


async def test_a_notification_sealed_with_another_apiv3_key(
    settings: dict[str, Any], pay: WechatPay, sandbox: TestClient, service: Service
):
    await paid_in_chat(pay, sandbox)
    await until(lambda: service.notices)
    other = WechatPay(**(settings | {"apiv3_key": "f" * 32}))
    with pytest.raises((Unauthentic, Malformed)):
        other.notification(*service.notices[0])
