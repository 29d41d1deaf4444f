"""What the merchant may call: make an order, ask about it, close it."""

import secrets
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.pay import asked as rules
from sandbox.pay.door import Answered, refused, signed
from sandbox.pay.trade import trade
from sandbox.state import Order
from sandbox.web_json import NotAnObject, parse_object
from sandbox.world import WORLD, World


async def jsapi(request: web.Request, raw: bytes) -> Answered:
    """`POST /v3/pay/transactions/jsapi`: an order for one citizen, paid in the chat."""
    world, asked = request.app[WORLD], _object(raw)
    rules.check(asked, world.config.pay)
    if world.town.with_openid(rules.payer(asked)) is None:
        raise rules.bad("payer.openid")
    order = _order(world, "JSAPI", asked)
    return 200, {"prepay_id": order.prepay_id}


async def native(request: web.Request, raw: bytes) -> Answered:
    """`POST /v3/pay/transactions/native`: an order that whoever scans the code pays."""
    world, asked = request.app[WORLD], _object(raw)
    rules.check(asked, world.config.pay)
    order = _order(world, "NATIVE", asked)
    return 200, {"code_url": order.code_url}


async def query(request: web.Request, _raw: bytes) -> Answered:
    """`GET /v3/pay/transactions/out-trade-no/{no}?mchid=`."""
    world = request.app[WORLD]
    if request.query.get("mchid") != world.config.pay.merchant_id:
        raise rules.bad("mchid")
    order = _known(world, request)
    refunded = any(refund.order_no == order.no for refund in world.state.refunds)
    return 200, trade(world.config.pay, order, refunded=refunded)


async def close(request: web.Request, raw: bytes) -> Answered:
    """`POST .../out-trade-no/{no}/close`: closing twice is fine, closing what was paid is not."""
    world = request.app[WORLD]
    if _object(raw).get("mchid") != world.config.pay.merchant_id:
        raise rules.bad("mchid")
    order = _known(world, request)
    if order.state == "SUCCESS":
        raise refused(400, "ORDERPAID", "该订单已支付")
    world.state.orders.put(replace(order, state="CLOSED"))
    return 204, None


def _order(world: World, trade_type: str, asked: dict[str, Any]) -> Order:
    """A new order, or the one that the same parameters made before. Raises Refusal when the number is taken."""
    held = world.state.orders.get(asked["out_trade_no"])
    if held is not None:
        _check_same(held, trade_type, asked)
        return held
    now = wall.seconds()
    order = Order(asked["out_trade_no"], trade_type, asked, rules.expires(asked, now))
    token = secrets.token_hex(14)
    if trade_type == "JSAPI":
        order = replace(order, prepay_id=f"wx{wall.now():%d%H%M%S}{token}"[:36])
    else:
        order = replace(order, code_url=f"weixin://wxpay/bizpayurl?pr={token[:12]}")
    return world.state.orders.put(order)


def _check_same(held: Order, trade_type: str, asked: dict[str, Any]) -> None:
    if held.state == "SUCCESS":
        raise refused(400, "ORDERPAID", "该订单已支付")
    if held.state == "CLOSED":
        raise refused(400, "ORDER_CLOSED", "订单已关闭")
    if (held.trade_type, held.asked) != (trade_type, asked):
        raise refused(400, "INVALID_REQUEST", "201 商户订单号重复")
    if held.expires <= wall.seconds():
        raise refused(403, "OUT_TRADE_NO_USED", "商户订单号重复")


def _known(world: World, request: web.Request) -> Order:
    order = world.state.orders.get(request.match_info["no"])
    if order is None:
        raise refused(404, "ORDER_NOT_EXIST", "订单不存在")
    return order


def _object(raw: bytes) -> dict[str, Any]:
    try:
        return parse_object(raw)
    except NotAnObject as error:
        raise refused(400, "PARAM_ERROR", "请求体不是JSON对象") from error


BASE = "/v3/pay/transactions"
ROUTES = [
    web.post(f"{BASE}/jsapi", signed(jsapi)),
    web.post(f"{BASE}/native", signed(native)),
    web.get(f"{BASE}/out-trade-no/{{no}}", signed(query)),
    web.post(f"{BASE}/out-trade-no/{{no}}/close", signed(close)),
]
