"""Who looks at a page inside WeChat: WeChat's login, which is silent and sends the browser back.

The `state` that goes out and comes back is signed for one page and ten minutes of the wall, so that nothing is kept for whoever asks; it
is good once.
"""

import hmac
import secrets
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.pages.language import address
from bot.pages.press import PRESS
from bot.services import SERVICES, Services
from models.base.ports import GatewayDown, GatewayRefused

STATE_SECONDS = 600
# Letters and digits are all that WeChat takes: an instant in hex, some randomness, and the signature over both and the page.
INSTANT, RANDOM, SIGNED = 8, 16, 32
SIGNATURE = "pages.login"

log = structlog.get_logger()


class NotRecognised(Exception):
    """`why`: used (or never given out, or too late), refused by WeChat, or WeChat is down."""

    def __init__(self, why: str, status: HTTPStatus) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


def ask_who(request: web.Request, page: str, back: str) -> web.Response:
    """To WeChat's login, for this page of ours; it comes back to the path `back`."""
    services = request.app[SERVICES]
    until = int(services.database.wall.now().timestamp()) + STATE_SECONDS
    given = f"{until:0{INSTANT}x}{secrets.token_hex(RANDOM // 2)}"
    redirect = services.database.city.public_url + address(request, back)
    state = given + _signature(services, page, given)
    return request.app[PRESS].send_to(services.login.login_url(redirect=redirect, state=state))


async def openid_of(request: web.Request, page: str) -> str:
    """The account that WeChat's answer stands for. Raises NotRecognised."""
    services = request.app[SERVICES]
    code, state = request.query.get("code", ""), request.query.get("state", "")
    if not code or not await _use_up(services, page, state):
        raise NotRecognised("used", HTTPStatus.FORBIDDEN)
    try:
        return await services.login.openid(code)
    except GatewayRefused as problem:
        log.info("login_refused", code=problem.code)
        raise NotRecognised("refused", HTTPStatus.FORBIDDEN) from problem
    except GatewayDown as problem:
        log.warning("login_down", problem=str(problem))
        raise NotRecognised("down", HTTPStatus.SERVICE_UNAVAILABLE) from problem


async def _use_up(services: Services, page: str, state: str) -> bool:
    """Was this state given out for this page, not long ago, and is this its first return?"""
    given, signature = state[:-SIGNED], state[-SIGNED:]
    right = hmac.compare_digest(_signature(services, page, given).encode(), signature.encode())
    if not right or int(given[:INSTANT], 16) < services.database.wall.now().timestamp():
        return False
    return await services.ephemeral.add(f"pages.state.used:{given}", b"1", STATE_SECONDS)


def _signature(services: Services, page: str, given: str) -> str:
    return services.database.city.vault.index(f"{page}\0{given}", SIGNATURE).hex()[:SIGNED]
