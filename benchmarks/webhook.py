"""The webhook: encrypted text in, encrypted text out, keep-alive connections, the server on one core and the load on another.

    python -m benchmarks.webhook                               the embedded default, 2,000 cases, then where the time of a message goes
    python -m benchmarks.webhook DATABASE_URL REDIS_URL CASES  on a PostgreSQL database that may be empty, and a Redis

Prints requests a second and the server's CPU for each, beside a bare aiohttp echo, limit 2 and an empty wechatpy echo of the same run.
Rounds are interleaved, and medians shown, because machines are noisy.
"""

import asyncio
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from sqlalchemy import func, select

from benchmarks import registers
from benchmarks.city import PEOPLE, fill, openid, settings
from benchmarks.load import Measured, measure
from benchmarks.pushes import push
from bot.wiring import open_database
from models.identity.tables import people
from models.migrations import upgrade

PORT = 18090
CONNECTIONS = 64
WARM_UP = 1000
REQUESTS = 6000
ROUNDS = 3
NOTHING, LOOK_UP = "信用分", "罚单"
RUNS = {  # what is measured: server, what the citizens write
    "bare aiohttp, no work": ("bare", NOTHING),
    "limit 2: signature, AES, reply": ("limit2", NOTHING),
    "wechatpy echo": ("wechatpy", NOTHING),
    "shimin, no database read": ("shimin", NOTHING),
    "shimin, look-up of two cases": ("shimin", LOOK_UP),
}
LIMIT = "limit 2: signature, AES, reply"


@dataclass(frozen=True, slots=True)
class Town:
    """What is served: a folder with its keys, how many people write, and the servers it stands on (none: embedded)."""

    folder: Path
    people: int
    servers: tuple[str, ...] = ()


def main(*where: str) -> None:
    """Measure all, print a table of medians and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if where:
            database_url, redis_url, cases = where
            people = uvloop.run(fill_registers(folder, database_url, int(cases)))
            town = Town(folder, people, (database_url, redis_url))
            print(f"on PostgreSQL and Redis, {people * 2:,} cases")
            for connections in (32, CONNECTIONS):
                _print(_rounds(town, connections), connections)
            return
        asyncio.run(fill(folder))
        print(f"embedded, {PEOPLE * 2:,} cases")
        _print(_rounds(Town(folder, PEOPLE), CONNECTIONS), CONNECTIONS)
        subprocess.run([sys.executable, "-m", "benchmarks.stages", str(folder)], check=True)


async def fill_registers(folder: Path, database_url: str, cases: int) -> int:
    """Make what is not there yet; returns how many people there are."""
    await upgrade(database_url)
    database = open_database(settings(folder, database_url))
    async with database.read() as work:
        people_there = int(await work.scalar(select(func.max(people.c.id))) or 0)
    made = people_there or await registers.fill(database, cases)
    await database.close()
    return made


def _rounds(town: Town, connections: int) -> dict[str, list[Measured]]:
    results: dict[str, list[Measured]] = {title: [] for title in RUNS}
    for turn in range(ROUNDS):
        for place, (title, (server, text)) in enumerate(RUNS.items()):
            first = (turn * len(RUNS) + place) * 10 * REQUESTS
            results[title].append(_run(server, text, town, connections, first))
    return results


def _run(server: str, text: str, town: Town, connections: int, first: int) -> Measured:
    with served(server, PORT, town) as pid:
        for size in (WARM_UP, REQUESTS):  # after the first everybody's language is known, where there are few
            first += size
            requests = [push(openid(1 + (first + n) % town.people), text, first + n) for n in range(size)]
            measured = uvloop.run(measure(PORT, pid, requests, connections))
    assert measured.bad == 0, f"{server}: {measured.bad} bad answers"
    return measured


@contextlib.contextmanager
def served(server: str, port: int, town: Town) -> Iterator[int]:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    module = [sys.executable, "-m", "benchmarks.servers"]
    command = [*module, server, str(port), str(town.folder), *town.servers]
    process = subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, {cores[0]}))
    try:
        wait(port)
        yield process.pid
    finally:
        process.kill()
        process.wait()
        os.sched_setaffinity(0, cores)


def wait(port: int) -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing", timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(["sleep", "0.05"], timeout=1, check=False)
    raise RuntimeError("the server did not start")


def _print(results: dict[str, list[Measured]], connections: int) -> None:
    day, python = datetime.now(UTC).date(), platform.python_version()
    print(f"{day} · Python {python} · {os.cpu_count()} cores · {connections} connections")
    limit = statistics.median(run.rate for run in results[LIMIT])
    print(f"{'':34}{'req/s':>8}{'x limit 2':>11}{'CPU us':>9}{'p99 ms':>9}")
    for title, runs in results.items():
        rate, cpu, p99 = (
            statistics.median(getattr(run, name) for run in runs) for name in ("rate", "cpu_us", "p99_ms")
        )
        print(f"{title:34}{rate:8.0f}{rate / limit:11.2f}{cpu:9.0f}{p99:9.1f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
