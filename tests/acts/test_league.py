"""The league of a class: who sees it, who takes part, under which names."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from models.base.db import Database, Work
from models.base.errors import BadInput, Refusal
from models.schools import league
from models.schools.learning_tables import league as table
from models.schools.learning_tables import reading
from models.schools.updates import Update
from tests.acts.queries import audited, count
from tests.conftest import START
from tests.two_classes import STRANGERS, School, published, school


@pytest.fixture
async def town_school(database: Database) -> School:
    return await school(database)


@pytest.fixture
async def work(database: Database, town_school: School) -> AsyncIterator[Work]:
    async with database.begin("citizen:1") as work:
        yield work


async def has_read(work: Work, told: Update, person_id: int, minutes: int, days_ago: int = 0) -> None:
    """On record as it is."""
    row = {"person_id": person_id, "update_id": told.id, "class_id": told.class_id}
    day = START.date() - timedelta(days=days_ago)
    values = {"day": day, "seconds": 60 * minutes + 59, "counted_until": work.wall}
    await work.run(insert(reading).values(row | values))


async def seen(
    work: Work, town_school: School, name: str
) -> tuple[list[tuple[int, str, int]], tuple[int, int]]:
    """The places as this person sees them, and their own place and points."""
    found = await league.of_class(work, town_school.class_id, town_school.people[name])
    places = [(each.place, each.standing.nickname, each.standing.points) for each in found.places]
    return places, (found.own.place, found.own.standing.points)


async def test_this_weeks_minutes_count(work: Work, town_school: School):
    told = await published(work, town_school)
    await has_read(work, told, town_school.liu, 9)
    await has_read(work, told, town_school.he, 30, days_ago=1)  # on Sunday
    assert await seen(work, town_school, "liu") == ([], (1, 9))
    for name in ("liu", "he"):
        await league.take_part(work, town_school.class_id, town_school.people[name], f"读者{name}")
    both = [(1, "读者liu", 9), (2, "读者he", 0)]
    assert await seen(work, town_school, "liu") == (both, (1, 9))
    assert await seen(work, town_school, "he") == (both, (2, 0))


async def test_who_leaves_is_seen_by_nobody_and_still_sees_the_own_place(work: Work, town_school: School):
    for name in ("liu", "he"):
        await league.take_part(work, town_school.class_id, town_school.people[name], f"读者{name}")
    assert await league.leave(work, town_school.class_id, town_school.he)
    assert not await league.leave(work, town_school.class_id, town_school.he)
    assert await seen(work, town_school, "liu") == ([(1, "读者liu", 0)], (1, 0))
    assert await seen(work, town_school, "he") == ([(1, "读者liu", 0)], (1, 0))
    assert await audited(work, f"class {town_school.class_id}") == ["nickname.chosen"] * 2 + [
        "nickname.removed"
    ]


@pytest.mark.parametrize("name", [*STRANGERS, "chen"])
async def test_nobody_else_sees_it_or_takes_part(work: Work, town_school: School, name: str):
    person = town_school.people[name]
    with pytest.raises(Refusal, match=r"league\.not_yours"):
        await league.of_class(work, town_school.class_id, person)
    with pytest.raises(Refusal, match=r"league\.not_yours"):
        await league.take_part(work, town_school.class_id, person, "读书郎")
    assert not await league.leave(work, town_school.class_id, person)
    assert await count(work, table) == 0


@pytest.mark.parametrize(
    ("nickname", "why"),
    [
        pytest.param("读", "length", id="too short"),
        pytest.param("13900000002", "number", id="a phone"),
        pytest.param("小雨妈妈", "name", id="the own child"),
        pytest.param("刘 洋", "name", id="oneself"),
        pytest.param("何子轩", "name", id="another child of the class"),
        pytest.param("大熊", "taken", id="somebody else's"),
        pytest.param("大·熊", "taken", id="or one that looks like it"),
    ],
)
async def test_names_that_cannot_be_had(work: Work, town_school: School, nickname: str, why: str):
    await league.take_part(work, town_school.class_id, town_school.he, "大熊")
    with pytest.raises(BadInput, match=rf"league.nickname.{why}"):
        await league.take_part(work, town_school.class_id, town_school.liu, nickname)
    assert await count(work, table) == 1


async def test_another_name_and_the_same_name_again(work: Work, town_school: School):
    class_id, liu = town_school.class_id, town_school.liu
    for nickname, stands in (("大熊", "大熊"), ("大熊", "大熊"), (" 小  熊 ", "小 熊")):
        assert await league.take_part(work, class_id, liu, nickname) == stands
    assert await seen(work, town_school, "liu") == ([(1, "小 熊", 0)], (1, 0))
    rows = await work.all(select(table))
    assert len(rows) == 1
    assert "熊" not in repr(tuple(rows[0]))  # sealed


async def test_nobody_finds_out_about_names_by_trying_them(work: Work, town_school: School):
    most = work.city.tariff.school.league.nicknames_a_day
    for _ in range(most):
        with pytest.raises(BadInput, match=r"league\.nickname\.name"):
            await league.take_part(work, town_school.class_id, town_school.liu, "何子轩")
    with pytest.raises(Refusal, match=r"league\.tries"):
        await league.take_part(work, town_school.class_id, town_school.liu, "大熊")
    await league.take_part(work, town_school.class_id, town_school.he, "大熊")
