"""Every benchmark, each beside its limit: `make bench`.

    python -m benchmarks [CASES]       CASES in the registers of the webhook and the reads (1,000,000)

First the embedded default; then PostgreSQL and Redis: those that `SHIMIN_BENCH_DATABASE_URL` (a user who may create databases) and
`SHIMIN_BENCH_REDIS_URL` name, else servers of its own out of the tests' wheels, which do not wait for the disk. What each module can do
besides (five million rows, other sizes) its own docstring says.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from benchmarks.scratch import SETTING, anew, drop
from tests.servers import POSTGRESQL, REDIS, Session, url

REDIS_SETTING = "SHIMIN_BENCH_REDIS_URL"
CASES = 1_000_000
FEW = 10_000  # what growth is measured from


def main(cases: int) -> None:
    """One after another: two at a time would measure each other."""
    _run("the webhook on the embedded default", "webhook")
    with _servers() as (postgresql, redis):
        os.environ[SETTING] = postgresql
        for size in (FEW, cases):
            with _database(postgresql, "bench_reads") as there:
                _run(f"reads of {size:,} cases", "reads", there, str(size))
        with _database(postgresql, "bench_webhook") as there:  # sealed with other keys
            _run("the webhook on PostgreSQL and Redis", "webhook", there, redis, str(cases))
        with _database(postgresql, "bench_clearance") as there:
            _run("clearance", "clearance", there, redis)
        _run("from the payment to the citizen, on SQLite", "settled")
        with _database(postgresql, "bench_settled") as there:
            _run("from the payment to the citizen, on PostgreSQL and Redis", "settled", there, redis)
        _run("claims", "claims")
        _run("notices into a carrier", "notices")
        _run("imports", "imports")


@contextmanager
def _servers() -> Iterator[tuple[str, str]]:
    named = os.environ.get(SETTING), os.environ.get(REDIS_SETTING)
    if all(named):
        yield str(named[0]), str(named[1])
        return
    session = Session()
    try:
        yield named[0] or url(POSTGRESQL), named[1] or url(REDIS)
    finally:
        session.end()


@contextmanager
def _database(server: str, name: str) -> Iterator[str]:
    """An empty one, for the time being."""
    there = make_url(server)
    asyncio.run(anew(there, name))
    try:
        yield there.set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(drop(there, name))


def _run(title: str, module: str, *words: str) -> None:
    print(f"\n== {title}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *words], check=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
