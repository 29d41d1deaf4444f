"""Redis killed in the middle: messages are still answered, and what writes is done once."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.app import make_app
from bot.gateways.redis_ephemeral import RedisEphemeral, forgiving
from models.base.db import Database
from tests.helpers import town
from tests.servers import Valkey
from tests.service import Fakes, assembled, rows
from tests.webhook.platform import Served, WeChat


@pytest.fixture
def redis() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server of this test's own, and the way to kill it."""
    with TemporaryDirectory() as folder:  # a short path, as sockets want it
        server = Valkey(Path(folder))
        yield server.start(), server.stop
        server.stop()


async def test_messages_are_answered_and_writing_ones_done_once(
    redis: tuple[str, Callable[[], None]], database: Database, aiohttp_client: Any
):
    url, kill = redis
    await town(database)
    remote = RedisEphemeral(url)
    shimin = assembled(database, Fakes(ephemeral=forgiving(remote)))
    app = await asyncio.to_thread(make_app, shimin)
    wechat = WeChat(await aiohttp_client(Served(app)))
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
