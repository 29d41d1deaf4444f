"""Where ordered mishaps meet the service's calls."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.web_json import answer
from sandbox.world import WORLD

PREFIXES = {
    "/v3/": "pay",
    "/v1/verify": "sim",
    "/v1/locks/": "wallet",
    "/cgi-bin/": "wechat_api",
    "/wxaapi/": "wechat_api",
    "/sns/": "wechat_api",
}


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the next fault of the call's wire happen to it."""
    wire = _wire(request)
    if not wire:
        return await handler(request)
    fault = request.app[WORLD].faults.take(wire)
    if fault.what == "fail":
        return _failure(wire)
    if fault.what == "late":
        await asyncio.sleep(fault.seconds)
    response = await handler(request)
    if fault.what == "drop" and request.transport:
        request.transport.abort()
    return response


def _wire(request: web.Request) -> str:
    if request.path == "/":
        return "sms" if request.method == "POST" else ""
    return next((wire for prefix, wire in PREFIXES.items() if request.path.startswith(prefix)), "")


def _failure(wire: str) -> web.Response:
    if wire == "wechat_api":
        return answer({"errcode": -1, "errmsg": "system error"})
    if wire == "sms":
        return answer({"Code": "ServiceUnavailable", "Message": "ordered by the demo"}, 500)
    return answer({"code": "SYSTEM_ERROR", "message": "ordered by the demo"}, 500)
