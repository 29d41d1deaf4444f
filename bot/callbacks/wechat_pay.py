"""`/callbacks/wechat-pay`: notifications of payments and refunds. 204 means booked (now or before); of a refund, that its end is
recorded, or that it is none of ours (the daily bill tells whose). Anything else, and WeChat Pay repeats."""

import structlog
from aiohttp import web

from bot.doors import Door, post
from bot.services import SERVICES, Services
from models.base.ports import ChatAct, RefundNews, Trade
from models.flows import settlement
from models.flows.settlement import Settlement
from models.violations import refunds

PATH = "/callbacks/wechat-pay"
log = structlog.get_logger()


def add_routes(app: web.Application) -> None:
    post(app, PATH, Door(authenticate, book, fail))


async def authenticate(request: web.Request) -> Trade | RefundNews:
    """Serial, time, signature over the raw bytes, AES-GCM: all by the payment gateway."""
    return request.app[SERVICES].payments.notification(request.headers, await request.read())


async def book(request: web.Request, trade: Trade | RefundNews) -> web.Response:
    """Booked once, however often it comes."""
    services = request.app[SERVICES]
    if isinstance(trade, RefundNews):
        async with services.database.begin("system:wechat-pay") as work:
            became = await refunds.heard(work, trade)
        log.info("refund_notified", refund=trade.refund_no[:32], state=trade.state, outcome=became)
        return web.Response(status=204)
    outcome = await settle(services, trade)
    await services.chat.heard(openid=trade.payer, act=ChatAct.PAYMENT)
    log.info("payment_notified", order=trade.order_no[:32], outcome=outcome)
    if outcome is Settlement.MISMATCH:
        return fail(422, "order, merchant or amount do not match")
    return web.Response(status=204)


async def settle(services: Services, trade: Trade) -> Settlement:
    """One unit of work: booked, closed, lifted, told."""
    ids = {"app_id": services.payments.app_id, "merchant_id": services.payments.merchant_id}
    async with services.database.begin("system:wechat-pay") as work:
        return await settlement.settle(work, trade, **ids)


def fail(status: int, reason: str) -> web.Response:
    """WeChat Pay's form of a refusal."""
    return web.json_response({"code": "FAIL", "message": reason}, status=status)
