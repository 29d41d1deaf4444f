"""Redis killed, PostgreSQL stopped and frozen, while messages keep coming: each is answered in time, and what it is told is true.

The database is at the end of a wire, which loses commits or what was answered to them just before.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from models.base.db import Database
from tests.chaos import ledger
from tests.chaos.conftest import Start, Tell, until
from tests.chaos.ledger import CHECKING, NOT_DONE, NOT_RECEIVED, Ledger, deliver, effects
from tests.chaos.outside import Outside
from tests.chaos.servers import PostgreSQL, own_postgresql, own_redis
from tests.chaos.size import LONG_ENOUGH, SIZE
from tests.databases import made, written
from tests.proxy import Wire, proxied_database
from tests.races.street import Street
from tests.servers import Valkey

pytestmark = LONG_ENOUGH

LIMIT = 4.5  # seconds; WeChat hangs up after five
A_SECOND = 25  # messages
CALM = 1.5  # seconds before and after each mishap
DELIVERED_AGAIN = 40
Act = Callable[[], object]


@pytest.fixture
def postgresql_server() -> Iterator[tuple[PostgreSQL, str]]:
    with own_postgresql() as found:
        yield found


@pytest.fixture
def redis() -> Iterator[tuple[Valkey, str]]:
    with own_redis() as found:
        yield found


@pytest.fixture
async def database_url(postgresql_server: tuple[PostgreSQL, str], tmp_path: Path) -> str:
    """On the test's own server."""
    del tmp_path
    return written(await made(postgresql_server[1]))


@pytest.fixture
async def decisions(database: Database) -> list[tuple[str, str]]:
    """Chats, each with a case that its owner may accept."""
    street = Street(database)
    await street.enter_catalogue()
    owners = [await street.citizen() for _ in range(SIZE.decisions)]
    return [(owner.openid, await street.recorded(owner)) for owner in owners]


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    """To the database."""
    async with proxied_database(database_url) as found:
        yield found


@pytest.fixture
async def talk(
    start: Start,
    wire: tuple[Wire, str],
    redis: tuple[Valkey, str],
    outside: tuple[Outside, str],
    decisions: list[tuple[str, str]],
) -> AsyncIterator[Ledger]:
    """One web process, and WeChat before it."""
    service = await start("serve", DATABASE_URL=wire[1], REDIS_URL=redis[1], DRAIN_SECONDS="0")
    async with ledger.wechat(service.web) as platform, aiohttp.ClientSession(base_url=service.web) as http:
        found = Ledger(partial(deliver, platform), outside[0].pushed, decisions)
        feeling = asyncio.create_task(found.feel_pulse(http))
        yield found
        feeling.cancel()
        await asyncio.gather(feeling, return_exceptions=True)
    service.terminate()
    assert await service.ended() == 0, service.log


async def lose_commits(wire: Wire) -> None:
    """One arrives and its answer does not, one does not arrive."""
    for arrives in (True, False):
        wire.lose(b"COMMIT", after=arrives)
        await until(lambda: not wire.losing)


async def without(seconds: float, away: Act, back: Act, wire: Wire) -> tuple[float, float]:
    """Something is away for a while; from when to when it surely was."""
    await asyncio.sleep(CALM)
    await lose_commits(wire)
    await asyncio.to_thread(away)
    began = time.monotonic()
    await asyncio.sleep(seconds)
    ended = time.monotonic()
    await asyncio.to_thread(back)
    await asyncio.sleep(CALM)
    return began, ended


async def test_every_message_is_answered_in_time_and_told_the_truth(
    talk: Ledger,
    wire: tuple[Wire, str],
    postgresql_server: tuple[PostgreSQL, str],
    redis: tuple[Valkey, str],
    database: Database,
    tell: Tell,
) -> None:
    server, cache = postgresql_server[0], redis[0]
    async with talk.talking(A_SECOND):
        no_redis = await without(SIZE.redis_away, cache.stop, cache.start, wire[0])
        stopped = await without(SIZE.database_stopped, server.stop, server.start_again, wire[0])
        frozen = await without(SIZE.database_frozen, server.freeze, server.thaw, wire[0])
    await until(talk.all_told)
    untrue = talk.untrue(await effects(database))
    otherwise = await talk.say_again(talk.answered(NOT_RECEIVED)[:DELIVERED_AGAIN])
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start_again)
    untrue_at_last = talk.untrue(await effects(database))
    slowest = max(map(talk.seconds, talk.messages))
    words = [talk.last_word(message) for message in talk.messages]
    tell(
        "databases away",
        messages=len(talk.messages),
        not_received=len(talk.answered(NOT_RECEIVED)),
        checked=len(talk.answered(CHECKING)),
        of_these_not_done=words.count(NOT_DONE),
        late=len(talk.answered(ledger.ACKNOWLEDGED)),
        told_otherwise_when_delivered_again=len(otherwise),
        untrue=len(untrue) + len(untrue_at_last),
        slowest=f"{slowest:.2f} s",
        machine_at_most=f"{max(end - begin for begin, end in talk.pulse):.2f} s",
    )
    assert (untrue, untrue_at_last) == ([], [])
    assert talk.answered(CHECKING)
    assert talk.answered(NOT_RECEIVED)
    assert slowest < LIMIT
    assert talk.told_within(no_redis).isdisjoint({NOT_RECEIVED, NOT_DONE})
    assert talk.told_within(stopped) | talk.told_within(frozen) <= {NOT_RECEIVED}
