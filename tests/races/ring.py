"""Where two jobs meet, in two processes, at every moment at which they can.

    async for meet in meetings:                     fresh data each time
        number = await street.decided()
        paid, locked = await meet(jobs.pay(number), jobs.lock(number))

The first is stopped before its first write or lock, the second begins and goes on until it is done or waits for a lock of the first,
then the first goes on. Then the same with the first stopped before its second, and so on to its last commit; then with the two
exchanged. Nothing is left to chance, and nothing is waited for but what will happen.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.conftest import FixedClock
from tests.races.wire import Done, Go, Job, Stopped, Task, Wire

SECONDS = 30  # for one meeting, which takes a few hundredths
LOOK_AGAIN = 0.002
MOST_POINTS = 300
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@dataclass(frozen=True)
class Ring:
    """Two corners, and a connection that sees who waits."""

    corners: tuple[Wire, Wire]
    watch: asyncpg.Connection
    civic: FixedClock
    wall: FixedClock

    async def begin(self, corner: Wire, job: Job, stop_at: int = 0) -> Any:
        """Give a corner its task."""
        await corner.send(Task(job, self.civic.now(), self.wall.now(), stop_at))

    async def alone(self, job: Job, corner: int = 0) -> Any:
        """Nobody else does anything."""
        await self.begin(self.corners[corner], job)
        return value(await self.corners[corner].receive())


@dataclass
class Meeting:
    """One moment: the first was stopped there, and the second waited for it (or was done meanwhile)."""

    ring: Ring
    stop_at: int
    exchanged: bool = False
    stopped: bool = False
    waited: bool = False

    async def __call__(self, one: Job, other: Job) -> tuple[Any, Any]:
        """What came of both. Raises AssertionError with the traceback of what went wrong in either."""
        async with asyncio.timeout(SECONDS):
            if not self.exchanged:
                return await self._meet(one, other)
            there, here = await self._meet(other, one)
            return here, there

    async def _meet(self, first: Job, second: Job) -> tuple[Any, Any]:
        ring, (here, there) = self.ring, self.ring.corners
        await ring.begin(here, first, self.stop_at)
        told = await here.receive()
        if not isinstance(told, Stopped):
            return value(told), await ring.alone(second, corner=1)
        self.stopped = True
        print(f"{'exchanged, ' * self.exchanged}stop {self.stop_at}, before {told.before}")  # if it fails
        await ring.begin(there, second)
        hearing = asyncio.create_task(there.receive())
        self.waited = await self._done_or_waiting(hearing)
        await here.send(Go())
        one, other = await here.receive(), await hearing
        return value(one), value(other if isinstance(other, Done) else await there.receive())

    async def _done_or_waiting(self, hearing: asyncio.Task[Any]) -> bool:
        while not hearing.done():
            if await self.ring.watch.fetchval(WAITING):
                return True
            await asyncio.sleep(LOOK_AGAIN)
        return not isinstance(hearing.result(), Done)


@dataclass(frozen=True)
class Meetings:
    """Every moment, in one order or in both."""

    ring: Ring
    both_orders: bool

    async def __aiter__(self) -> AsyncIterator[Meeting]:
        for exchanged in (False, True)[: 1 + self.both_orders]:
            for stop_at in range(1, MOST_POINTS):
                meeting = Meeting(self.ring, stop_at, exchanged)
                yield meeting
                if not meeting.stopped:
                    break
            assert 1 < stop_at < MOST_POINTS - 1, "it was never stopped, or always"


def value(done: Done) -> Any:
    """What a job returned."""
    assert not done.accident, done.accident
    return done.value


async def at_once(ring: Ring, one: Job, other: Job) -> tuple[Any, Any]:
    """Both begin together, for jobs of many small steps: what came of them."""
    async with asyncio.timeout(SECONDS):
        for corner, job in zip(ring.corners, (one, other), strict=True):
            await ring.begin(corner, job)
        done = [value(await corner.receive()) for corner in ring.corners]
        return done[0], done[1]
