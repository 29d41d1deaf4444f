"""SIGTERM under load, one web process of two after the other: a balancer that heeds `/readyz` loses no reply."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import pytest

from models.base.db import Database
from tests.chaos import ledger
from tests.chaos.conftest import Start, Tell, until
from tests.chaos.ledger import Ledger, deliver, effects
from tests.chaos.outside import Outside
from tests.chaos.servers import own_redis
from tests.chaos.size import LONG_ENOUGH, SIZE
from tests.databases import on_postgresql
from tests.processes.service import Service
from tests.webhook.platform import Answer, WeChat

pytestmark = [on_postgresql, LONG_ENOUGH]

A_SECOND = 20  # messages
LOOK_EVERY = 0.1
ENOUGH = 20  # messages between two signals
DRAIN = "2"


@dataclass
class Backend:
    """A web process behind the balancer."""

    service: Service
    platform: WeChat
    ready: bool = True
    answered: int = 0


@dataclass
class Balancer:
    """Round robin over what says that it is ready, one of which is waited for. It tries another only where no connection was made."""

    backends: list[Backend] = field(default_factory=list)
    slowest: float = 0.0

    async def send(self, xml: str) -> Answer:
        while True:
            await until(lambda: any(each.ready for each in self.backends))
            backend = next(each for each in self.backends if each.ready)
            self.backends.remove(backend)
            self.backends.append(backend)
            began = time.monotonic()
            with suppress(aiohttp.ClientConnectorError):
                answer = await deliver(backend.platform, xml)
                backend.answered += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                return answer
            backend.ready = False

    async def look(self) -> None:
        """Again and again, at each of them."""
        while True:
            for backend in list(self.backends):
                status, _ = await backend.service.ask(f"{backend.service.web}/readyz")
                backend.ready = status == 200
            await asyncio.sleep(LOOK_EVERY)


@pytest.fixture
def redis_url() -> Iterator[str]:
    """Of the processes' own."""
    with own_redis() as (_, url):
        yield url


@asynccontextmanager
async def balanced(start: Start, redis_url: str) -> AsyncIterator[tuple[Balancer, AsyncExitStack]]:
    """Two processes, looked at all the time."""
    async with AsyncExitStack() as stack:
        balancer = Balancer()
        for _ in range(2):
            await join(balancer, stack, start, redis_url)
        looking = asyncio.create_task(balancer.look())
        yield balancer, stack
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def join(balancer: Balancer, stack: AsyncExitStack, start: Start, redis_url: str) -> None:
    """One more process."""
    service = await start("serve", REDIS_URL=redis_url, DRAIN_SECONDS=DRAIN)
    platform = await stack.enter_async_context(ledger.wechat(service.web))
    balancer.backends.append(Backend(service, platform))


async def test_no_reply_is_dropped(
    start: Start, redis_url: str, outside: tuple[Outside, str], database: Database, tell: Tell
) -> None:
    statuses, slowest_end = [], 0.0
    async with balanced(start, redis_url) as (balancer, stack):
        talk = Ledger(balancer.send, outside[0].pushed)
        async with talk.talking(A_SECOND):
            for left in reversed(range(SIZE.stops)):
                leaving = max(balancer.backends, key=lambda each: each.answered)
                goal = leaving.answered + ENOUGH
                await until(lambda each=leaving, goal=goal: each.answered >= goal)
                leaving.service.terminate()
                began = time.monotonic()
                statuses.append(await leaving.service.ended())
                slowest_end = max(slowest_end, time.monotonic() - began)
                balancer.backends.remove(leaving)
                if left:
                    await join(balancer, stack, start, redis_url)
        await until(talk.all_told)
    untrue = talk.untrue(await effects(database))
    tell(
        "SIGTERM under load",
        stops=len(statuses),
        messages=len(talk.messages),
        dropped=talk.dropped,
        untrue=len(untrue),
        slowest_answer=f"{balancer.slowest:.2f} s",
        slowest_end=f"{slowest_end:.1f} s",
    )
    assert statuses == [0] * SIZE.stops
    assert (talk.dropped, untrue) == (0, [])
