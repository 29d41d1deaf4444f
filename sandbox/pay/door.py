"""The signed door of WeChat Pay: who calls is the merchant, who answers is the platform."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.pay.keys import SCHEME
from sandbox.web_json import Refusal, dumps
from sandbox.world import WORLD, World

SKEW = 300  # seconds
PAIR = re.compile(r'\s*(\w+)="([^"]*)"\s*(?:,|$)')

Answered = tuple[int, dict[str, Any] | None]
Handler = Callable[[web.Request, bytes], Awaitable[Answered]]


def refused(status: int, code: str, message: str) -> Refusal:
    """WeChat Pay's way to say no."""
    return Refusal(status, {"code": code, "message": message})


def signed(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Verify the merchant's signature before the handler runs, and sign whatever is answered."""

    async def door(request: web.Request) -> web.Response:
        raw = await request.read()
        try:
            _verify(request, raw)
            status, answer = await handler(request, raw)
        except Refusal as refusal:
            status, answer = refusal.status, dict(refusal.body)
        body = b"" if answer is None else dumps(answer).encode()
        headers = request.app[WORLD].pay_keys.headers(body)
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return web.Response(status=status, body=body, headers=headers)

    return door


def raw_signed(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The same for what is answered with a file: WeChat Pay does not sign files, their hash stands in an answer it signed."""

    async def door(request: web.Request) -> web.Response:
        _verify(request, await request.read())
        return await handler(request)

    return door


def _verify(request: web.Request, raw: bytes) -> None:
    """Raises Refusal 401 SIGN_ERROR, with one message for all that can be wrong."""
    world = request.app[WORLD]
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    given = dict(PAIR.findall(rest))
    if scheme != SCHEME or not _is_merchant(world, given) or not _in_time(given.get("timestamp", "")):
        raise refused(401, "SIGN_ERROR", "签名错误")
    head = (request.method, request.raw_path, given["timestamp"], given.get("nonce_str", ""))
    text = "\n".join(head) + "\n" + raw.decode(errors="replace") + "\n"
    if not world.pay_keys.merchant_signed(text, given.get("signature", "")):
        raise refused(401, "SIGN_ERROR", "签名错误")


def _is_merchant(world: World, given: dict[str, str]) -> bool:
    pay = world.config.pay
    expected, named = (
        f"{pay.merchant_id}\n{pay.merchant_serial}",
        f"{given.get('mchid')}\n{given.get('serial_no')}",
    )
    return hmac.compare_digest(expected.encode(), named.encode())


def _in_time(timestamp: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,12}", timestamp)) and abs(wall.seconds() - int(timestamp)) <= SKEW
