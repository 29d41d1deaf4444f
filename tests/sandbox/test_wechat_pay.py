"""WeChat Pay against the SDK's own code: orders, payments, notifications."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType
from wechatpayv3.utils import load_private_key, rsa_sign

from sandbox.config import Config
from sandbox.pay import asked
from sandbox.state import State
from tests.sandbox.conftest import LI_MING, WANG_FANG, KeyPair, Starts, said, shown, until
from tests.sandbox.service import APP_ID, Service

ORDER = {
    "description": "交通罚款 442012003481",
    "out_trade_no": "442012003481-01",
    "amount": {"total": 20000},
}

NOTIFY = "https://city.example/notify"


def merchant_sdk(
    client: TestClient, config: Config, notify_url: str, keys: KeyPair, platform: KeyPair
) -> Any:
    pay = AsyncWeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=config.pay.merchant_id,
        private_key=keys.private,
        cert_serial_no=config.pay.merchant_serial,
        appid=APP_ID,
        apiv3_key=config.pay.apiv3_key,
        notify_url=notify_url,
        public_key=platform.public,
        public_key_id=config.pay.platform_key_id,
    )
    pay._core._gate_way = str(client.make_url("/")).rstrip("/")
    return pay


@pytest.fixture
async def sdk(
    sandbox: TestClient, service: Service, config: Config, merchant: KeyPair, platform: KeyPair
) -> AsyncIterator[Any]:
    async with merchant_sdk(sandbox, config, f"{service.url}/notify", merchant, platform) as pay:
        yield pay


async def jsapi(sdk: Any, openid: str = LI_MING, **changes: Any) -> tuple[int, dict]:
    status, body = await sdk.pay(payer={"openid": openid}, pay_type=WeChatPayType.JSAPI, **(ORDER | changes))
    return status, json.loads(body)


async def native(sdk: Any, **changes: Any) -> tuple[int, dict]:
    status, body = await sdk.pay(pay_type=WeChatPayType.NATIVE, **(ORDER | changes))
    return status, json.loads(body)


def page_call(sdk: Any, prepay_id: str) -> dict[str, str]:
    fields = {
        "appId": APP_ID,
        "timeStamp": "1700000000",
        "nonceStr": "abc",
        "package": f"prepay_id={prepay_id}",
    }
    return fields | {"signType": "RSA", "paySign": sdk.sign(list(fields.values()))}


async def test_an_order_in_the_chat_is_paid_told_and_found(sandbox: TestClient, service: Service, sdk: Any):
    status, made = await jsapi(sdk)
    assert (status, set(made)) == (200, {"prepay_id"})
    paid = await said(sandbox, "pay", **{"as": "li-ming"}, **page_call(sdk, made["prepay_id"]))
    assert paid["result"] == "ok"
    await until(lambda: service.notices)
    headers, body = service.notices[0]
    notice = sdk.callback(headers, body)
    assert notice["event_type"] == "TRANSACTION.SUCCESS"
    trade = notice["resource"]
    assert (trade["trade_state"], trade["amount"]["total"], trade["payer"]) == (
        "SUCCESS",
        20000,
        {"openid": LI_MING},
    )
    assert len(trade["transaction_id"]) == 28
    assert trade["transaction_id"].isdecimal()
    status, found = await sdk.query(out_trade_no=ORDER["out_trade_no"])
    assert (status, json.loads(found)) == (200, trade)


async def test_an_order_by_code_is_paid_by_whoever_scans_it(sandbox: TestClient, service: Service, sdk: Any):
    status, made = await native(sdk)
    assert status == 200
    (listed,) = await shown(sandbox, "orders")
    assert (listed["state"], listed["code_url"], listed["total"]) == ("NOTPAY", made["code_url"], 20000)
    assert (await said(sandbox, "pay", **{"as": "王芳", "code_url": made["code_url"]}))["result"] == "ok"
    again = await said(sandbox, "pay", **{"as": "李明", "code_url": made["code_url"]})
    assert again == {"result": "fail", "message": "订单已支付"}
    await until(lambda: service.notices)
    assert sdk.callback(*service.notices[0])["resource"]["payer"] == {"openid": WANG_FANG}


async def test_a_payment_opens_the_chat_for_any_number_of_messages(
    sandbox: TestClient, service: Service, sdk: Any
):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    made = (await native(sdk))[1]
    await said(sandbox, "pay", **{"as": "li-ming", "code_url": made["code_url"]})
    ask = {"grant_type": "client_credential", "appid": APP_ID, "secret": "app-secret"}
    async with sandbox.post("/cgi-bin/stable_token", json=ask) as response:
        token = (await response.json())["access_token"]
    for _ in range(12):
        message = {"touser": LI_MING, "msgtype": "text", "text": {"content": "ok"}}
        async with sandbox.post(
            f"/cgi-bin/message/custom/send?access_token={token}", json=message
        ) as response:
            assert (await response.json())["errcode"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"paySign": "AAAA"}, "支付验证签名失败", id="forged"),
        pytest.param({"timeStamp": "1700000001"}, "支付验证签名失败", id="changed-after-signing"),
        pytest.param({"as": "wang-fang"}, "该订单属于另一位用户", id="somebody-elses-order"),
    ],
)
async def test_a_page_call_fails(sandbox: TestClient, sdk: Any, change: dict, message: str):
    made = (await jsapi(sdk))[1]
    call = {"as": "li-ming"} | page_call(sdk, made["prepay_id"]) | change
    assert await said(sandbox, "pay", **call) == {"result": "fail", "message": message}


async def test_an_unknown_order_is_not_paid(sandbox: TestClient, sdk: Any):
    call = page_call(sdk, "wx-nothing")
    assert (await said(sandbox, "pay", **{"as": "li-ming"}, **call))["message"] == "订单不存在"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"out_trade_no": "short"}, id="number-too-short"),
        pytest.param({"out_trade_no": "罚单442012003481"}, id="number-not-ascii"),
        pytest.param({"description": "字" * 128}, id="description-too-long"),
        pytest.param({"amount": {"total": 0}}, id="nothing"),
        pytest.param({"amount": {"total": 1.5}}, id="half-a-fen"),
        pytest.param({"amount": {"total": True}}, id="not-a-number"),
        pytest.param({"amount": {"total": 1, "currency": "USD"}}, id="dollars"),
        pytest.param({"time_expire": "tomorrow"}, id="time"),
        pytest.param({"time_expire": "2026-12-01T10:00:00"}, id="time-without-offset"),
        pytest.param({"notify_url": "http://city.example/notify"}, id="notify-in-the-clear"),
        pytest.param({"notify_url": "https://city.example/notify?x=1"}, id="notify-with-query"),
        pytest.param({"appid": "wx2"}, id="another-account"),
        pytest.param({"openid": "oNobody"}, id="unknown-payer"),
    ],
)
async def test_parameters_are_checked(sdk: Any, change: dict):
    status, body = await jsapi(sdk, **change)
    assert (status, body["code"]) == (400, "PARAM_ERROR")


async def test_the_same_parameters_again_are_the_same_order(sdk: Any):
    first, again = await jsapi(sdk), await jsapi(sdk)
    assert first == again
    status, other = await jsapi(sdk, amount={"total": 1})
    assert (status, other["code"]) == (400, "INVALID_REQUEST")


async def test_closing(sandbox: TestClient, sdk: Any):
    made = (await native(sdk))[1]
    assert [(await sdk.close(ORDER["out_trade_no"]))[0] for _ in range(2)] == [204, 204]
    assert (await said(sandbox, "pay", **{"as": "li-ming", "code_url": made["code_url"]}))[
        "message"
    ] == "订单已关闭"
    assert json.loads((await sdk.query(out_trade_no=ORDER["out_trade_no"]))[1])["trade_state"] == "CLOSED"
    assert (await native(sdk))[1]["code"] == "ORDER_CLOSED"


async def test_a_paid_order_is_not_closed(sandbox: TestClient, sdk: Any):
    made = (await native(sdk))[1]
    await said(sandbox, "pay", **{"as": "li-ming", "code_url": made["code_url"]})
    status, body = await sdk.close(ORDER["out_trade_no"])
    assert (status, json.loads(body)["code"]) == (400, "ORDERPAID")
    assert (await native(sdk))[1]["code"] == "ORDERPAID"


async def test_an_unknown_order(sdk: Any):
    for status, body in (await sdk.query(out_trade_no="nothing-here"), await sdk.close("nothing-here")):
        assert (status, json.loads(body)["code"]) == (404, "ORDER_NOT_EXIST")


def let_orders_expire(state_dir: Path) -> None:
    state = State(state_dir)
    for order in state.orders:
        state.orders.put(replace(order, expires=1.0))
    state.close()


async def test_an_expired_order_stays_open_but_is_not_paid(
    start: Starts, config: Config, merchant: KeyPair, platform: KeyPair
):
    first = await start()
    async with merchant_sdk(first, config, NOTIFY, merchant, platform) as sdk:
        made = (await native(sdk))[1]
    await first.close()
    await asyncio.to_thread(let_orders_expire, config.state_dir)
    later = await start()
    paid = await said(later, "pay", **{"as": "li-ming", "code_url": made["code_url"]})
    assert paid == {"result": "fail", "message": "订单已过期"}
    async with merchant_sdk(later, config, NOTIFY, merchant, platform) as sdk:
        assert json.loads((await sdk.query(out_trade_no=ORDER["out_trade_no"]))[1])["trade_state"] == "NOTPAY"
        assert (await native(sdk))[1]["code"] == "OUT_TRADE_NO_USED"


@pytest.mark.parametrize(
    ("given", "until_"),
    [
        pytest.param({}, 7200, id="two-hours-unless-told"),
        pytest.param({"time_expire": "1970-01-01T08:10:00+08:00"}, 600, id="as-told"),
        pytest.param({"time_expire": "1970-01-01T00:00:10+00:00"}, 60, id="raised-to-a-minute"),
        pytest.param({"time_expire": "1971-01-01T00:00:00Z"}, 90 * 86400, id="cut-to-90-days"),
    ],
)
def test_how_long_an_order_can_be_paid(given: dict, until_: float):
    assert asked.expires(given, now=0.0) == until_


async def test_a_notification_is_repeated_until_it_is_taken(sandbox: TestClient, service: Service, sdk: Any):
    service.statuses = [500, 404]
    made = (await native(sdk))[1]
    await said(sandbox, "pay", **{"as": "li-ming", "code_url": made["code_url"]})
    await until(lambda: len(service.notices) == 3)
    assert len({json.loads(body)["id"] for _, body in service.notices}) == 1
    assert len({headers["Wechatpay-Nonce"] for headers, _ in service.notices}) == 3


@pytest.mark.parametrize(
    ("what", "statuses", "probes"),
    [
        pytest.param("fail", [401], [True, False], id="a-probe-first"),
        pytest.param("repeat", [], [False, False], id="comes-twice"),
        pytest.param("late", [], [False], id="comes-late"),
        pytest.param("drop", [], [], id="never-comes-but-can-be-asked"),
    ],
)
async def test_notifications_that_go_wrong(
    sandbox: TestClient, service: Service, sdk: Any, what: str, statuses: list[int], probes: list[bool]
):
    service.statuses = statuses
    await said(sandbox, "faults", wire="pay_notify", what=what, times=1, seconds=0.02)
    for number in (ORDER["out_trade_no"], "an-ordinary-one"):
        made = (await native(sdk, out_trade_no=number))[1]
        await said(sandbox, "pay", **{"as": "li-ming", "code_url": made["code_url"]})
        await until(lambda: what == "drop" or len(service.notices) >= len(probes))
    await until(lambda: len(service.notices) == len(probes) + 1)
    signatures = [headers["Wechatpay-Signature"] for headers, _ in service.notices[:-1]]
    assert [signature.startswith("WECHATPAY/SIGNTEST/") for signature in signatures] == probes
    assert json.loads((await sdk.query(out_trade_no=ORDER["out_trade_no"]))[1])["trade_state"] == "SUCCESS"


async def refusal(client: TestClient, **headers: str) -> tuple[int, str]:
    async with client.post("/v3/pay/transactions/native", json=ORDER, headers=headers) as response:
        return response.status, (await response.json())["code"]


async def test_an_unsigned_call_is_refused(sandbox: TestClient):
    assert await refusal(sandbox) == (401, "SIGN_ERROR")
    assert await refusal(sandbox, Authorization="WECHATPAY2-SHA256-RSA2048 x") == (401, "SIGN_ERROR")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"merchant_id": "1900000002"}, id="another-merchant"),
        pytest.param({"merchant_serial": "00"}, id="another-certificate"),
    ],
)
async def test_another_merchants_call_is_refused(
    sandbox: TestClient, config: Config, merchant: KeyPair, platform: KeyPair, change: dict
):
    other = replace(config, pay=replace(config.pay, **change))
    async with merchant_sdk(sandbox, other, NOTIFY, merchant, platform) as sdk:
        assert (await native(sdk))[0] == 401


async def test_a_call_signed_by_another_key_is_refused(
    sandbox: TestClient, config: Config, platform: KeyPair
):
    async with merchant_sdk(sandbox, config, NOTIFY, KeyPair.make(), platform) as sdk:
        assert (await native(sdk))[0] == 401
    assert await shown(sandbox, "orders") == []


@pytest.mark.parametrize(
    ("age", "status"),
    [
        pytest.param(0, 404, id="now"),
        pytest.param(310, 401, id="too-old"),
        pytest.param(-310, 401, id="too-early"),
    ],
)
async def test_the_time_of_a_call(
    sandbox: TestClient, config: Config, merchant: KeyPair, age: int, status: int
):
    path = f"/v3/pay/transactions/out-trade-no/unknown?mchid={config.pay.merchant_id}"
    timestamp = int(time.time()) - age
    signature = rsa_sign(load_private_key(merchant.private), f"GET\n{path}\n{timestamp}\nnonce\n\n")
    fields = {"mchid": config.pay.merchant_id, "serial_no": config.pay.merchant_serial, "nonce_str": "nonce"}
    fields |= {"timestamp": str(timestamp), "signature": signature}
    pairs = ",".join(f'{name}="{value}"' for name, value in fields.items())
    async with sandbox.get(path, headers={"Authorization": f"WECHATPAY2-SHA256-RSA2048 {pairs}"}) as response:
        assert response.status == status


async def test_an_untold_payment_is_told_after_a_restart(
    start: Starts, service: Service, config: Config, merchant: KeyPair, platform: KeyPair
):
    first = await start()
    async with merchant_sdk(first, config, f"{service.url}/notify", merchant, platform) as sdk:
        made = (await native(sdk))[1]
        service.statuses = [500]
        await said(first, "faults", wire="pay_notify", what="late", times=1, seconds=60)
        await said(first, "pay", **{"as": "li-ming", "code_url": made["code_url"]})
    await first.close()
    await start()
    await until(lambda: len(service.notices) == 2)
