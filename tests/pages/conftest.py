"""The pages on loopback, over the town of `tests/helpers.py`."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from bot.pages import setup
from bot.services import SERVICES, Services
from bot.settings import Settings
from models.base.db import Database
from models.base.ephemeral import MemoryEphemeral
from tests.conftest import FixedClock
from tests.fakes import FakeLogin, FakePayments
from tests.helpers import KINDS, town
from tests.pages.school_writer import Writer, Writers
from tests.pages.settings import SETTINGS
from tests.pages.world import Visitor, World
from tests.two_classes import School, school

UNTOUCHED: Any = object()  # wires that no page uses


@pytest.fixture
async def world(database: Database, civic: FixedClock, wall: FixedClock) -> World:
    return World(database, FakePayments(), FakeLogin(), civic, wall, await town(database))


@pytest.fixture
def services(world: World, wall: FixedClock) -> Services:
    return Services(
        database=world.database,
        ephemeral=MemoryEphemeral(lambda: wall.now().timestamp()),
        kinds=KINDS,
        sms=UNTOUCHED,
        chat=UNTOUCHED,
        media=UNTOUCHED,
        blobs=world.blobs,
        login=world.login,
        payments=world.payments,
        wallet=UNTOUCHED,
        sim_register=UNTOUCHED,
    )


@pytest.fixture
def make_app(services: Services) -> Callable[[Settings], web.Application]:
    """The pages under these settings."""

    def make(settings: Settings) -> web.Application:
        app = web.Application()
        app[SERVICES] = services
        setup(app, settings)
        return app

    return make


@pytest.fixture
def app(make_app: Callable[[Settings], web.Application]) -> web.Application:
    """Made before the loop runs: templates and sentences are read from files."""
    return make_app(SETTINGS)


@pytest.fixture
async def visitor(aiohttp_client: Any, app: web.Application) -> Visitor:
    """A browser that keeps nothing and follows no redirect by itself."""
    client: Visitor = await aiohttp_client(app)
    return client


@pytest.fixture
async def town_school(world: World) -> School:
    return await school(world.database)


@pytest.fixture
def writer(visitor: Visitor, world: World, town_school: School) -> Writers:
    del town_school
    return lambda name: Writer(name, visitor, world)
