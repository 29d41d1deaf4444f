"""Beats of the school's page: minutes by the server's clock; what is forged or repeated is worth nothing and reaches no database."""

import pytest
from sqlalchemy import select

from bot.pages.school import beat
from bot.pages.school.beat import BEATS_A_MINUTE, GATHERING, Gathering
from models.base.db import Database
from models.schools.learning_tables import reading
from models.schools.updates import Update
from tests.pages.school_reader import BEAT, Reader
from tests.pages.test_school import PAGE, Readers, reader, told, town_school
from tests.pages.world import Visitor, World

__all__ = ["reader", "told", "town_school"]


class Counting(Gathering):
    """How often something is written."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.portions = 0

    async def write(self) -> None:
        self.portions += bool(self._beats)
        await super().write()


@pytest.fixture
def gathering(monkeypatch: pytest.MonkeyPatch, world: World) -> Counting:
    """Written when the test says so."""
    counting = Counting(world.database)
    monkeypatch.setattr(beat, "Gathering", lambda _: counting)
    return counting


async def seconds(gathering: Counting, world: World) -> list[int]:
    """What is on record, once all is written."""
    await gathering.write()
    async with world.database.read() as work:
        return [row.seconds for row in await work.all(select(reading).order_by(reading.c.person_id))]


async def minutes(someone: Reader, count: int, world: World) -> None:
    for _ in range(count):
        world.wall.move(seconds=61)
        assert await someone.beat() == 200


async def test_reading_for_some_minutes(gathering: Counting, reader: Readers, world: World) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    await minutes(liu, 3, world)
    assert await seconds(gathering, world) == [183]
    assert gathering.portions == 1


async def test_readers_are_written_together(gathering: Counting, reader: Readers, world: World) -> None:
    readers = [reader("liu"), reader("he")]
    for each in readers:
        await each.open(PAGE)
    world.wall.move(seconds=61)
    for each in readers:
        await each.beat()
    assert await seconds(gathering, world) == [61, 61]
    assert gathering.portions == 1


async def test_a_page_that_was_away_only_gets_a_new_token(
    gathering: Counting, reader: Readers, world: World
) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    world.wall.move(seconds=70)
    assert await liu.beat(read=False) == 200
    assert await seconds(gathering, world) == []
    await minutes(liu, 1, world)
    assert await seconds(gathering, world) == [61]


async def test_a_repeated_beat_is_worth_nothing_and_costs_nothing(
    gathering: Counting, reader: Readers, world: World
) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    token = liu.token
    world.wall.move(seconds=61)
    for _ in range(BEATS_A_MINUTE):
        assert await liu.beat(token=token) == 200
    assert await seconds(gathering, world) == [61]
    assert gathering.portions == 1
    world.wall.move(minutes=1, seconds=5)  # forgotten by now: too long, and counted already
    assert await liu.beat(token=token) == 200
    assert await seconds(gathering, world) == [61]
    assert gathering.portions == 1


async def test_two_tabs_and_a_second_phone_are_one_reader(
    gathering: Counting, reader: Readers, world: World
) -> None:
    pages = [reader("liu"), reader("liu"), reader("liu")]
    for each in pages:
        await each.open(PAGE)
        world.wall.move(seconds=5)
    for _ in range(3):
        world.wall.move(seconds=46)
        for each in pages:
            world.wall.move(seconds=5)
            await each.beat()
    assert await seconds(gathering, world) == [66 + 61 + 61]  # of the one that beats first


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"token": "t1:AAAA", "read": true}', 401, id="forged"),
        pytest.param(b'{"token": "", "read": true}', 401, id="none"),
        pytest.param(b'{"token": 7}', 400, id="no text"),
        pytest.param(b"[]", 400, id="no object"),
        pytest.param(b"\xff", 400, id="no JSON"),
    ],
)
async def test_what_is_no_beat(
    gathering: Counting, visitor: Visitor, world: World, body: bytes, status: int
) -> None:
    answer = await visitor.post(BEAT, data=body)
    assert (answer.status, await answer.json()) == (status, {})
    assert await seconds(gathering, world) == []


async def test_another_pass_of_ours_is_no_token(gathering: Counting, reader: Readers, world: World) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    assert await liu.beat(token=liu.cookie) == 401
    assert await seconds(gathering, world) == []


async def test_too_many_beats(gathering: Counting, reader: Readers) -> None:
    del gathering
    liu = reader("liu")
    await liu.open(PAGE)
    statuses = [await liu.beat() for _ in range(BEATS_A_MINUTE + 1)]
    assert statuses == [200] * BEATS_A_MINUTE + [429]


async def test_a_teacher_gets_no_token(reader: Readers, told: Update) -> None:
    chen = reader("chen")
    await chen.open(PAGE)
    assert told.text in chen.page
    assert not chen.token


async def test_half_an_hour_is_at_most_thirty_writes_even_alone(
    gathering: Counting, reader: Readers, world: World
) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    for _ in range(29):
        await minutes(liu, 1, world)
        await gathering.write()
    assert await seconds(gathering, world) == [600]
    assert gathering.portions == 29  # 29 x 61 seconds


async def test_what_is_left_is_written_at_the_end(gathering: Counting, reader: Readers, world: World) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    await minutes(liu, 1, world)
    app = liu.visitor.app
    assert app is not None
    assert app[GATHERING] is gathering
    await gathering.close()
    assert gathering.portions == 1
