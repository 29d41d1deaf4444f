"""Two processes as an operator starts them, on one PostgreSQL and one Redis, and WeChat that delivers a message to both."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import asyncpg
import pytest
from aiohttp import ClientSession
from blockbuster import BlockBuster
from sqlalchemy import make_url

from bot.settings import load_settings
from bot.wiring import open_database
from models.base.db import Database
from models.identity import acts as identity
from models.post.inbox import inbox
from tests.databases import connect, on_postgresql
from tests.gateways.wechat_pay_platform import Keys
from tests.processes.conftest import settings
from tests.processes.service import started
from tests.races.ring import LOOK_AGAIN, SECONDS, WAITING
from tests.races.street import Street
from tests.servers import Valkey
from tests.web.demo import free_ports
from tests.webhook.platform import WeChat
from tests.wechat import pushes

pytestmark = on_postgresql

NOBODY = "http://127.0.0.1:9"  # no wire is needed


@pytest.fixture
def own_redis() -> Iterator[str]:
    """What the service keeps there has names of its own choice, so nobody else may be there."""
    with TemporaryDirectory() as folder:  # a short path, as sockets want it
        server = Valkey(Path(folder))
        yield server.start()
        server.stop()


@pytest.fixture
def environment(
    database_url: str,
    own_redis: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    loop_never_blocks: BlockBuster,
) -> dict[str, str]:
    """All settings; this process has them, too, and opens the same database."""
    loop_never_blocks.deactivate()
    for name in [name for name in os.environ if name.startswith("SHIMIN_")]:
        monkeypatch.delenv(name)
    shared = {"DATABASE_URL": database_url, "REDIS_URL": own_redis, "DRAIN_SECONDS": "0"}
    for name, value in {**settings(tmp_path, NOBODY, Keys()), **shared}.items():
        monkeypatch.setenv(f"SHIMIN_{name}", value)
    return dict(os.environ)


@pytest.fixture
async def database(environment: dict[str, str]) -> AsyncIterator[Database]:
    """Theirs."""
    database = open_database(load_settings())
    yield database
    await database.close()


@pytest.fixture
async def processes(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[list[WeChat]]:
    """WeChat, as each of them sees it."""
    numbers = count(1)
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(2):
            port, ops_port = free_ports(2)
            running = started("serve", environment, tmp_path, (port, ops_port))
            service = await stack.enter_async_context(running)
            http = await stack.enter_async_context(ClientSession(base_url=service.web))
            found.append(WeChat(cast("Any", http), numbers))
        yield found


@asynccontextmanager
async def watching(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees who waits."""
    watch = await connect(make_url(database_url))
    try:
        yield watch
    finally:
        await watch.close()


async def test_a_message_that_reaches_both_is_handled_once(
    processes: list[WeChat], street: Street, database_url: str
) -> None:
    """The inbox's unique key. The first stands before a person that is held here, the second before the first."""
    him = await street.citizen(pushes.OPENID)
    number = await street.recorded(him)
    message, now = processes[0].text(f"确认 {number}"), int(time.time())
    for process in processes:  # all that comes with a first message is behind them
        await process.deliver(process.text("信用分", openid="o-stranger"), timestamp=now)
    deliveries = []
    async with (
        asyncio.timeout(SECONDS),
        watching(database_url) as watch,
        street.database.begin("test") as work,
    ):
        await identity.hold(work, him.person_id)
        for process in processes:
            deliveries.append(asyncio.create_task(process.deliver(message, timestamp=now)))
            while await watch.fetchval(WAITING) < len(deliveries):
                await asyncio.sleep(LOOK_AGAIN)
    one, other = await asyncio.gather(*deliveries)
    assert one == other
    assert (one.kind, number in one.text) == ("text", True)
    assert await street.happened("case.decided", f"case {number}") == 1
    assert await street.total(inbox) == 1
