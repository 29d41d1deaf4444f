"""The web application: every door of the service, with limits on what a stranger may send."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import health, pages
from bot.api import problems, routes
from bot.callbacks import sms, wechat_pay
from bot.server import FRONT, accident
from bot.services import SERVICES
from bot.wiring import Shimin

MAX_BODY = 64 * 1024


def make_app(shimin: Shimin) -> web.Application:
    """All routes on one application."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[accidents])
    app[SERVICES] = shimin.services
    app[FRONT] = {}
    health.add_routes(app, shimin.settings.demo)
    shimin.webhook.add_routes(app)
    wechat_pay.add_routes(app)
    sms.add_routes(app, shimin.delivery)
    routes.add_routes(app)
    pages.setup(app, shimin.settings)
    if shimin.demo_clock:
        shimin.demo_clock.add_routes(app)
    return app


@web.middleware
async def accidents(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An accident is logged with its route, never with its path: paths may hold tokens."""
    if request.path.startswith(problems.PREFIX):
        return await problems.in_our_words(request, handler)
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as problem:
        route = request.match_info.route.resource
        return accident(route.canonical if route else "", problem)
