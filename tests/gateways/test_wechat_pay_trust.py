"""WeChat Pay's answers are believed only when the platform signed them, just now; no answer in time is "down"."""

import asyncio

import pytest
from aiohttp import web

from models.base.ports import GatewayDown
from tests.gateways.conftest import Open, hang_up
from tests.gateways.test_wechat_pay import ORDER, PAID
from tests.gateways.wechat_pay_platform import NOW, Keys, Platform, signature_headers

SIGNED_BY_NOBODY = "bm90aGluZw=="


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param({"Wechatpay-Signature": SIGNED_BY_NOBODY}, id="a wrong signature"),
        pytest.param({"Wechatpay-Signature": "WECHATPAY/SIGNTEST/c2lnbg=="}, id="a signature probe"),
        pytest.param({"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A72"}, id="an unknown serial"),
        pytest.param({"Wechatpay-Serial": "not hexadecimal"}, id="a serial that is none"),
        pytest.param({"Wechatpay-Timestamp": str(NOW - 1)}, id="another time"),
        pytest.param({"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, id="another signature type"),
    ],
)
async def test_an_answer_the_platform_did_not_sign_is_not_believed(
    keys: Keys, connect: Open, spoil: dict[str, str]
) -> None:
    platform = Platform(keys, answer=PAID, spoil=spoil)
    pay = await connect(platform.handle)
    with pytest.raises(GatewayDown, match="did not sign"):
        await pay.query("F20261201-0007")
    assert len(platform.calls) == 1, "no other certificates were asked for"


async def test_an_old_answer_is_not_believed(keys: Keys, connect: Open) -> None:
    body = '{"code_url": "weixin://x"}'
    platform = Platform(keys, spoil=signature_headers(keys.platform, body, timestamp=NOW - 301))
    platform.answer = {"code_url": "weixin://x"}
    with pytest.raises(GatewayDown, match="did not sign"):
        await (await connect(platform.handle)).order_by_code(**ORDER)


async def test_silence_is_down(connect: Open, silent: str) -> None:
    with pytest.raises(GatewayDown, match="no answer"):
        await (await connect(silent, timeout=0.05)).query("F20261201-0007")


async def test_an_answer_that_only_trickles_in_is_down(connect: Open) -> None:
    """Each byte comes in time, the whole does not: the limit is on the call."""

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(50):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    with pytest.raises(GatewayDown, match="no answer"):
        await (await connect(trickle, timeout=0.1)).query("F20261201-0007")


async def test_nobody_there_is_down(connect: Open, nowhere: str) -> None:
    with pytest.raises(GatewayDown, match="no answer"):
        await (await connect(nowhere)).order_by_code(**ORDER)


async def test_a_dropped_call_is_down(connect: Open) -> None:
    with pytest.raises(GatewayDown, match="no answer"):
        await (await connect(hang_up)).close("F20261201-0007")
