"""Notifications of payments and refunds: signed, sealed, and repeated until the merchant takes them."""

import asyncio
import logging
import uuid
from dataclasses import replace
from typing import Any

from aiohttp import ClientError, ClientTimeout

from sandbox import wall
from sandbox.faults import Fault
from sandbox.pay.trade import trade
from sandbox.state import Order, Refund
from sandbox.web_json import dumps
from sandbox.world import World

log = logging.getLogger(__name__)
REFUNDED = {"SUCCESS": "退款成功", "CLOSED": "退款关闭", "ABNORMAL": "退款异常"}
PROBE = "WECHATPAY/SIGNTEST/"  # how WeChat Pay probes whether a merchant verifies signatures


async def tell(world: World, order: Order) -> None:
    """Tell the merchant that the order is paid; gives up after the last repeat."""
    fault = world.faults.take("pay_notify")
    if fault.what == "drop":
        world.state.orders.put(replace(order, told=True))
        return
    if fault.what == "late":
        await asyncio.sleep(fault.seconds)
    body = _body(world, "TRANSACTION.SUCCESS", "支付成功", "transaction", trade(world.config.pay, order))
    await _until_taken(world, order.asked["notify_url"], body, fault)
    world.state.orders.put(replace(order, told=True))


async def tell_refund(world: World, refund: Refund, facts: dict[str, Any]) -> None:
    """Tell the merchant what a refund has come to, where its request, or its order, said to."""
    body = _body(world, f"REFUND.{refund.status}", REFUNDED[refund.status], "refund", facts)
    await _until_taken(world, refund.notify_url, body, Fault())


async def _until_taken(world: World, url: str, body: bytes, fault: Fault) -> None:
    probing = fault.what == "fail"
    for pause in (*world.timing.notice_repeats, None):
        if await _taken(world, url, body, probing=probing):
            if fault.what == "repeat":
                await _taken(world, url, body, probing=False)
            return
        probing = False
        if pause is not None:
            await asyncio.sleep(pause)
    log.warning("the merchant never took a notification")


async def _taken(world: World, url: str, body: bytes, *, probing: bool) -> bool:
    """One try; 200 and 204 mean taken, whatever the body says."""
    headers = world.pay_keys.headers(body) | {"Content-Type": "application/json"}
    if probing:
        headers["Wechatpay-Signature"] = PROBE + headers["Wechatpay-Signature"]
    wait = ClientTimeout(total=world.timing.notice_wait)
    try:
        async with world.http.post(
            url, data=body, headers=headers, timeout=wait, allow_redirects=False
        ) as response:
            return response.status in (200, 204)
    except (ClientError, TimeoutError):
        return False


def _body(world: World, event: str, summary: str, kind: str, facts: dict[str, Any]) -> bytes:
    notice = {
        "id": str(uuid.uuid4()),
        "create_time": wall.now().isoformat(timespec="seconds"),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": summary,
        "resource": world.pay_keys.sealed(dumps(facts).encode(), kind),
    }
    return dumps(notice).encode()
