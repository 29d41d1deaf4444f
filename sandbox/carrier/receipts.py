"""Receipts: a little later the text is on the phone, and the customer is told - unsigned, and more than once if need be."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from aiohttp import ClientError, ClientTimeout

from sandbox import wall
from sandbox.carrier.details import china_time
from sandbox.state import Text
from sandbox.world import World

log = logging.getLogger(__name__)
SEGMENT = 67  # UTF-16 units of each part of a long text; a short one has up to 70


async def report(world: World, text: Text) -> None:
    """Settle what became of the text, and tell the customer."""
    fault = world.faults.take("sms_receipt")
    await asyncio.sleep(world.timing.receipt_delay)
    if fault.what == "fail":
        settled = replace(text, status="failed", err_code="MOBILE_NOT_ON_SERVICE", reported_at=wall.stamp())
    else:
        settled = replace(text, status="delivered", err_code="DELIVERED", reported_at=wall.stamp())
    world.state.texts.put(settled)
    if fault.what == "late":
        await asyncio.sleep(fault.seconds)
    if fault.what != "drop":
        await tell(world, settled, twice=fault.what == "repeat")
    else:
        world.state.texts.put(replace(settled, told=True))


async def tell(world: World, text: Text, *, twice: bool = False) -> None:
    """Post the receipt until the customer takes it or the repeats are used up; then there is no more to tell."""
    await _until_taken(world, text, twice=twice)
    world.state.texts.put(replace(text, told=True))


async def _until_taken(world: World, text: Text, *, twice: bool) -> None:
    for pause in (*world.timing.receipt_repeats, None):
        if await _taken(world, text):
            if twice:
                await _taken(world, text)
            return
        if pause is not None:
            await asyncio.sleep(pause)
    log.warning("the customer never took a receipt")


async def _taken(world: World, text: Text) -> bool:
    wait = ClientTimeout(total=world.timing.notice_wait)
    try:
        async with world.http.post(
            world.config.sms.report_url, json=[_receipt(text)], timeout=wait
        ) as response:
            return response.status == 200
    except (ClientError, TimeoutError):
        return False


def _receipt(text: Text) -> dict[str, Any]:
    units = len(text.text.encode("utf-16-le")) // 2
    return {
        "phone_number": text.phone,
        "send_time": china_time(text.at),
        "report_time": china_time(text.reported_at),
        "success": text.status == "delivered",
        "err_code": text.err_code,
        "err_msg": "",
        "sms_size": "1" if units <= 70 else str(-(-units // SEGMENT)),
        "biz_id": text.biz_id,
        "out_id": text.out_id,
    }
