"""Importing violations with owner look-up, beside COPY of all the rows that were written, in the same run.

    SHIMIN_BENCH_DATABASE_URL=postgresql+asyncpg://USER@HOST:5432/postgres python -m benchmarks.imports [ROWS]

The file names a known car in each row. After each round the cases, audit events and notices that came of it are copied into twins of the
tables, indexes and foreign keys included, by bare COPY in batches of the same size: what the rows cost without anything of ours.
"""

import csv
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import asyncpg
import uvloop
from sqlalchemy import text

from benchmarks.registers import AUTHORITY, fill
from benchmarks.scratch import scratch
from bot.imports import run
from bot.imports.runner import BATCHES
from models.base.clock import CITY_ZONE
from models.base.db import Database
from models.identity import store

FOREIGN_KEYS = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = CAST($1 AS text)::regclass AND contype = 'f'"
ROWS = 100_000
ROUNDS = 5
CARS = 10_000
TABLES = {"cases": "number", "audit_events": "id", "outbox": "id"}
HEADER = ("authority", "record_no", "plate", "plate_kind", "offence", "occurred_at", "place")


def plate(car: int) -> str:
    """A plate of small cars."""
    return f"粤{'ABCDEFGHJK'[car // 10_000 % 10]}{car % 10_000:05d}"


async def settle(database: Database) -> None:
    """People with a car each, and an offence."""
    await fill(database, 2 * CARS)
    async with database.begin("benchmark", patience=600) as work:
        plates = [(car + 1, work.index(plate(car), store.PLATE)) for car in range(CARS)]
        driver = (await work.writing.get_raw_connection()).driver_connection
        await driver.executemany("UPDATE vehicles SET plate_index = $2 WHERE id = $1", plates)
        await driver.execute("DELETE FROM cases")
    async with database.read(patience=600) as work:
        await work.run(text("VACUUM ANALYZE"))


def write_file(file: Path, first: int, count: int) -> None:
    """So many violations of yesterday and before, the first of this number."""
    yesterday = datetime.now(CITY_ZONE).replace(microsecond=0) - timedelta(days=1)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(first, first + count):
            at = (yesterday - timedelta(seconds=number % 1_000_000)).isoformat()
            writer.writerow(
                (AUTHORITY, f"F-{number}", plate(number * 7919 % CARS), "02", "1301", at, "兴中道")
            )


class Copies:
    """Empty twins of the tables, into which what was written since the last time is copied."""

    def __init__(self, source: asyncpg.Connection, target: asyncpg.Connection) -> None:
        self._source = source
        self._target = target

    async def begin(self) -> None:
        """Make the twins, with the same indexes and foreign keys."""
        for table in TABLES:
            await self._target.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")
            for (definition,) in await self._source.fetch(FOREIGN_KEYS, table):
                await self._target.execute(f"ALTER TABLE twin_{table} ADD {definition}")

    async def catch_up(self) -> float:
        """Seconds for COPY of the new rows alone."""
        seconds = 0.0
        for table, key in TABLES.items():
            missing = f"SELECT * FROM {table} WHERE NOT EXISTS (SELECT FROM twin_{table} t WHERE t.{key} = {table}.{key})"
            async with self._source.transaction():
                cursor = await self._source.cursor(missing)
                while rows := await cursor.fetch(BATCHES["postgresql"]):
                    began = time.perf_counter()
                    await self._target.copy_records_to_table(f"twin_{table}", records=rows)
                    seconds += time.perf_counter() - began
        return seconds


async def main(rows: int) -> None:
    """Print rows a second and the ratio, of interleaved rounds, and the most memory."""
    each = rows // ROUNDS
    imported, copied, repeated = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "violations.csv"
        async with scratch("imports") as (database, connect):
            await settle(database)
            copies = Copies(await connect(), await connect())
            await copies.begin()
            for number in range(ROUNDS):
                write_file(file, number * each, each)
                imported.append(await seconds_for(database, file, new=each))
                copied.append(await copies.catch_up())
            repeated.append(await seconds_for(database, file, new=0))
    ratio = median(copy / ours for copy, ours in zip(copied, imported, strict=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} violations, {len(TABLES) * rows:,} rows, {ROUNDS} rounds")
    print(f"import         {each / median(imported):>9,.0f} violations/s   {ratio:.2f} x COPY")
    print(f"COPY alone     {each / median(copied):>9,.0f}")
    print(f"import again   {each / median(repeated):>9,.0f}")
    print(f"most memory    {memory:>9,.0f} MB")


async def seconds_for(database: Database, file: Path, *, new: int) -> float:
    """Seconds for importing the file, in which so many are new."""
    began = time.perf_counter()
    summary = await run(database, "violations", file, lambda done, total: None)
    assert (summary.new, summary.rejected) == (new, 0), summary
    return time.perf_counter() - began


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
