"""What the account's service may call: tokens and customer-service messages. Errors are HTTP 200 with an errcode."""

import hmac
import re
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.config import WeChatConfig
from sandbox.web_json import NotAnObject, Refusal, answer, parse_object
from sandbox.wechat import chat, outgoing, tokens
from sandbox.wechat.replies import Content
from sandbox.wechat.windows import NotAllowed
from sandbox.world import WORLD, World

ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


async def stable_token(request: web.Request) -> web.Response:
    """`POST /cgi-bin/stable_token`."""
    world = request.app[WORLD]
    body = await _object(request)
    _check_account(world.config.wechat, body.get("appid"), body.get("secret"))
    if body.get("grant_type") != "client_credential":
        raise error(40002, "invalid grant_type")
    now = wall.seconds()
    try:
        token = (tokens.forced if body.get("force_refresh") is True else tokens.current)(world.state, now)
    except tokens.NoToken as refused:
        raise error(refused.errcode, refused.errmsg) from refused
    return answer({"access_token": token.value, "expires_in": int(token.expires - now)})


async def plain_token(_request: web.Request) -> web.Response:
    """`GET /cgi-bin/token`: its tokens do not mix with stable ones, so this account has it switched off."""
    raise error(48001, "api unauthorized: use stable_token")


async def send_message(request: web.Request) -> web.Response:
    """`POST /cgi-bin/message/custom/send`: one customer-service message into a citizen's chat."""
    world = request.app[WORLD]
    try:
        tokens.check(world.state, request.query.get("access_token", ""), wall.seconds())
    except tokens.NoToken as refused:
        raise error(refused.errcode, refused.errmsg) from refused
    body = await _object(request)
    try:
        content = outgoing.read(body)
    except outgoing.BadMessage as refused:
        raise error(refused.errcode, str(refused)) from refused
    _deliver(world, body.get("touser"), content)
    return answer({"errcode": 0, "errmsg": "ok"})


def _deliver(world: World, openid: Any, content: Content) -> None:
    if not isinstance(openid, str) or world.town.with_openid(openid) is None:
        raise error(40003, "invalid openid")
    if not chat.bond(world.state, openid).follows:
        raise error(43004, "require subscribe")
    try:
        chat.spend(world.state, openid)
    except NotAllowed as refused:
        raise error(refused.errcode, "out of response limit") from refused
    chat.add(world.state, openid, content)


async def _object(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    try:
        body = parse_object(raw)
    except NotAnObject as wrong:
        raise error(47001, "data format error") from wrong
    if ESCAPED.search(raw):
        raise error(40033, "invalid charset: \\uXXXX is not accepted, send UTF-8")
    return body


def _check_account(account: WeChatConfig, app_id: Any, secret: Any) -> None:
    if app_id != account.app_id:
        raise error(40013, "invalid appid")
    if not hmac.compare_digest(str(secret).encode(), account.app_secret.encode()):
        raise error(40125, "invalid appsecret")


def error(errcode: int, errmsg: str) -> Refusal:
    """WeChat's way to say no."""
    return Refusal(200, {"errcode": errcode, "errmsg": errmsg})


ROUTES = [
    web.post("/cgi-bin/stable_token", stable_token),
    web.get("/cgi-bin/token", plain_token),
    web.post("/cgi-bin/message/custom/send", send_message),
]
