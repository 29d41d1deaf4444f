"""Tokens, customer-service messages, and what little else the account's service may ask."""

import hashlib
import hmac
from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.config import WeChatConfig
from sandbox.web_json import answer
from sandbox.wechat import chat, media, outgoing, tokens
from sandbox.wechat.calls import body_of, citizen_of, done, error, opened, reachable
from sandbox.wechat.replies import Content
from sandbox.wechat.windows import NotAllowed
from sandbox.world import WORLD, World

TICKET_LIFE = 7200  # seconds


async def stable_token(request: web.Request) -> web.Response:
    """`POST /cgi-bin/stable_token`."""
    world = request.app[WORLD]
    body = await body_of(request)
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
    world = opened(request)
    body = await body_of(request)
    try:
        content = outgoing.read(body)
    except outgoing.BadMessage as refused:
        raise error(refused.errcode, str(refused)) from refused
    _deliver(world, body.get("touser"), content)
    return done()


async def js_ticket(request: web.Request) -> web.Response:
    """`GET /cgi-bin/ticket/getticket?type=jsapi`: the same ticket for two hours, then another."""
    world = opened(request)
    if request.query.get("type") != "jsapi":
        raise error(40097, "invalid args: type")
    spell, age = divmod(int(wall.seconds()), TICKET_LIFE)
    secret = world.config.wechat.app_secret.encode()
    ticket = hmac.new(secret, f"jsapi {spell}".encode(), hashlib.sha256).hexdigest()
    return done(ticket=ticket, expires_in=TICKET_LIFE - age)


async def addresses(request: web.Request) -> web.Response:
    """`GET /cgi-bin/getcallbackip`, `GET /cgi-bin/get_api_domain_ip`: where WeChat calls from, and is called at."""
    opened(request)
    return answer({"ip_list": ["127.0.0.1"]})


def _deliver(world: World, openid: Any, content: Content) -> None:
    who = citizen_of(world, openid)
    if not media.is_there(world.state, content):
        raise error(40007, "invalid media_id")
    reachable(world, who.openid)
    try:
        chat.spend(world.state, who.openid)
    except NotAllowed as refused:
        raise error(refused.errcode, "out of response limit") from refused
    chat.add(world.state, who.openid, content)


def _check_account(account: WeChatConfig, app_id: Any, secret: Any) -> None:
    if app_id != account.app_id:
        raise error(40013, "invalid appid")
    if not hmac.compare_digest(str(secret).encode(), account.app_secret.encode()):
        raise error(40125, "invalid appsecret")


ROUTES = [
    web.post("/cgi-bin/stable_token", stable_token),
    web.get("/cgi-bin/token", plain_token),
    web.post("/cgi-bin/message/custom/send", send_message),
    web.get("/cgi-bin/ticket/getticket", js_ticket),
    web.get("/cgi-bin/getcallbackip", addresses),
    web.get("/cgi-bin/get_api_domain_ip", addresses),
]
