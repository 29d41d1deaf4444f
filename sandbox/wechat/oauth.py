"""Who is looking at a page inside the chat: the silent OAuth of WeChat (`snsapi_base`)."""

import hmac
import secrets
from dataclasses import replace
from html import escape
from pathlib import Path

from aiohttp import web
from yarl import URL

from sandbox import wall
from sandbox.residents import NobodyOfThatName, Resident
from sandbox.state import Code, State
from sandbox.web_json import answer
from sandbox.wechat.calls import error
from sandbox.world import WORLD, World

ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]  # WeChat fails on any other
CODE_LIFE = 300.0  # seconds
PAGE = Path(__file__).with_name("who.html").read_text(encoding="utf-8")


async def authorize(request: web.Request) -> web.Response:
    """`GET /connect/oauth2/authorize`: back to the page with a code; who is it, is asked of the phone."""
    world = request.app[WORLD]
    _check(world, request)
    name = request.query.get("as") or request.cookies.get("sandbox_phone", "")
    try:
        resident = world.town.called(name)
    except NobodyOfThatName:
        return web.Response(text=_who_page(world, request), content_type="text/html")
    code = issue(world.state, resident.openid, wall.seconds())
    back = URL(request.query["redirect_uri"]).update_query(code=code.value, state=request.query["state"])
    raise web.HTTPFound(back)


async def access_token(request: web.Request) -> web.Response:
    """`GET /sns/oauth2/access_token`: exchange a code for the openid, once."""
    world, query = request.app[WORLD], request.query
    if query.get("appid") != world.config.wechat.app_id:
        raise error(40013, "invalid appid")
    if not hmac.compare_digest(query.get("secret", "").encode(), world.config.wechat.app_secret.encode()):
        raise error(40125, "invalid appsecret")
    if query.get("grant_type") != "authorization_code":
        raise error(40002, "invalid grant_type")
    code = redeem(world.state, query.get("code", ""), wall.seconds())
    return answer(
        {
            "access_token": secrets.token_urlsafe(64),
            "expires_in": 7200,
            "refresh_token": secrets.token_urlsafe(64),
            "openid": code.openid,
            "scope": "snsapi_base",
        }
    )


def issue(state: State, openid: str, now: float) -> Code:
    """A new code for this citizen; `now` in seconds since 1970."""
    return state.codes.put(Code(secrets.token_urlsafe(24), openid, now + CODE_LIFE))


def redeem(state: State, value: str, now: float) -> Code:
    """Use a code up. Raises Refusal: unknown (40029), used (40163), expired (42003)."""
    code = state.codes.get(value)
    if code is None:
        raise error(40029, "invalid code")
    if code.used:
        raise error(40163, "code been used")
    if code.expires <= now:
        raise error(42003, "oauth_code expired")
    return state.codes.put(replace(code, used=True))


def _check(world: World, request: web.Request) -> None:
    """What WeChat's login page insists on. Raises HTTP 400."""
    query = request.query
    if [name for name in query if name in ORDER] != ORDER:
        raise web.HTTPBadRequest(text=f"the parameters must be {', '.join(ORDER)}, in this order")
    if query["appid"] != world.config.wechat.app_id:
        raise web.HTTPBadRequest(text="appid is not this account's")
    if query["response_type"] != "code" or query["scope"] != "snsapi_base":
        raise web.HTTPBadRequest(text="response_type must be code and scope snsapi_base")
    if not query["redirect_uri"].startswith(("http://", "https://")):
        raise web.HTTPBadRequest(text="redirect_uri must be http or https")


def _who_page(world: World, request: web.Request) -> str:
    people = "\n".join(_choice(request, resident) for resident in world.town.residents)
    return PAGE.replace("<!-- people -->", people)


def _choice(request: web.Request, resident: Resident) -> str:
    """A link that comes back here as this resident."""
    here = request.rel_url.update_query({"as": resident.slug})
    return f'<li><a data-slug="{escape(resident.slug)}" href="{escape(str(here))}">{escape(resident.name)}</a></li>'


ROUTES = [
    web.get("/connect/oauth2/authorize", authorize),
    web.get("/sns/oauth2/access_token", access_token),
]
