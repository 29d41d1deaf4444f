"""Payment notifications: signed, sealed, and repeated until the merchant takes them."""

import asyncio
import logging
import uuid
from dataclasses import replace

from aiohttp import ClientError, ClientTimeout

from sandbox import wall
from sandbox.faults import Fault
from sandbox.pay.trade import trade
from sandbox.state import Order
from sandbox.web_json import dumps
from sandbox.world import World

log = logging.getLogger(__name__)
PROBE = "WECHATPAY/SIGNTEST/"  # how WeChat Pay probes whether a merchant verifies signatures


async def tell(world: World, order: Order) -> None:
    """Tell the merchant that the order is paid; gives up after the last repeat."""
    fault = world.faults.take("pay_notify")
    if fault.what == "drop":
        world.state.orders.put(replace(order, told=True))
        return
    if fault.what == "late":
        await asyncio.sleep(fault.seconds)
    await _until_taken(world, order, fault)
    world.state.orders.put(replace(order, told=True))


async def _until_taken(world: World, order: Order, fault: Fault) -> None:
    body = _body(world, order)
    probing = fault.what == "fail"
    for pause in (*world.timing.notice_repeats, None):
        if await _taken(world, order, body, probing=probing):
            if fault.what == "repeat":
                await _taken(world, order, body, probing=False)
            return
        probing = False
        if pause is not None:
            await asyncio.sleep(pause)
    log.warning("the merchant never took a payment notification")


async def _taken(world: World, order: Order, body: bytes, *, probing: bool) -> bool:
    """One try; 200 and 204 mean taken, whatever the body says."""
    headers = world.pay_keys.headers(body) | {"Content-Type": "application/json"}
    if probing:
        headers["Wechatpay-Signature"] = PROBE + headers["Wechatpay-Signature"]
    wait = ClientTimeout(total=world.timing.notice_wait)
    try:
        async with world.http.post(
            order.asked["notify_url"], data=body, headers=headers, timeout=wait, allow_redirects=False
        ) as response:
            return response.status in (200, 204)
    except (ClientError, TimeoutError):
        return False


def _body(world: World, order: Order) -> bytes:
    plain = dumps(trade(world.config.pay, order)).encode()
    notice = {
        "id": str(uuid.uuid4()),
        "create_time": wall.now().isoformat(timespec="seconds"),
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": world.pay_keys.sealed(plain, "transaction"),
    }
    return dumps(notice).encode()
