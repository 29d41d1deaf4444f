"""The database goes away while a citizen writes: she is answered in time, what she is told is true, and nothing happens behind her back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.app import make_app
from models.base.db import City, Database
from models.base.texts import CHINESE, texts
from tests.conftest import FixedClock
from tests.databases import on_postgresql
from tests.helpers import town
from tests.proxy import Wire, proxied_database
from tests.service import Fakes, assembled, rows
from tests.webhook.platform import Served, WeChat

pytestmark = on_postgresql
TICKET = "人工"  # a writing command
READING = "罚单"
IN_TIME = 4.5  # WeChat gives up after 5
Break = Callable[[Wire], None]


def say(key: str) -> str:
    return texts(CHINESE).say(key)


@pytest.fixture
async def wire(
    database_url: str, city: City, civic: FixedClock, wall: FixedClock, fakes: Fakes, aiohttp_client: Any
) -> AsyncIterator[tuple[Wire, WeChat, Database]]:
    """The service on a database at the end of a wire that may fail; the same database seen directly."""
    direct = Database(database_url, city=city, civic=civic, wall=wall)
    await town(direct)
    async with proxied_database(database_url) as (found, url):
        far = Database(url, city=city, civic=civic, wall=wall)
        app = await asyncio.to_thread(make_app, assembled(far, fakes))
        client = await aiohttp_client(Served(app))
        yield found, WeChat(client), direct
        await client.close()
        await far.close()
    await direct.close()


def away(wire: Wire) -> None:
    wire.away()


def silent(wire: Wire) -> None:
    wire.silence()


async def deliver(wechat: WeChat, message: str) -> str:
    async with asyncio.timeout(IN_TIME):
        return (await wechat.deliver(message)).text


@pytest.mark.parametrize("fail", [pytest.param(away, id="turned away"), pytest.param(silent, id="frozen")])
@pytest.mark.parametrize("word", [pytest.param(TICKET, id="writing"), pytest.param(READING, id="reading")])
async def test_not_received_is_said_in_time_and_the_message_never_takes_effect(
    wire: tuple[Wire, WeChat, Database], fail: Break, word: str
):
    line, wechat, database = wire
    before = await rows(database)
    message = wechat.text(word)
    fail(line)
    assert await deliver(wechat, message) == say("error.not_received")
    line.mend()
    assert await deliver(wechat, message) == say("error.not_received"), "a duplicate is told the same"
    assert await rows(database) == before
    assert await deliver(wechat, wechat.text(word)) != say("error.not_received"), "sent again it is answered"


@pytest.mark.parametrize(
    ("done", "told"),
    [
        pytest.param(True, None, id="it was committed: its reply"),
        pytest.param(False, "error.not_done", id="it was not: that it was not"),
    ],
)
async def test_a_commit_without_an_answer_is_looked_up_and_told(
    wire: tuple[Wire, WeChat, Database], fakes: Fakes, done: bool, told: str | None
):
    line, wechat, database = wire
    message = wechat.text(TICKET)
    line.lose(b"COMMIT", after=done)
    assert await deliver(wechat, message) == say("error.checking")
    async with asyncio.timeout(5):
        while not fakes.chat.sent:
            await asyncio.sleep(0.02)
    ((_, text),) = fakes.chat.sent
    expected = say(told) if told else text
    assert text == expected
    assert (await rows(database))["desk_tickets"] == int(done)
    assert (await rows(database))["inbox"] == 1
    await deliver(wechat, message)
    assert (await rows(database))["desk_tickets"] == int(done), "no duplicate acts upon it afterwards"


async def test_choices_that_were_offered_before_still_stand(wire: tuple[Wire, WeChat, Database]):
    line, wechat, _ = wire
    offered = (await wechat.say("信用分")).text
    assert "1" in offered
    line.away()
    assert await deliver(wechat, wechat.text("1")) == say("error.not_received")
    line.mend()
    assert await deliver(wechat, wechat.text("1")) == say("bind.first"), "1 stands for the fines still"
