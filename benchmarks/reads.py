"""What a look-up costs: CPU and time of one read through the unit of work, alone and with 32 at a time.

    python -m benchmarks.reads postgresql+asyncpg://user@host/empty_database 1000000
    python -m benchmarks.reads sqlite+aiosqlite:////tmp/reads.db 1000000

The database is made and filled when it is empty. `plain` is the same statement on an engine's connection.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from statistics import median

import uvloop
from sqlalchemy import func, select

from benchmarks.registers import CASES_EACH, fill, openid
from models.base.calendar import StateCalendar
from models.base.clock import CityCivic, SystemWall
from models.base.crypto import Links, Vault
from models.base.db import City, Database
from models.base.ids import Ids
from models.base.tariff import SHIPPED, load_tariff
from models.identity import store as identity
from models.identity.tables import people
from models.migrations import upgrade
from models.violations import store as violations

READS = 8000
ROUNDS = 5


async def main(url: str, cases: int) -> None:
    """Print microseconds of this process's CPU, and of time, for each read."""
    await upgrade(url)
    database = _open(url)
    async with database.read() as work:
        count = int(await work.scalar(select(func.max(people.c.id))) or 0)
    count = count or await fill(database, cases)
    print(f"{url.partition(':')[0]}, {count * CASES_EACH:,} cases")

    async def look_up(person: int) -> None:
        async with database.read() as work:
            assert len(await violations.open_cases(work, person)) == CASES_EACH

    async def rows(person: int) -> None:
        async with database.read() as work:
            assert len(await work.all(violations.OPEN_OF, {"person": person})) == CASES_EACH

    async def account(person: int) -> None:
        async with database.read() as work:
            assert (await identity.account(work, openid(person))).person_id == person

    async def plain(person: int) -> None:
        async with database.read() as work:
            assert len(await work.all(violations.OPEN_OF.statement, {"person": person})) == CASES_EACH

    for name, read in (("two cases", look_up), ("their rows", rows), ("account", account), ("plain", plain)):
        for readers in (1, 32):
            print(f"  {name:12}{readers:3} readers{await _measure(read, readers, count)}")
    await database.close()


async def _measure(read: Callable[[int], Awaitable[None]], readers: int, count: int) -> str:
    """Medians over rounds, the first of which only warms up."""
    number = READS if readers > 1 else READS // 4
    asked = Random(7).choices(range(1, count + 1), k=number)
    cpu, wall = [], []
    for _ in range(ROUNDS + 1):
        began, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(_reader(read, asked[each::readers]) for each in range(readers)))
        cpu.append((time.process_time() - used) / number * 1e6)
        wall.append((time.perf_counter() - began) / number * 1e6)
    return f"{median(cpu[1:]):9.1f} us CPU{median(wall[1:]):9.1f} us"


async def _reader(read: Callable[[int], Awaitable[None]], people: Sequence[int]) -> None:
    for person in people:
        await read(person)


def _open(url: str) -> Database:
    vault = Vault({"b1": bytes(range(32))}, current="b1", index_key=bytes(32))
    wall = SystemWall()
    city = City(
        load_tariff(SHIPPED), StateCalendar(), vault, Links(bytes(32)), Ids(), "https://benchmark.test"
    )
    return Database(url, city=city, civic=CityCivic(wall), wall=wall)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
