"""From a press of the button to the page of an order: order, provider, order again, each in its own step.

The provider is asked between two units of work, never inside one. A press that is repeated finds the same order.
"""

from http import HTTPStatus

import structlog
from aiohttp import web

from bot.pages.press import PRESS
from bot.pages.visit import Visit
from bot.services import SERVICES, Services
from models.base.errors import Refusal
from models.base.ports import GatewayError
from models.base.texts import CHINESE, texts
from models.violations import payments
from models.violations.payments import Order

PRESSES_AN_HOUR = 20  # for one case; a person pays once, a script presses for ever
HOUR = 3600.0
ACTOR = "page:pay"

log = structlog.get_logger()


async def pressed_too_often(request: web.Request, visit: Visit) -> web.Response | None:
    """Counts a press; the page to answer with when there were too many for these cases."""
    presses = await request.app[SERVICES].ephemeral.count(f"pages.press:{visit.path}", HOUR)
    if presses <= PRESSES_AN_HOUR:
        return None
    return request.app[PRESS].problem(request, "busy", HTTPStatus.TOO_MANY_REQUESTS, back=visit.page())


async def go_to_order(request: web.Request, visit: Visit, openid: str) -> web.Response:
    """Make the order of this account (or of anyone, `payments.BY_CODE`), or find it again, and go to its page."""
    press = request.app[PRESS]
    try:
        number = await _open_order(request.app[SERVICES], visit, openid)
    except Refusal:
        return press.see_other(request, visit.page())  # nothing to pay, or not this much: the page says why
    except GatewayError as problem:
        log.warning("order_not_opened", problem=str(problem))
        return press.problem(request, "pay_down", HTTPStatus.SERVICE_UNAVAILABLE, back=visit.page())
    return press.see_other(request, f"{visit.path}/pay/{number}")


async def _open_order(services: Services, visit: Visit, openid: str) -> str:
    """The number of an order that the provider knows. Raises Refusal (nothing to pay) and GatewayError."""
    async with services.database.begin(ACTOR) as work:
        first, *others = visit.cases
        order = await payments.prepare_order(work, first, openid, others, visit.amount)
    if order.handle is None:
        handle = await _tell_provider(services, order)
        async with services.database.begin(ACTOR) as work:
            await payments.order_opened(work, order.number, handle)
    return order.number


async def _tell_provider(services: Services, order: Order) -> str:
    """The prepay_id or the code_url. Told again after a lost answer, every parameter must be the same: so it is always Chinese."""
    words = texts(CHINESE)
    description = words.say("page.order.description", number=order.case_number)
    if (count := len(order.parts)) > 1:
        description = words.say("page.order.description_several", count=count)
    gateway = services.payments
    if order.openid == payments.BY_CODE:
        return await gateway.order_by_code(
            order_no=order.number, description=description, total=order.total, expires=order.expires_at
        )
    return await gateway.order_in_chat(
        order_no=order.number,
        description=description,
        total=order.total,
        expires=order.expires_at,
        openid=order.openid,
    )
