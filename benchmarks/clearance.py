"""May this person travel? `POST /api/v1/clearance`, asked at a steady rate (open loop), the server on one core and the load on another.

    python -m benchmarks.clearance DATABASE_URL REDIS_URL [--people 1000000] [--restricted 50000] [--rate 200] [--seconds 30]

The database is to be empty: people and restrictions are made by COPY, each person with the blind index of an ID of its own. A twentieth of
those asked about are in no register, a twentieth are restricted; each question is put on record before it is answered, as always. What a
client waits is counted from the moment at which its question was to be asked, so that a slow server cannot slow the questions down.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import uvloop
from sqlalchemy import make_url

from benchmarks.city import settings
from benchmarks.load import cpu_seconds
from benchmarks.webhook import Town, served
from bot.wiring import open_database
from models.base.db import Database
from models.identity import keys
from models.identity import store as identity
from models.migrations import upgrade
from models.restrictions import listed

PORT = 18_120
CONNECTIONS = 32
WARM_UP_SECONDS = 3
GOAL_MS = 20.0
WEIGHTS, CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
LEGAL = "《最高人民法院关于限制被执行人高消费的若干规定》第三条"
COURT = "示范市人民法院"


def resident_id(number: int) -> str:
    """Of person n; with a right check digit (GB 11643), and born before 1900, as nobody alive is."""
    day = date(1800, 1, 1) + timedelta(days=number // 1000)
    body = f"442000{day:%Y%m%d}{number % 1000:03d}"
    return body + CHECK[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]


async def fill(database: Database, url: str, people: int, restricted: int) -> None:
    """Make them. The database is to be empty: what is in it was sealed and indexed with other keys."""
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
    try:
        began = time.perf_counter()
        columns = ["name", "resident_id", "resident_id_index", "phone", "born_on", "created_at", "company"]
        await connection.copy_records_to_table(
            "people", records=_people(database, people), columns=["id", *columns]
        )
        names, records = _matters(database, restricted)
        await connection.copy_records_to_table("matters", records=records, columns=names)
        names, records = _restrictions(restricted)
        await connection.copy_records_to_table("restrictions", records=records, columns=names)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")  # else the fill is written beside the questions
        took = time.perf_counter() - began
        print(f"{people:,} people and {restricted:,} restrictions by COPY in {took:.0f} s", flush=True)
    finally:
        await connection.close()


def _people(database: Database, count: int) -> Iterator[tuple[object, ...]]:
    vault = database.city.vault
    name, phone = vault.seal("李明", identity.NAME), vault.seal("13800000001", identity.PHONE)
    sealed, now = vault.seal("442000", identity.RESIDENT_ID), datetime.now(UTC)
    for number in range(1, count + 1):
        index = vault.index(resident_id(number), identity.RESIDENT_ID)
        yield (number, name, sealed, index, phone, date(1985, 1, 1), now, False)


def _matters(database: Database, count: int) -> tuple[list[str], Iterator[tuple[object, ...]]]:
    """Of the people 1, 21, 41, ... a debt each."""
    vault, today = database.city.vault, datetime.now(UTC).date()
    document, facts = vault.seal("执100号", listed.DOCUMENT), vault.seal("不履行", listed.FACTS)
    names = "number person_id kind owner authority document document_index facts occurred_on listed_on since"
    days = (today - timedelta(days=60), today - timedelta(days=50), today - timedelta(days=40))
    return names.split(), (
        (
            _number(n),
            _person(n),
            "court_debt",
            "api:court",
            COURT,
            document,
            vault.index(str(n), "bench"),
            facts,
            *days,
        )
        for n in range(count)
    )


def _restrictions(count: int) -> tuple[list[str], Iterator[tuple[object, ...]]]:
    since = datetime.now(UTC).date() - timedelta(days=40)
    names = "person_id measure classes basis authority legal_basis reference since"
    return names.split(), (
        (_person(n), "air", "", f"matter {_number(n)}", COURT, LEGAL, _number(n), since) for n in range(count)
    )


def _number(n: int) -> str:
    return f"{100_000_000_000 + n}"


def _person(n: int) -> int:
    return 1 + 20 * n


def questions(people: int, restricted: int, count: int) -> Iterator[tuple[bytes, bool]]:
    """Bodies, and whether the answer is yes; the same in each run."""
    draw, day = random.Random(1), (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    for turn in range(count):
        person = _person(draw.randrange(restricted)) if turn % 20 == 0 else draw.randint(1, people)
        if turn % 20 == 1:
            person += people  # in no register
        held = person <= people and (person - 1) % 20 == 0 and (person - 1) // 20 < restricted
        asked = {"resident_id": resident_id(person), "mode": "air", "date": day, "purpose": "booking"}
        yield json.dumps(asked).encode(), not held


class Line(asyncio.Protocol):
    """One keep-alive connection; one question at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._buffer = transport, b""
        self._answered: asyncio.Future[bytes] | None = None

    async def ask(self, request: bytes) -> bytes:
        """The whole answer."""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if gap and len(body) >= int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]):
            self._buffer = b""
            self._answered.set_result(head + gap + body)


async def load(token: str, asked: list[tuple[bytes, bool]], rate: float) -> tuple[list[float], int]:
    """Ask all at that rate; how long each waited (seconds), counted from when it was to be asked; and how many were not answered 200."""
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait((await loop.create_connection(Line, "127.0.0.1", PORT))[1])
    start, waits, refused = time.perf_counter() + 0.1, [], 0

    async def one(turn: int, body: bytes, allowed: bool) -> None:
        nonlocal refused
        due = start + turn / rate
        await asyncio.sleep(due - time.perf_counter())
        line = await free.get()
        answer = await line.ask(_request(token, body))
        free.put_nowait(line)
        waits.append(time.perf_counter() - due)
        if not answer.startswith(b"HTTP/1.1 200"):
            refused += 1
        elif (b'"allowed":true' in answer.replace(b" ", b"")) is not allowed:
            raise SystemExit(f"a wrong answer: {answer!r}")

    await asyncio.gather(*[one(turn, *each) for turn, each in enumerate(asked)])
    return sorted(waits), refused


def _request(token: str, body: bytes) -> bytes:
    head = (
        f"POST /api/v1/clearance HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ready(folder: Path, asked: argparse.Namespace) -> str:
    """Everything is there; a key to ask with."""
    await upgrade(asked.database_url)
    database = open_database(settings(folder, asked.database_url, asked.redis_url))
    await fill(database, asked.database_url, asked.people, asked.restricted)
    async with database.begin("operator") as work:
        token = await keys.create(work, "铁路订票", ["clearance:ask"])
    await database.close()
    return token


def main(asked: argparse.Namespace) -> None:
    """Measure and print one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        token = uvloop.run(ready(folder, asked))
        town = Town(folder, asked.people, (asked.database_url, asked.redis_url))
        with served("shimin", PORT, town) as pid:
            warm = list(questions(asked.people, asked.restricted, int(asked.rate * WARM_UP_SECONDS)))
            uvloop.run(load(token, warm, asked.rate))
            count = int(asked.rate * asked.seconds)
            bodies = list(questions(asked.people, asked.restricted, count))
            before = cpu_seconds(pid)
            waits, refused = uvloop.run(load(token, bodies, asked.rate))
            cpu = (cpu_seconds(pid) - before) / count * 1e6
    p50, p99 = (waits[int(count * share)] * 1e3 for share in (0.5, 0.99))
    print(
        f"{asked.rate:g} questions/s for {asked.seconds} s, {asked.people:,} people, {asked.restricted:,} restrictions:"
        f" p50 {p50:.1f} ms, p99 {p99:.1f} ms (goal {GOAL_MS:g}), max {waits[-1] * 1e3:.1f} ms;"
        f" {refused} not answered; {cpu:.0f} us of the server's CPU each; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("database_url")
    parser.add_argument("redis_url")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--restricted", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=int, default=30)
    main(parser.parse_args(sys.argv[1:]))
