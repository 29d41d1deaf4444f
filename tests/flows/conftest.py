"""A life in the town that goes by the clock."""

import pytest

from models.base.db import Database
from tests.conftest import FixedClock
from tests.flows.life import Life
from tests.helpers import town


@pytest.fixture
async def life(database: Database, civic: FixedClock, wall: FixedClock) -> Life:
    """The town on 2 March 2026, 10:00; nothing has happened yet."""
    return Life(database, (civic, wall), await town(database))
