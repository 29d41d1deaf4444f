"""The town, its wires, and a worker. An accident that a test does not expect, logged by whoever caught it, fails the test."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.base.db import Database
from models.base.texts import LANGUAGES, texts
from tests.conftest import FixedClock
from tests.helpers import town
from tests.scheduler.post_office import PostOffice
from tests.service import Fakes

for language in LANGUAGES:
    texts(language).show(date.min)  # the words of dates are read from files before any event loop runs


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """Everything logged. A test that expects an accident takes it out of the list."""
    with capture_logs() as entries:
        yield entries
        assert [entry for entry in entries if entry["log_level"] == "error"] == []


@pytest.fixture
def fakes() -> Fakes:
    """All wires in memory."""
    return Fakes()


@pytest.fixture
async def office(database: Database, fakes: Fakes, civic: FixedClock, wall: FixedClock) -> PostOffice:
    """Monday 2 March 2026, 10:00; nothing is due."""
    return PostOffice(database, fakes, civic, wall, await town(database))
