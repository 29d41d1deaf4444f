"""The whole application, demo clock included."""

from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import make_app
from bot.demo_clock import DemoClock
from models.base.clock import DemoCivic
from models.base.db import Database
from scheduler.jobs.query_silent_orders import SilentOrders
from tests.conftest import FixedClock
from tests.service import Fakes, assembled


@pytest.fixture
def app(database: Database, wall: FixedClock, tmp_path: Path) -> web.Application:
    """Every route there can be. Made before the loop runs: templates are read from files."""
    fakes = Fakes()
    shimin = assembled(database, fakes)
    civic, orders = DemoCivic(wall, tmp_path / "clock.json"), SilentOrders(database, fakes.payments)
    clock = DemoClock(civic, "the key of the town's clock", shimin.scheduler, shimin.delivery, orders)
    return make_app(replace(shimin, demo_clock=clock))
