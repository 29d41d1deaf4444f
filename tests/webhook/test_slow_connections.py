"""Connections that dribble are cut, and honest messages go on meanwhile. How soon is reported in docs/performance.md."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.app import make_app
from bot.server import runner
from models.base.db import Database
from tests.helpers import town
from tests.service import Fakes, assembled

SLOW = int(os.environ.get("SHIMIN_SLOW_CONNECTIONS", "100"))  # 2,000 were tried by hand
HEAD = b"POST /wechat HTTP/1.1\r\nHost: x\r\n"
BODY = b"POST /wechat?signature=x HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n<xml>"
HONEST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
async def port(database: Database, fakes: Fakes, unused_tcp_port: int) -> AsyncIterator[int]:
    """The service as `bot/roles.py` runs it."""
    await town(database)
    app = await asyncio.to_thread(make_app, assembled(database, fakes))
    served = runner(app, 8)
    await served.setup()
    await web.TCPSite(served, "127.0.0.1", unused_tcp_port, backlog=4096).start()
    yield unused_tcp_port
    await served.cleanup()


async def dribble(port: int, first: bytes, more: bytes) -> None:
    """Send a little every half second, until the other side has had enough; it would go on for ever."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    ended = asyncio.create_task(reader.read())
    while not ended.done():
        await asyncio.wait({ended}, timeout=0.5)
        if not ended.done():
            writer.write(more)
    writer.close()


async def honest(port: int, until: asyncio.Event) -> int:
    """One request after another; how many were answered."""
    answered = 0
    while not until.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HONEST)
        answered += (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
        await asyncio.sleep(0.05)
    return answered


@pytest.mark.timeout(60)
async def test_slow_connections_are_cut_while_honest_messages_go_on(port: int):
    over = asyncio.Event()
    others = asyncio.create_task(honest(port, over))
    slow = [dribble(port, HEAD, b"X-A: b\r\n") if n % 2 else dribble(port, BODY, b"a") for n in range(SLOW)]
    held = await asyncio.gather(*slow, return_exceptions=True)
    over.set()
    assert await others > 10
    assert [each for each in held if each is not None and not isinstance(each, ConnectionError)] == []
