"""`make bench`: encrypted text in, encrypted text out, 64 keep-alive connections, the server on one core and the load on another.

Prints requests a second and the server's CPU for each, beside a bare aiohttp echo, limit 2 and an empty wechatpy echo of the same run;
then where the time of a look-up goes. Rounds are interleaved, and medians shown, because machines are noisy.
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
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from benchmarks.city import PEOPLE, fill, openid
from benchmarks.load import Measured, measure
from benchmarks.pushes import push

CONNECTIONS = 64
REQUESTS = 6000
ROUNDS = 3
RUNS = {  # what is measured: server, what the citizens write
    "bare aiohttp, no work": ("bare", "信用分"),
    "limit 2: signature, AES, reply": ("limit2", "信用分"),
    "wechatpy echo": ("wechatpy", "信用分"),
    "shimin, no database read": ("shimin", "信用分"),
    "shimin, look-up of two cases": ("shimin", "罚单"),
}


def main() -> None:
    """Measure all, print a table of medians and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(fill(folder))
        results: dict[str, list[Measured]] = {title: [] for title in RUNS}
        for turn in range(ROUNDS):
            for title, (server, text) in RUNS.items():
                results[title].append(_run(server, text, folder, turn))
        _print(results)
        subprocess.run([sys.executable, "-m", "benchmarks.stages", str(folder)], check=True)


def _run(server: str, text: str, folder: Path, turn: int) -> Measured:
    port = 18090
    first = (turn * len(RUNS) + list(RUNS.values()).index((server, text))) * 10 * REQUESTS
    with _served(server, port, folder) as pid:
        for size in (PEOPLE, REQUESTS):  # the first warms up: everybody's language is known then
            first += size
            requests = [push(openid((first + n) % PEOPLE), text, first + n) for n in range(size)]
            measured = uvloop.run(measure(port, pid, requests, CONNECTIONS))
    assert measured.bad == 0, f"{server}: {measured.bad} bad answers"
    return measured


@contextlib.contextmanager
def _served(server: str, port: int, folder: Path) -> Iterator[int]:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    command = [sys.executable, "-m", "benchmarks.servers", server, str(port), str(folder)]
    process = subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, {cores[0]}))
    try:
        _wait(port)
        yield process.pid
    finally:
        process.kill()
        process.wait()
        os.sched_setaffinity(0, cores)


def _wait(port: int) -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing", timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(["sleep", "0.05"], timeout=1, check=False)
    raise RuntimeError("the server did not start")


def _print(results: dict[str, list[Measured]]) -> None:
    print(
        f"{datetime.now(UTC).date()} · Python {platform.python_version()} · {os.cpu_count()} cores · {CONNECTIONS} connections"
    )
    limit = statistics.median(run.rate for run in results["limit 2: signature, AES, reply"])
    print(f"{'':34}{'req/s':>8}{'x limit 2':>11}{'CPU us':>9}{'p99 ms':>9}")
    for title, runs in results.items():
        rate, cpu, p99 = (
            statistics.median(getattr(run, name) for run in runs) for name in ("rate", "cpu_us", "p99_ms")
        )
        print(f"{title:34}{rate:8.0f}{rate / limit:11.2f}{cpu:9.0f}{p99:9.1f}")


if __name__ == "__main__":
    main()
