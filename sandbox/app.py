"""The sandbox as one application."""

import asyncio
from collections.abc import AsyncIterator, Callable

from aiohttp import ClientSession, DummyCookieJar, web

import sandbox.carrier.api
import sandbox.control.account
import sandbox.control.mishaps
import sandbox.control.money
import sandbox.control.phone
import sandbox.control.town
import sandbox.pay.api
import sandbox.pay.bills
import sandbox.pay.refunds
import sandbox.wechat.api
import sandbox.wechat.mass
import sandbox.wechat.media
import sandbox.wechat.menu
import sandbox.wechat.oauth
import sandbox.wechat.qr_codes
import sandbox.wechat.quota
import sandbox.wechat.tags
import sandbox.wechat.templates
from sandbox import fault_door, pages, sim_register, wallet
from sandbox.config import Config
from sandbox.control.door import local_only
from sandbox.faults import Faults
from sandbox.pay.keys import PayKeys
from sandbox.residents import Town
from sandbox.resume import resume
from sandbox.state import State
from sandbox.wall import Timing
from sandbox.web_json import refusals
from sandbox.wechat.envelope import Envelope
from sandbox.world import WORLD, World

BODY_LIMIT = 64 * 1024  # bytes
WIRES = [
    *sandbox.wechat.api.ROUTES,
    *sandbox.wechat.oauth.ROUTES,
    *sandbox.wechat.templates.ROUTES,
    *sandbox.wechat.mass.ROUTES,
    *sandbox.wechat.tags.ROUTES,
    *sandbox.wechat.menu.ROUTES,
    *sandbox.wechat.qr_codes.ROUTES,
    *sandbox.wechat.quota.ROUTES,
    *sandbox.wechat.media.ROUTES,
    *sandbox.pay.api.ROUTES,
    *sandbox.pay.refunds.ROUTES,
    *sandbox.pay.bills.ROUTES,
    *sandbox.carrier.api.ROUTES,
    *sim_register.ROUTES,
    *wallet.ROUTES,
]
LEVERS = [
    *sandbox.control.phone.ROUTES,
    *sandbox.control.account.ROUTES,
    *sandbox.control.money.ROUTES,
    *sandbox.control.town.ROUTES,
    *sandbox.control.mishaps.ROUTES,
]


def make_app(config: Config, timing: Timing | None = None) -> web.Application:
    """The sandbox, ready to be served; tests pass a `timing` that is quicker than the official one.

    Raises BadConfig for keys that cannot be used.
    """
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[refusals, local_only, fault_door.faults])
    app.add_routes([*WIRES, *LEVERS, *pages.ROUTES])
    app.cleanup_ctx.append(_world(config, PayKeys(config.pay), timing or Timing()))
    return app


def _world(config: Config, keys: PayKeys, timing: Timing) -> Callable[[web.Application], AsyncIterator[None]]:
    """The parts live as long as the application runs."""

    async def live(app: web.Application) -> AsyncIterator[None]:
        state = await asyncio.to_thread(State, config.state_dir)
        town = await asyncio.to_thread(Town, config.town_dir)
        async with ClientSession(cookie_jar=DummyCookieJar()) as http:
            world = World(config, timing, town, Envelope(config.wechat), keys, Faults(), state, http)
            app[WORLD] = world
            resume(world)
            yield
            await world.tasks.stop()
        await asyncio.to_thread(state.close)

    return live
