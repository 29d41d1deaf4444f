"""Claiming beside a bare claim in the same run, in outboxes of several sizes, and while an old snapshot stays open.

    SHIMIN_BENCH_DATABASE_URL=postgresql+asyncpg://USER@HOST:5432/postgres python -m benchmarks.claims [ROWS ...]

`bare` is one asyncpg statement (FOR UPDATE SKIP LOCKED, batch 500, a commit each) that returns the same columns and does nothing with
them; `claim` claims, opens the parameters, asks the cases whether it is still true and commits; `letters` reads the readers, too;
`claim + sent` also marks each row as sent afterwards.
"""

import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median

import asyncpg
import uvloop
from sqlalchemy import text

from benchmarks.registers import fill
from benchmarks.scratch import scratch
from bot.duties import KINDS
from models.base.db import Database
from models.post import outbox
from models.post.notices import Content, Notice, pack
from models.violations import notices
from scheduler.letters import BATCH, LEASE, Letters

SIZES = (100_000,)
ROUNDS = 5
BATCHES = 8  # of each kind in a round
SNAPSHOT_ROWS = 100_000
BARE = (
    "UPDATE outbox SET state = 'claimed', lease_until = now() + interval '1 minute', attempts = attempts + 1"
    " WHERE id = ANY(ARRAY(SELECT id FROM outbox WHERE state = 'pending' AND due_at <= now() ORDER BY due_at, id"
    f" LIMIT {BATCH} FOR UPDATE SKIP LOCKED)) RETURNING *"
)
POST = (
    "INSERT INTO outbox (kind, channel, person_id, subject, params, key, due_at, created_at)"
    " SELECT 'violation_recorded', 'sms', liable_id, number, :params, 'violation_recorded.' || number || '.recorded.sms',"
    " recorded_at, recorded_at FROM cases"
)
PARAMS = {
    "vehicle": "小型汽车",
    "plate": "粤T·***45",
    "place": "兴中道",
    "conduct": "机动车逆向行驶",
    "link": "https://shimin.test/c/AAAAAAAAAAAAAAAAAAAAAAA",
}
Claim = Callable[[], Awaitable[int]]


class Claims:
    """The ways to claim a batch; each returns how many rows it took."""

    def __init__(self, database: Database, connection: asyncpg.Connection) -> None:
        self._database = database
        self._connection = connection
        self._letters = Letters(database, KINDS)
        self._cursor = outbox.Cursor()

    async def bare(self) -> int:
        """One statement."""
        return len(await self._connection.fetch(BARE))

    async def claim(self) -> int:
        """Claim, ask, commit."""
        return len(await self._claim())

    async def claim_and_sent(self) -> int:
        """The same, and another unit of work that marks the rows."""
        claimed = await self._claim()
        async with self._database.begin("benchmark", patience=60) as work:
            return len(await outbox.sent_all(work, [(notice, "provider") for notice in claimed]))

    async def letters(self) -> int:
        """All that happens before anything is sent."""
        return (await self._letters.next())[1]

    async def _claim(self) -> list[Notice]:
        async with self._database.begin("benchmark", patience=60) as work:
            claimed = await outbox.claim(work, limit=BATCH, lease=LEASE, cursor=self._cursor)
            true = await notices.RECORDED.still_true(work, claimed)
            await outbox.drop(work, [notice.id for notice in claimed if notice.id not in true], "untrue")
            return claimed


async def fill_outbox(database: Database, rows: int) -> None:
    """So many notices of cases, all due."""
    await fill(database, rows)
    async with database.begin("benchmark", patience=600) as work:
        await work.run(text(POST), {"params": work.seal(pack(Content(PARAMS)), "outbox.params")})
    async with database.read(patience=600) as work:
        await work.run(text("VACUUM ANALYZE outbox"))


async def of_size(rows: int) -> None:
    """Median rows/s of interleaved rounds."""
    async with scratch("claims") as (database, connect):
        await fill_outbox(database, rows)
        ways = Claims(database, await connect())
        kinds = (ways.bare, ways.claim, ways.claim_and_sent, ways.letters)
        rates: dict[str, list[float]] = {way.__name__: [] for way in kinds}
        for _ in range(ROUNDS):
            for way in kinds:
                rates[way.__name__].append(await rate(way, BATCHES * BATCH))
        bare = median(rates["bare"])
        for name, found in rates.items():
            print(f"{rows:>10,}  {name:<16}{median(found):>9,.0f} rows/s  {median(found) / bare:.2f} x bare")


async def with_old_snapshot(rows: int) -> None:
    """The last quarter of `rows` claimed in turns, from a table on which nobody looks back and from one on which a snapshot is open that
    was taken before the first claim."""
    for name in ("bare", "claim"):
        async with scratch("free") as (free, to_free), scratch("held") as (held, to_held):
            ways = []
            for database, connect in ((free, to_free), (held, to_held)):
                await fill_outbox(database, rows + 2 * BATCH)
                ways.append(getattr(Claims(database, await connect()), name))
            old = await to_held()
            await old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            await old.fetch("SELECT count(*) FROM outbox")
            for way in ways:
                await rate(way, rows * 3 // 4)
            found = [
                [await rate(way, BATCHES * BATCH) for way in ways]
                for _ in range(rows // 4 // BATCHES // BATCH)
            ]
            without, with_it = (median(column) for column in zip(*found, strict=True))
            ratio = median(pair[1] / pair[0] for pair in found)
            print(f"{name:<8}{without:>9,.0f} rows/s {with_it:>9,.0f} with an old snapshot  {ratio:.2f} x")


async def rate(way: Claim, rows: int) -> float:
    """Rows a second."""
    began, done = time.perf_counter(), 0
    while done < rows:
        done += await way()
    return done / (time.perf_counter() - began)


async def main(sizes: tuple[int, ...]) -> None:
    """Print both tables."""
    for rows in sizes:
        await of_size(rows)
    await with_old_snapshot(SNAPSHOT_ROWS)


if __name__ == "__main__":
    uvloop.run(main(tuple(int(size) for size in sys.argv[1:]) or SIZES))
