"""`/callbacks/sms/{secret}`: delivery reports of the carrier. Unsigned, so the path holds a secret."""

from collections.abc import Sequence

from aiohttp import web

from bot.doors import Door, plain, post
from bot.services import SERVICES
from models.base.ports import Receipt
from scheduler.delivery import Delivery

PATH = "/callbacks/sms/{secret}"


def add_routes(app: web.Application, delivery: Delivery) -> None:
    async def take(request: web.Request, receipts: Sequence[Receipt]) -> web.Response:
        """Recorded; a receipt that came before, or for nothing of ours, changes nothing."""
        await delivery.receive(receipts)
        for receipt in receipts:
            request.app[SERVICES].metrics.receipt(receipt.status)
        return web.json_response({"code": 0, "msg": "OK"})

    post(app, PATH, Door(authenticate, take, plain))


async def authenticate(request: web.Request) -> Sequence[Receipt]:
    """The secret in the path, compared in constant time by the gateway, which also reads the reports."""
    return request.app[SERVICES].sms.receipts(request.match_info["secret"], await request.read())
