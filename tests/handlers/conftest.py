"""The town with its chat. Li Ming, Wang Fang and Chen Xiao are bound; whoever else writes is a stranger."""

from collections.abc import Iterator

import pytest

from models.base.db import Database
from models.base.ephemeral import MemoryEphemeral
from models.base.texts import ENGLISH
from models.identity import acts as identity
from models.identity import store
from tests.conftest import FixedClock
from tests.handlers.chat import Chat, World
from tests.helpers import town
from tests.service import Fakes, accidents, inbox


@pytest.fixture(autouse=True)
def no_accident() -> Iterator[list[BaseException]]:
    """What a handler did not expect fails the test, unless the test takes it out of the list."""
    with accidents() as met:
        yield met
    for problem in met:
        raise problem


@pytest.fixture
async def world(database: Database, civic: FixedClock, wall: FixedClock) -> World:
    fakes = Fakes(ephemeral=MemoryEphemeral(lambda: wall.now().timestamp()))
    world = World(database, inbox(database, fakes), fakes, civic, wall, await town(database))
    accounts = (
        ("o-li", world.town.li_ming),
        ("o-wang", world.town.wang_fang),
        ("o-chen", world.town.chen_xiao),
    )
    async with database.begin("system:test") as work:
        for openid, person in accounts:
            await store.save_account(work, openid, person_id=person, bound_at=work.now)
        await identity.choose_language(work, "o-wang", ENGLISH)
        await identity.choose_language(work, "o-tourist", ENGLISH)
    return world


@pytest.fixture
def li(world: World) -> Chat:
    """Li Ming, bound, Chinese."""
    return world.chat("o-li")


@pytest.fixture
def wang(world: World) -> Chat:
    """Wang Fang, bound, English."""
    return world.chat("o-wang", ENGLISH)


@pytest.fixture
def stranger(world: World) -> Chat:
    """Not bound, Chinese."""
    return world.chat("o-stranger")


@pytest.fixture
def tourist(world: World) -> Chat:
    """Not bound, English."""
    return world.chat("o-tourist", ENGLISH)


@pytest.fixture
def chen(world: World) -> Chat:
    """Chen Xiao, bound, 16 years old, Chinese."""
    return world.chat("o-chen")
