"""The page of one payment order: a code to scan, or WeChat's payment sheet; it waits for the money and then shows the case."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import segno
from aiohttp import web

from bot.pages.press import PRESS
from bot.pages.visit import Standing, Visit
from bot.services import SERVICES
from models.base.money import Fen
from models.violations import payments
from models.violations.payments import Order, OrderState

MINUTE = timedelta(minutes=1)


async def show(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/pay/{order_no}`: the variant that the order was made for. An order of other cases is an unknown one."""
    press, services = request.app[PRESS], request.app[SERVICES]
    async with services.database.read() as work:
        order, wall = await payments.order(work, request.match_info["order_no"]), work.wall
    if order is None or not is_of(order, visit):
        return press.problem(request, "unknown", HTTPStatus.NOT_FOUND, back=visit.path)
    if visit.standing is not Standing.DUE or order.state is OrderState.PAID:
        return press.see_other(request, visit.path)
    if order.handle is None or order.state is not OrderState.OPEN or order.expires_at <= wall:
        return press.problem(request, "order_over", HTTPStatus.GONE, back=visit.path)
    return _page(request, visit, order, order.handle, wall)


def is_of(order: Order, visit: Visit) -> bool:
    """Does this order pay cases of this page, and no others?"""
    return {part.case_number for part in order.parts} <= {case.number for case in visit.cases}


def _page(request: web.Request, visit: Visit, order: Order, handle: str, wall: datetime) -> web.Response:
    values: dict[str, Any] = {
        "number": order.case_number,
        "count": len(order.parts),
        "watched": f"{visit.path}/status?order={order.number}",
        "total": Fen(order.total),
        "path": visit.path,
        "minutes": max(1, (order.expires_at - wall) // MINUTE),
        "seconds": int((order.expires_at - wall).total_seconds()),
    }
    press = request.app[PRESS]
    if order.openid == payments.BY_CODE:
        # The quiet zone stays white in the dark, too: scanners need it.
        code = segno.make(handle, error="m", micro=False).svg_data_uri(scale=8, border=3, light="white")
        return press.page(request, "pay_by_code.html", code=code, **values)
    call = request.app[SERVICES].payments.page_call(handle)
    return press.page(request, "pay_in_chat.html", call=dict(call), **values)
