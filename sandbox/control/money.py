"""The money levers: paying an order, and what orders and locks there are."""

from typing import Any

from aiohttp import web

from sandbox.control.door import acting_resident, asked_resident, bad, body_of
from sandbox.pay.paying import NotPaid, pay_by_code, pay_in_chat
from sandbox.state import Lock, Order
from sandbox.web_json import answer, text
from sandbox.world import WORLD


async def pay(request: web.Request) -> web.Response:
    """`POST /control/pay`: `{"as","code_url"}` scans a code, otherwise the fields of getBrandWCPayRequest."""
    world, body = request.app[WORLD], await body_of(request)
    who = acting_resident(request, body)
    try:
        if "code_url" in body:
            pay_by_code(world, who, text(body, "code_url", bad))
        else:
            keys = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
            pay_in_chat(world, who, {key: text(body, key, bad) for key in keys})
    except NotPaid as error:
        return answer({"result": "fail", "message": str(error)})
    return answer({"result": "ok", "message": "支付成功"})


async def orders(request: web.Request) -> web.Response:
    """`GET /control/orders`, oldest first."""
    return answer([_order(order) for order in request.app[WORLD].state.orders])


async def wallet(request: web.Request) -> web.Response:
    """`GET /control/wallet?as=`: is the wallet locked, and by what?"""
    who = asked_resident(request)
    locks = [lock for lock in request.app[WORLD].state.locks if lock.resident_id == who.resident_id]
    locked = any(lock.state == "locked" for lock in locks)
    return answer({"locked": locked, "locks": [_lock(lock) for lock in locks]})


def _order(order: Order) -> dict[str, Any]:
    shown = {
        "out_trade_no": order.no,
        "state": order.state,
        "total": order.total,
        "trade_type": order.trade_type,
        "description": order.asked["description"],
    }
    if order.trade_type == "JSAPI":
        return shown | {"openid": order.asked["payer"]["openid"]}
    return shown | {"code_url": order.code_url}


def _lock(lock: Lock) -> dict[str, str]:
    names = ("reference", "state", "since", "authority", "legal_basis")
    return {name: getattr(lock, name) for name in names}


ROUTES = [
    web.post("/control/pay", pay),
    web.get("/control/orders", orders),
    web.get("/control/wallet", wallet),
]
