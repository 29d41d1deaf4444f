"""Processes as an operator starts them, on a PostgreSQL and with far ends of the test's own; and the table of what was seen."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster

from bot.settings import load_settings
from bot.wiring import open_database
from models.base.db import Database
from tests.chaos.outside import Outside
from tests.gateways.wechat_pay_platform import Keys
from tests.processes.conftest import settings
from tests.processes.service import LONG, Service, started
from tests.web.demo import free_ports

FIGURES = "chaos"
LOOKING = 2 * LONG  # seconds until something happens, however busy the machine is
Start = Callable[..., Awaitable[Service]]
Tell = Callable[..., None]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each experiment."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, line in report.user_properties:
                if name == FIGURES:
                    terminalreporter.write_line(f"{line}  {outcome}")


@pytest.fixture
def tell(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Tell:
    """Keep what an experiment found for the table; it is told whether the test passes or not."""

    def keep(experiment: str, **figures: object) -> None:
        shown = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
        record_property(FIGURES, f"{experiment:<28} {shown}")

    return keep


@pytest.fixture(autouse=True)
def the_test_may_block(loop_never_blocks: BlockBuster) -> None:
    """It opens the service's database beside it."""
    loop_never_blocks.deactivate()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Real 2048-bit keys; making them takes a while, so once."""
    return Keys()


@pytest.fixture
async def outside() -> AsyncIterator[tuple[Outside, str]]:
    """The far ends, and where they are."""
    far = Outside()
    async with far.served() as url:
        yield far, url


@pytest.fixture
def environment(
    database_url: str,
    outside: tuple[Outside, str],
    keys: Keys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Mapping[str, str]:
    """All settings; this process has them, too, and opens the same database. What is killed is not measured."""
    for name in [name for name in os.environ if name.startswith(("SHIMIN_", "COVERAGE_"))]:
        monkeypatch.delenv(name)
    given = settings(tmp_path, outside[1], keys) | {"DATABASE_URL": database_url}
    for name, value in given.items():
        monkeypatch.setenv(f"SHIMIN_{name}", value)
    return dict(os.environ)


@pytest.fixture
async def database(environment: Mapping[str, str]) -> AsyncIterator[Database]:
    """The processes' own."""
    database = open_database(load_settings())
    yield database
    await database.close()


@pytest.fixture
async def start(environment: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Start]:
    """Start a role and wait until it is ready; `more` are settings of its own."""
    async with AsyncExitStack() as stack:

        async def run(role: str, **more: str) -> Service:
            own = {**environment, **{f"SHIMIN_{name}": value for name, value in more.items()}}
            port, ops_port = free_ports(2)
            return await stack.enter_async_context(started(role, own, tmp_path, (port, ops_port)))

        yield run


async def until(true: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float = LOOKING) -> None:
    """Look again and again, until it has come true."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)
