"""The service's own WeChat Pay gateway against the sandbox's refunds, over HTTP; and what the sandbox refuses."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.gateways.wechat_pay import WechatPay
from models.base.ports import GatewayRefused, RefundNews, RefundState, TradeState
from sandbox.config import Config
from tests.sandbox.conftest import KeyPair, until
from tests.sandbox.service import Service
from tests.sandbox.test_service_pay import NUMBER, paid_in_chat, pay, settings
from tests.sandbox.test_wechat_pay import merchant_sdk

__all__ = ["pay", "settings"]  # fixtures

REFUND = "R442012003481"


async def asked(pay: WechatPay, **changes: Any) -> RefundNews:
    trade = await pay.query(NUMBER)
    wanted = {"refund_no": REFUND, "transaction_id": trade.transaction_id, "amount": 20000, "total": 20000}
    return await pay.refund(**{**wanted, "reason": "处罚决定已撤销", **changes})


async def test_a_refund_is_taken_told_and_found(pay: WechatPay, sandbox: TestClient, service: Service):
    await paid_in_chat(pay, sandbox)
    assert await asked(pay) == RefundNews(REFUND, RefundState.UNDER_WAY, 20000)
    await until(lambda: len(service.notices) == 2)
    told = pay.notification(*service.notices[1])
    assert told == RefundNews(REFUND, RefundState.DONE, 20000)
    assert await pay.query_refund(REFUND) == told
    assert (await pay.query(NUMBER)).state is TradeState.REFUNDED


async def test_the_same_number_again_is_the_same_refund(
    pay: WechatPay, sandbox: TestClient, service: Service
):
    await paid_in_chat(pay, sandbox)
    await asked(pay)
    assert (await asked(pay)).refund_no == REFUND
    await until(lambda: len(service.notices) == 2)
    assert (await asked(pay)).state is RefundState.DONE
    assert len(service.notices) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"amount": 19999, "total": 19999}, "INVALID_REQUEST", id="not the order's total"),
        pytest.param({"transaction_id": "4200nobody"}, "RESOURCE_NOT_EXISTS", id="no such payment"),
        pytest.param({"reason": "长" * 27}, "PARAM_ERROR", id="81 bytes of reason"),
    ],
)
async def test_what_is_refused(pay: WechatPay, sandbox: TestClient, changes: dict[str, Any], code: str):
    await paid_in_chat(pay, sandbox)
    with pytest.raises(GatewayRefused, match=code):
        await asked(pay, **changes)


async def test_no_more_goes_back_than_came(pay: WechatPay, sandbox: TestClient):
    await paid_in_chat(pay, sandbox)
    await asked(pay, refund_no="R-first-half", amount=12000)
    with pytest.raises(GatewayRefused, match="INVALID_REQUEST"):
        await asked(pay, refund_no="R-too-much", amount=8001)
    await asked(pay, refund_no="R-second-half", amount=8000)


async def test_a_number_with_another_amount(pay: WechatPay, sandbox: TestClient):
    await paid_in_chat(pay, sandbox)
    await asked(pay, amount=10000)
    with pytest.raises(GatewayRefused, match="INVALID_REQUEST"):
        await asked(pay, amount=5000)


async def test_an_unpaid_order_has_nothing_to_give_back(pay: WechatPay):
    with pytest.raises(GatewayRefused, match="RESOURCE_NOT_EXISTS"):
        await pay.refund(refund_no=REFUND, transaction_id="-", amount=1, total=1, reason="x")


async def test_a_refund_nobody_asked_for(pay: WechatPay):
    assert await pay.query_refund(REFUND) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"out_refund_no": "x" * 65}, "out_refund_no", id="number too long"),
        pytest.param({"amount": {"refund": "1", "total": 1, "currency": "CNY"}}, "amount.refund", id="text"),
        pytest.param({"amount": {"refund": 1, "total": 0, "currency": "CNY"}}, "amount.total", id="nothing"),
        pytest.param({"amount": {"refund": 1, "total": 1}}, "amount.currency", id="no currency"),
        pytest.param({"notify_url": "http://city.example/x"}, "notify_url", id="no https"),
    ],
)
async def test_parameters(
    sandbox: TestClient,
    service: Service,
    config: Config,
    merchant: KeyPair,
    platform: KeyPair,
    change: dict[str, Any],
    named: str,
):
    right = {"out_refund_no": REFUND, "amount": {"refund": 1, "total": 1, "currency": "CNY"}}
    async with merchant_sdk(sandbox, config, f"{service.url}/notify", merchant, platform) as sdk:
        status, body = await sdk.refund(transaction_id="4200", **(right | change))
    assert (status, json.loads(body)["code"], named in body) == (400, "PARAM_ERROR", True)
