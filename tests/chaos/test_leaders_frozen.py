"""Two schedulers, and the one that leads is frozen in the middle of a job until its lease is gone: each slot runs once."""

import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import asyncpg
import pytest
from sqlalchemy import make_url, update

from models.base import leases
from models.base.clock import DemoCivic, at, next_morning
from models.base.db import Database
from scheduler.jobs import impose_ripe_measures
from tests.chaos import slots
from tests.chaos.conftest import Start, Tell, until
from tests.chaos.size import LONG_ENOUGH, SEED, SIZE
from tests.databases import connect, on_postgresql
from tests.processes.service import Service
from tests.races.street import Street

pytestmark = [on_postgresql, LONG_ENOUGH]

# A row that a job wants to write, and so where it is frozen. Not a whole table: then it would be stopped while its statement is being
# parsed, and a session that waits for the rest of a statement is no idle one, which the server would end by itself.
PLACES = (
    "SELECT 1 FROM cases WHERE number = '{late}' FOR UPDATE",
    "SELECT 1 FROM people WHERE id = (SELECT liable_id FROM cases WHERE number = '{ripe}') FOR UPDATE",
    "SELECT 1 FROM restriction_warnings WHERE basis = 'case {ripe}' FOR UPDATE",
    "INSERT INTO job_slots (job, slot, ran_at) VALUES ('impose_ripe_measures', '{slot}', now())",
)
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LONGEST = 120.0  # seconds: a session that idles, and then a lease


@dataclass
class Server:
    """The database, looked at from beside."""

    watch: asyncpg.Connection
    holder: asyncpg.Connection

    @asynccontextmanager
    async def held(self, row: str) -> AsyncIterator[None]:
        """Within, nobody else can write it."""
        holding = self.holder.transaction()
        await holding.start()
        await self.holder.execute(row)
        yield
        await holding.rollback()

    async def waiting(self) -> int:
        """The session that wants to, once there is one."""
        found: list[int] = []

        async def waits() -> bool:
            found[:] = [row["pid"] for row in await self.watch.fetch(WAITING)]
            return bool(found)

        await until(waits)
        return found[0]

    async def lose_the_lead(self, session: int, database: Database) -> None:
        """At once, what the server does with a session that idles in a transaction, and what a minute does to the lease."""
        await self.watch.execute("SELECT pg_terminate_backend($1, 5000)", session)
        async with database.begin("test") as work:
            await work.run(update(leases.leases).values(until=work.wall - timedelta(seconds=1)))


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        connections = [await connect(make_url(database_url)) for _ in range(2)]
        for connection in connections:
            stack.push_async_callback(connection.close)
        yield Server(*connections)


@dataclass
class Day:
    """A day with work for each job, and what it leads to."""

    today: date
    cases: dict[str, date]
    ripe: str

    @classmethod
    async def next(cls, street: Street) -> "Day":
        civic = street.database.civic
        assert isinstance(civic, DemoCivic)
        civic.move_to(next_morning(civic.now()))
        today = civic.now().date()
        last_days = [today + timedelta(days=days) for days in (-1, 0, 3)]
        cases = {await slots.due(street, by): by for by in last_days}
        return cls(today, cases, await slots.warned(street, days_ago=30))

    def place(self, random: Random) -> str:
        """Where a job of this day is stopped."""
        late = min(self.cases, key=self.cases.__getitem__)
        slot = at(self.today, impose_ripe_measures.JOB.clock)
        return random.choice(PLACES).format(late=late, ripe=self.ripe, slot=slot)

    async def as_it_should_be(self, database: Database) -> bool:
        wanted = slots.expected(self.cases, self.today, self.today, database)
        wanted[slots.IMPOSED, self.ripe] = 1
        return await slots.happened(database, {*self.cases, self.ripe}) == wanted

    async def over(self, database: Database) -> bool:
        """All of its jobs have run."""
        return await slots.ran(database) >= slots.owed(self.today, database.civic.now())


async def leading(database: Database, of: list[Service]) -> Service:
    """The process that holds the lease."""
    async with database.read() as work:
        [lease] = await leases.every(work)
    [leader] = [each for each in of if lease.holder.startswith(f"{each.process.pid}-")]
    return leader


def failed(service: Service) -> bool:
    """What it was doing came to nothing."""
    events = ("tick_failed", "tick_without_database", "job_failed")
    return any(service.lines(event) for event in events)


def slots_run(service: Service) -> list[tuple[str, datetime]]:
    """As it says itself."""
    lines = [line for line in service.lines("job_ran") if "slot" in line]
    return [(line["job"], datetime.fromisoformat(line["slot"])) for line in lines]


async def test_each_slot_runs_once(database: Database, server: Server, start: Start, tell: Tell) -> None:
    random, street = Random(SEED), Street(database)
    await street.enter_catalogue()
    runs: Counter[tuple[str, datetime]] = Counter()
    wrong_days = 0
    for _ in range(SIZE.leaders_frozen):
        day = await Day.next(street)
        async with server.held(day.place(random)):
            both = [await start("scheduler") for _ in range(2)]
            session = await server.waiting()
            frozen = await leading(database, both)
            frozen.process.send_signal(signal.SIGSTOP)
        if not SIZE.patient:
            await server.lose_the_lead(session, database)
        await until(lambda day=day: day.over(database), LONGEST)
        assert await leading(database, both) is not frozen
        frozen.process.send_signal(signal.SIGCONT)
        await until(lambda frozen=frozen: failed(frozen))
        for each in both:
            each.terminate()
            assert await each.ended() == 0, each.log
            runs.update(slots_run(each))
        wrong_days += not await day.as_it_should_be(database)
    twice = [slot for slot, count in runs.items() if count > 1]
    tell(
        "leaders frozen",
        freezes=SIZE.leaders_frozen,
        slots=len(runs),
        run_twice=len(twice),
        days_with_wrong_effects=wrong_days,
    )
    assert (twice, wrong_days) == ([], 0)
    assert set(runs) == await slots.ran(database)
