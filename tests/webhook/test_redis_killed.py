"""Redis killed in the middle: messages are still answered, and what writes is done once."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import make_app
from bot.gateways.redis_ephemeral import RedisEphemeral, forgiving
from models.base.db import Database
from tests.helpers import town
from tests.service import Fakes, assembled, rows
from tests.webhook.platform import WeChat

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")
NO_SERVER = "NOT TESTED: no redis-server or valkey-server is installed to be killed"
pytestmark = pytest.mark.skipif(SERVER is None, reason=NO_SERVER)


@pytest.fixture
async def redis(unused_tcp_port: int, tmp_path: Path) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """A server of this test's own, and the way to kill it."""
    options = ("--port", str(unused_tcp_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path))
    devnull = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(str(SERVER), *options, stdout=devnull, stderr=devnull)
    await _answers(unused_tcp_port)
    yield f"redis://127.0.0.1:{unused_tcp_port}/0", server.kill
    if server.returncode is None:
        server.kill()
    await server.wait()


async def test_messages_are_answered_and_writing_ones_done_once(
    redis: tuple[str, Callable[[], None]], database: Database, aiohttp_client: Any, aiohttp_server: Any
):
    url, kill = redis
    await town(database)
    remote = RedisEphemeral(url)
    shimin = assembled(database, Fakes(ephemeral=forgiving(remote)))
    app = await asyncio.to_thread(make_app, shimin)
    wechat = WeChat(await aiohttp_client(await aiohttp_server(app, auto_decompress=False)))
    written = wechat.text("人工")
    first = await wechat.deliver(written)
    before = await rows(database)
    kill()
    assert (await wechat.deliver(written)).text == first.text, "the duplicate gets the stored reply"
    assert await rows(database) == before
    assert (await wechat.say("信用分")).kind == "text"
    later = wechat.text("English")
    answers = await asyncio.gather(*(wechat.deliver(later) for _ in range(3)))
    assert len({answer.text for answer in answers}) == 1
    assert (await rows(database))["inbox"] == before["inbox"] + 1
    await remote.close()


async def _answers(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise AssertionError("the server did not start")
