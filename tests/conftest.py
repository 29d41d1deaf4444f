"""What every test stands on: a fixed pair of clocks, seeded ids, a migrated database of its own, no network but loopback,
and no blocking call in the event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from models.base import trace
from models.base.calendar import StateCalendar
from models.base.clock import CITY_ZONE
from models.base.crypto import Links, Vault
from models.base.db import City, Database
from models.base.ids import Ids
from models.base.limits import Limits
from models.base.tariff import load_tariff
from models.migrations import upgrade
from tests import servers
from tests.databases import (
    POSTGRESQL,
    SQLITE,
    Databases,
    PostgresqlDatabases,
    SqliteDatabases,
    dropped,
    kept,
    made,
)
from tests.servers import Session

TOWN_TARIFF = Path(__file__).parents[1] / "sandbox" / "town" / "tariff.toml"
TARIFF = load_tariff(TOWN_TARIFF)
# A test machine may be busy for seconds; what is said in time is tested with the service's own limits.
PATIENT = Limits(connect=20, reach=30, statement=30, read=30)
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
        # once, at start
        blocker.functions["os.path.abspath"].can_block_in("pysqlite.py", "create_connect_args")
        for function in blocker.functions.values():  # a look for ~/.pgpass, once a connection
            function.can_block_in("asyncpg/connect_utils.py", "_parse_connect_arguments")
        yield blocker


@pytest.fixture(autouse=True)
def about_nothing() -> None:
    """What an earlier test's command line was about is over."""
    trace.begin("")


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
    return City(TARIFF, StateCalendar(), vault, links, ids, "https://shimin.test")


def pytest_configure(config: pytest.Config) -> None:
    """Servers that the session needs belong to it; its workers find them in the environment."""
    if not hasattr(config, "workerinput"):
        config.add_cleanup(Session().end)


LONGEST_FIRST = ("chaos", "web", "deploy", "processes", "races", "flows", "handlers")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long begin first, or the last of them would keep one worker busy while the other has nothing left."""
    order = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(order)))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file, migrated once; whoever needs one works on a copy."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgresql() -> str:
    """The url of a PostgreSQL server; whoever needs a database makes one."""
    return servers.url(servers.POSTGRESQL)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The url of a Redis; keys are to be nobody else's, and removed."""
    return servers.url(servers.REDIS)


@pytest.fixture(scope="session")
def postgresql_databases(postgresql: str) -> Iterator[PostgresqlDatabases]:
    """This worker's, on PostgreSQL."""
    url = asyncio.run(made(postgresql))
    yield PostgresqlDatabases(url)
    asyncio.run(dropped(postgresql, url))


@pytest.fixture(scope="session", params=[SQLITE, POSTGRESQL])
def dialect(request: pytest.FixtureRequest) -> str:
    """Both, one after the other; `on_sqlite` and `on_postgresql` of `tests/databases.py` choose one."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, dialect: str, migrated: Path) -> Databases:
    """Where the databases of this dialect come from."""
    if dialect == SQLITE:
        return SqliteDatabases(migrated)
    found: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    return found


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """A migrated database of this test's own, which many processes may share."""
    return await databases.fresh()


@pytest.fixture
async def database(
    database_url: str, city: City, civic: FixedClock, wall: FixedClock
) -> AsyncIterator[Database]:
    """The same, opened."""
    database = Database(database_url, city=city, civic=civic, wall=wall, limits=PATIENT, engines=kept)
    yield database
    await database.close()
