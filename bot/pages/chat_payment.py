"""Paying inside WeChat: WeChat says which account looks at the page, and the order is that account's.

The `state` that goes out and comes back belongs to one page, lives ten minutes of wall time and is good once.
"""

import secrets
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.pages.language import address
from bot.pages.ordering import go_to_order, pressed_too_often
from bot.pages.press import PRESS
from bot.pages.visit import Standing, Visit
from bot.services import SERVICES
from models.base.ephemeral import Ephemeral
from models.base.ports import GatewayDown, GatewayRefused

STATE_SECONDS = 600.0
STATE_BYTES = 16  # as hex: WeChat takes letters and digits only

log = structlog.get_logger()


async def ask_who(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/wechat`: to WeChat's login, which is silent and comes back to `/chat`."""
    press, services = request.app[PRESS], request.app[SERVICES]
    if visit.standing is not Standing.DUE:
        return press.see_other(request, visit.page())
    if too_often := await pressed_too_often(request, visit):
        return too_often
    state = secrets.token_hex(STATE_BYTES)
    await services.ephemeral.put(_given(state), visit.path.encode(), STATE_SECONDS)
    back = services.database.city.public_url + address(request, visit.page("/chat"))
    return press.send_to(services.login.login_url(redirect=back, state=state))


async def begin(request: web.Request, visit: Visit) -> web.Response:
    """`GET /c/{token}/chat?code&state`: from the code to the account to its order, and on to a page that may be reloaded."""
    press, services = request.app[PRESS], request.app[SERVICES]
    code, state = request.query.get("code", ""), request.query.get("state", "")
    if not code or not await _use_up(services.ephemeral, state, visit):
        return press.problem(request, "login_used", HTTPStatus.FORBIDDEN, back=visit.page())
    try:
        openid = await services.login.openid(code)
    except GatewayRefused as problem:
        log.info("login_refused", code=problem.code)
        return press.problem(request, "login_refused", HTTPStatus.FORBIDDEN, back=visit.page())
    except GatewayDown as problem:
        log.warning("login_down", problem=str(problem))
        return press.problem(request, "login_down", HTTPStatus.SERVICE_UNAVAILABLE, back=visit.page())
    return await go_to_order(request, visit, openid)


async def _use_up(ephemeral: Ephemeral, state: str, visit: Visit) -> bool:
    """Was this state given out for this page, and is this its first return?"""
    given = await ephemeral.get(_given(state)) or b""
    mine = secrets.compare_digest(given, visit.path.encode())
    return mine and await ephemeral.add(f"pages.state.used:{state}", b"1", STATE_SECONDS)


def _given(state: str) -> str:
    return f"pages.state:{state}"
