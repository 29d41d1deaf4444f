"""What every test stands on: a fixed pair of clocks, seeded ids, a migrated database of its own, no network but loopback,
and no blocking call in the event loop."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from models.base.calendar import StateCalendar
from models.base.clock import CITY_ZONE
from models.base.crypto import Links, Vault
from models.base.db import City, Database
from models.base.ids import Ids
from models.base.tariff import load_tariff
from models.migrations import upgrade

TOWN_TARIFF = Path(__file__).parents[1] / "sandbox" / "town" / "tariff.toml"
START = datetime(2026, 3, 2, 10, 0, tzinfo=CITY_ZONE)  # a Monday
LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}


class FixedClock:
    """Both clocks of a test: the wall and, at a distance that `days` changes, the civic one."""

    def __init__(self, start: datetime = START) -> None:
        self.instant = start

    def now(self) -> datetime:
        return self.instant

    def move(self, **span: float) -> None:
        self.instant += timedelta(**span)


@pytest.fixture(autouse=True)
def network_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if host not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def loop_never_blocks() -> Iterator[BlockBuster]:
    """A blocking call inside the event loop, in our own code, fails the test."""
    with blockbuster_ctx(["bot", "handlers", "models", "scheduler", "sandbox"]) as blocker:
        blocker.functions["os.path.abspath"].can_block_in(
            "pysqlite.py", "create_connect_args"
        )  # once, at start
        yield blocker


@pytest.fixture
def wall() -> FixedClock:
    """The wall clock."""
    return FixedClock()


@pytest.fixture
def civic() -> FixedClock:
    """The civic clock."""
    return FixedClock()


@pytest.fixture
def city() -> City:
    """The demo town's tariff, fixed keys, seeded ids."""
    vault = Vault({"t1": bytes(range(32))}, current="t1", index_key=bytes(32))
    links = Links(bytes(range(32, 64)))
    ids = Ids(Random(7))
    return City(load_tariff(TOWN_TARIFF), StateCalendar(), vault, links, ids, "https://shimin.test")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database, migrated once; every test works on a copy."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
async def database(
    migrated: Path, tmp_path: Path, city: City, civic: FixedClock, wall: FixedClock
) -> AsyncIterator[Database]:
    """A migrated database of this test's own."""
    file = tmp_path / "shimin.db"
    shutil.copy(migrated, file)
    database = Database(f"sqlite+aiosqlite:///{file}", city=city, civic=civic, wall=wall)
    yield database
    await database.close()
