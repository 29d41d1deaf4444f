"""What was taken to be sent: delivered a moment later, and its receipt pushed to the service.

A receipt never stands for a delivery that did not happen; the fault wire `wechat_receipt` makes deliveries fail
and receipts late, lost or doubled.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox import wall
from sandbox.faults import Fault
from sandbox.state import Sending
from sandbox.wechat import chat
from sandbox.wechat.push import NoReply, message_xml, push
from sandbox.wechat.replies import Content
from sandbox.world import World

MASS_SENDER = "mphelper"  # a mass message's receipt comes from nobody's account


def start(
    world: World,
    kind: str,
    openids: list[str],
    content: dict[str, Any],
    *,
    client_id: str = "",
    total: int = 1,
) -> Sending:
    """Take it; it is delivered behind."""
    msg_id = 3 * 10**18 + secrets.randbelow(10**18)  # beyond 2**53, as WeChat's are
    taken = Sending(msg_id, kind, openids, content, wall.seconds(), client_id, total)
    world.tasks.start(finish(world, world.state.sendings.put(taken)))
    return taken


async def finish(world: World, sending: Sending) -> None:
    """Deliver it and tell the service."""
    await asyncio.sleep(world.timing.receipt_delay)
    fault = world.faults.take("wechat_receipt")
    got = [] if fault.what == "fail" else [one for one in sending.openids if _takes(world, sending, one)]
    for openid in got:
        chat.add(world.state, openid, Content(**sending.content))
    world.state.sendings.put(replace(sending, done=True))
    await _tell(world, sending, fault, RECEIPTS[sending.kind](sending, len(got), fault))


def _takes(world: World, sending: Sending, openid: str) -> bool:
    """Does it still reach this citizen? A notice that was agreed to reaches strangers too."""
    bond = chat.bond(world.state, openid)
    return sending.kind == "subscribe" or (bond.follows and not bond.muted)


async def _tell(world: World, sending: Sending, fault: Fault, event: dict[str, Any]) -> None:
    if fault.what == "drop":
        return
    await asyncio.sleep(fault.seconds)
    openid = MASS_SENDER if sending.kind == "mass" else sending.openids[0]
    xml = message_xml(world, openid, "event", event)
    try:
        await push(world, openid, xml, Fault("repeat") if fault.what == "repeat" else Fault())
    except NoReply:
        return  # after its retries WeChat lets a receipt go


def _of_template(sending: Sending, got: int, fault: Fault) -> dict[str, Any]:
    failed = "failed: system failed" if fault.what == "fail" else "failed:user block"
    return {
        "Event": "TEMPLATESENDJOBFINISH",
        "MsgID": sending.msg_id,
        "Status": "success" if got else failed,
    }


def _of_notice(sending: Sending, got: int, _fault: Fault) -> dict[str, Any]:
    told = {
        "TemplateId": sending.content["extra"]["template_id"],
        "MsgID": str(sending.msg_id),
        "ErrorCode": "0" if got else "-1",
        "ErrorStatus": "success" if got else "system failed",
    }
    return {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": told}}


def _of_mass(sending: Sending, got: int, _fault: Fault) -> dict[str, Any]:
    """WeChat's FilterCount is what the filters left to be sent to: SentCount and ErrorCount add up to it."""
    return {
        "Event": "MASSSENDJOBFINISH",
        "MsgID": sending.msg_id,
        "Status": "send success" if got or not sending.openids else "send fail",
        "TotalCount": sending.total,
        "FilterCount": len(sending.openids),
        "SentCount": got,
        "ErrorCount": len(sending.openids) - got,
    }


RECEIPTS: dict[str, Callable[[Sending, int, Fault], dict[str, Any]]] = {
    "template": _of_template,
    "subscribe": _of_notice,
    "mass": _of_mass,
}
