"""What the merchant may give back: all of a payment or some of it, under a number of its own, which is one refund however often it comes.

A refund is PROCESSING when it is taken, and SUCCESS a while later, when the money has arrived (or CLOSED or ABNORMAL, where that is
ordered); then the merchant is told.
"""

import asyncio
import re
import secrets
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.pay import asked as rules
from sandbox.pay.door import Answered, refused, signed
from sandbox.pay.notices import tell_refund
from sandbox.state import Order, Refund
from sandbox.web_json import NotAnObject, parse_object
from sandbox.world import WORLD, World

NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
REASON_LIMIT = 80
ENDS = {"": "SUCCESS", "closed": "CLOSED", "abnormal": "ABNORMAL"}  # by the mishap that is ordered


async def refund(request: web.Request, raw: bytes) -> Answered:
    """`POST /v3/refund/domestic/refunds`."""
    world = request.app[WORLD]
    try:
        wanted = parse_object(raw)
    except NotAnObject as error:
        raise refused(400, "PARAM_ERROR", "请求体不是JSON对象") from error
    _check(wanted)
    order = _order(world, wanted)
    held = world.state.refunds.get(wanted["out_refund_no"])
    if held is not None:
        if held.asked != wanted:
            raise refused(400, "INVALID_REQUEST", "退款单号重复，参数不一致")
        return 200, facts(world, held)
    if wanted["amount"]["total"] != order.total:
        raise refused(400, "INVALID_REQUEST", "订单金额不一致")
    promised = (each for each in world.state.refunds if each.order_no == order.no and each.status != "CLOSED")
    before = sum(each.amount for each in promised)
    if before + wanted["amount"]["refund"] > order.total:
        raise refused(400, "INVALID_REQUEST", "退款金额大于可退金额")
    made = Refund(
        no=wanted["out_refund_no"],
        order_no=order.no,
        refund_id=f"5030{wall.now():%Y%m%d}{secrets.randbelow(10**16):016d}",
        asked=wanted,
        notify_url=wanted.get("notify_url", order.asked["notify_url"]),
        made_at=wall.now().isoformat(timespec="seconds"),
    )
    world.state.refunds.put(made)
    world.tasks.start(arrive(world, made))
    return 200, facts(world, made)


async def query(request: web.Request, _raw: bytes) -> Answered:
    """`GET /v3/refund/domestic/refunds/{no}`."""
    world = request.app[WORLD]
    held = world.state.refunds.get(request.match_info["no"])
    if held is None:
        raise refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return 200, facts(world, held)


async def arrive(world: World, refund: Refund) -> None:
    """The money is back after a while, and the merchant is told."""
    await asyncio.sleep(world.timing.refund_delay)
    status = ENDS[world.faults.take("refund").what]
    arrived = wall.now().isoformat(timespec="seconds") if status == "SUCCESS" else ""
    done = replace(refund, status=status, arrived_at=arrived)
    world.state.refunds.put(done)
    told = facts(world, done)
    told["refund_status"] = told.pop("status")
    await tell_refund(world, done, {"mchid": world.config.pay.merchant_id, **told})
    world.state.refunds.put(replace(done, told=True))


def facts(world: World, refund: Refund) -> dict[str, Any]:
    """A refund as WeChat Pay tells it."""
    order = world.state.orders.get(refund.order_no)
    assert order is not None
    amount = {"refund": refund.amount, "payer_refund": refund.amount, "total": order.total}
    told = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.no,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "status": refund.status,
        "amount": {**amount, "payer_total": order.total, "currency": rules.CURRENCY},
    }
    return told | ({"success_time": refund.arrived_at} if refund.arrived_at else {})


def _check(wanted: dict[str, Any]) -> None:
    """Raises Refusal 400 PARAM_ERROR that names the parameter."""
    amount = wanted.get("amount")
    fen = amount if isinstance(amount, dict) else {}
    number, reason = wanted.get("out_refund_no"), wanted.get("reason", "-")
    wrong = {
        "out_refund_no": not (isinstance(number, str) and NO.fullmatch(number)),
        "reason": not (isinstance(reason, str) and 0 < len(reason.encode()) <= REASON_LIMIT),
        "amount.refund": not _is_fen(fen.get("refund")),
        "amount.total": not _is_fen(fen.get("total")),
        "amount.currency": fen.get("currency") != rules.CURRENCY,
        "notify_url": "notify_url" in wanted and not rules.is_notify_url(wanted["notify_url"]),
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise rules.bad(name)


def _is_fen(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _order(world: World, wanted: dict[str, Any]) -> Order:
    """The paid order that is meant. Raises Refusal."""
    for order in world.state.orders:
        meant = "transaction_id" in wanted and order.transaction_id == wanted["transaction_id"]
        if order.state == "SUCCESS" and (meant or order.no == wanted.get("out_trade_no")):
            return order
    raise refused(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付")


BASE = "/v3/refund/domestic/refunds"
ROUTES = [web.post(BASE, signed(refund)), web.get(f"{BASE}/{{no}}", signed(query))]
