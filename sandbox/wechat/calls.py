"""What every call of the account's service has in common: its token, its JSON, and WeChat's way to say no.

Errors are HTTP 200 with an errcode.
"""

import re
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.residents import Resident
from sandbox.state import Bond
from sandbox.web_json import NotAnObject, Refusal, answer, parse_object
from sandbox.wechat import chat, tokens
from sandbox.world import WORLD, World

ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


def error(errcode: int, errmsg: str, **more: Any) -> Refusal:
    """WeChat's way to say no."""
    return Refusal(200, {"errcode": errcode, "errmsg": errmsg, **more})


def done(**more: Any) -> web.Response:
    """WeChat's way to say yes."""
    return answer({"errcode": 0, "errmsg": "ok", **more})


def opened(request: web.Request) -> World:
    """The world, to a call whose access token opens it and whose quota is not used up. Raises Refusal."""
    world = request.app[WORLD]
    try:
        tokens.check(world.state, request.query.get("access_token", ""), wall.seconds())
    except tokens.NoToken as refused:
        raise error(refused.errcode, refused.errmsg) from refused
    if not world.quotas.take(request.path, wall.seconds()):
        raise error(45009, "reach max api daily quota limit")
    return world


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that was posted, as raw UTF-8. Raises Refusal (47001, 40033)."""
    raw = await request.read()
    try:
        body = parse_object(raw)
    except NotAnObject as wrong:
        raise error(47001, "data format error") from wrong
    if ESCAPED.search(raw):
        raise error(40033, "invalid charset: \\uXXXX is not accepted, send UTF-8")
    return body


def part_of(body: dict[str, Any], *path: str) -> dict[str, Any]:
    """An object inside the body. Raises Refusal (47001)."""
    part = body
    for name in path:
        inner = part.get(name)
        if not isinstance(inner, dict):
            raise error(47001, f"data format error: {name} must be an object")
        part = inner
    return part


def citizen_of(world: World, openid: Any) -> Resident:
    """Who it is for. Raises Refusal (40003)."""
    found = world.town.with_openid(openid) if isinstance(openid, str) else None
    if found is None:
        raise error(40003, "invalid openid")
    return found


def reachable(world: World, openid: str) -> Bond:
    """The bond with somebody who lets the account write. Raises Refusal (43004, 48002)."""
    bond = chat.bond(world.state, openid)
    if not bond.follows:
        raise error(43004, "require subscribe")
    if bond.muted:
        raise error(48002, "user has switched the account's messages off")
    return bond
