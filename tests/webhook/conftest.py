"""The whole application on loopback, over the town, with WeChat on the other side."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bot.app import make_app
from bot.commands import ROUTER
from handlers.routing import Router
from models.base.db import Database
from tests.helpers import town
from tests.service import Fakes, accidents, assembled
from tests.webhook.platform import Served, WeChat

Start = Callable[..., Awaitable[WeChat]]


@pytest.fixture(autouse=True)
def no_accident() -> Iterator[list[BaseException]]:
    """What a handler did not expect fails the test, unless the test takes it out of the list."""
    with accidents() as met:
        yield met
    for problem in met:
        raise problem


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


@pytest.fixture
async def start(database: Database, fakes: Fakes, aiohttp_client: Any) -> Start:
    """Start the service, with other commands or another time limit if need be."""
    await town(database)

    async def run(router: Router = ROUTER, seconds_to_answer: float = 4.0) -> WeChat:
        shimin = assembled(database, fakes, router=router, seconds_to_answer=seconds_to_answer)
        app = await asyncio.to_thread(make_app, shimin)  # it reads templates, as at the start of a process
        return WeChat(await aiohttp_client(Served(app)))

    return run


@pytest.fixture
async def wechat(start: Start) -> WeChat:
    """As it is in production."""
    return await start()
