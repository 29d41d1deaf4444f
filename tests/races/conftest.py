"""Two corners that live as long as the session, one connection to each for each test."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

from models.base.db import City, Database
from tests.conftest import FixedClock
from tests.databases import connect
from tests.races.corner import make_city
from tests.races.ring import Meetings, Ring
from tests.races.street import Street
from tests.races.wire import Place, Wire
from tests.web.demo import wait_until

SEEDS = (1, 2)
SECONDS_TO_START = SECONDS_TO_END = 60.0
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def corners() -> Iterator[tuple[Path, ...]]:
    """The sockets of two processes, each with ids of its own."""
    with TemporaryDirectory(prefix="shimin-races-") as name:  # a short path, as sockets want it
        folder = Path(name)
        paths = [folder / str(seed) for seed in SEEDS]
        log = folder / "log"
        with log.open("wb") as output:
            processes = [
                subprocess.Popen(
                    [sys.executable, "-m", "tests.races", str(path), str(seed)],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                )
                for path, seed in zip(paths, SEEDS, strict=True)
            ]
        try:
            wait_until(lambda: all(path.exists() for path in paths), SECONDS_TO_START, log.read_text)
            yield tuple(paths)
        finally:
            for process in processes:
                process.communicate(timeout=SECONDS_TO_END)
        assert [process.returncode for process in processes] == [0, 0], log.read_text()


@pytest.fixture
def city() -> City:
    """As the corners have it."""
    return make_city(seed=7)


@pytest.fixture
async def ring(
    corners: tuple[Path, ...], database_url: str, redis_url: str, civic: FixedClock, wall: FixedClock
) -> AsyncIterator[Ring]:
    """Both corners on this test's database."""
    watch = await connect(make_url(database_url))
    wires = [Wire(*await asyncio.open_unix_connection(path)) for path in corners]
    for wire in wires:
        await wire.send(Place(database_url, redis_url))
    yield Ring((wires[0], wires[1]), watch, civic, wall)
    for wire in wires:
        await wire.close()
    await watch.close()


@pytest.fixture
def meetings(ring: Ring) -> Meetings:
    """Of two different jobs."""
    return Meetings(ring, both_orders=True)


@pytest.fixture
def twins(ring: Ring) -> Meetings:
    """Of two that do the same: which is first is all the same."""
    return Meetings(ring, both_orders=False)


@pytest.fixture
async def street(database: Database) -> Street:
    """Where new citizens live."""
    street = Street(database)
    await street.enter_catalogue()
    return street
