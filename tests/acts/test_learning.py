"""Reading put on record: for guardians of the class only, while it counts, in few statements; and gone with the school year."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from models.base.db import Database, Work
from models.base.errors import Refusal
from models.post.tables import outbox
from models.schools import answers, league, learning, membership, registers, removal
from models.schools import tables as t
from models.schools.learning_rules import Beat
from models.schools.learning_tables import answers as answer_table
from models.schools.learning_tables import league as league_table
from models.schools.learning_tables import reading
from models.schools.registers import ChildEntry
from models.schools.updates import Update
from tests.acts.queries import Statements, count
from tests.conftest import START
from tests.two_classes import LAST_DAY, STRANGERS, School, families, published, school

STRANGER_NAMES = [pytest.param(name, id=name) for name in (*STRANGERS, "chen")]


@pytest.fixture
async def town_school(database: Database) -> School:
    return await school(database)


@pytest.fixture
async def work(database: Database, town_school: School) -> AsyncIterator[Work]:
    """One writing unit of work, on a Monday."""
    async with database.begin("page:school") as work:
        yield work


@pytest.fixture
async def told(work: Work, town_school: School) -> Update:
    return await published(work, town_school)


def beat(update_: Update, person_id: int, minute: int = 0, *, days: int = 0) -> Beat:
    """The beat of this minute after the start."""
    since = START + timedelta(minutes=minute, days=days)
    return Beat(since + timedelta(minutes=1), since, person_id, update_.id, since.date())


async def test_a_guardian_reads(work: Work, told: Update, town_school: School):
    assert await learning.record(work, [beat(told, town_school.liu)]) == 60
    assert await learning.record(work, [beat(told, town_school.liu, each) for each in range(3)]) == 120
    [row] = await work.all(select(reading))
    assert (row.seconds, row.class_id, row.day) == (180, town_school.class_id, work.today)
    assert row.counted_until == START + timedelta(minutes=3)


@pytest.mark.parametrize("who", STRANGER_NAMES)
async def test_nobody_elses_reading_counts(work: Work, told: Update, town_school: School, who: str):
    assert await learning.record(work, [beat(told, town_school.people[who])]) == 0
    assert await count(work, reading) == 0


async def test_what_cannot_count_any_more(work: Work, told: Update, town_school: School):
    mine = beat(told, town_school.liu)
    assert await learning.record(work, [replace(mine, day=LAST_DAY + timedelta(days=1))]) == 0
    assert await learning.record(work, [replace(mine, update_id=told.id + 9)]) == 0
    await work.run(update(t.updates).values(withdrawn_at=work.now))
    assert await learning.record(work, [mine]) == 0
    assert await count(work, reading) == 0


async def test_a_day_is_full_over_all_updates_and_the_next_is_not(work: Work, town_school: School):
    told = [await published(work, town_school, f"UPDATE{each}") for each in range(4)]
    for place, each in enumerate(told):
        await learning.record(
            work, [beat(each, town_school.liu, 20 * place + minute) for minute in range(12)]
        )
    assert [row.seconds for row in await work.all(select(reading).order_by(reading.c.update_id))] == [600] * 3
    assert await learning.record(work, [beat(told[3], town_school.liu, days=1)]) == 60
    assert await learning.record(work, [beat(told[0], town_school.liu, 5, days=1)]) == 0  # ten minutes, ever


async def test_a_beat_over_midnight_is_not_counted_twice(work: Work, told: Update, town_school: School):
    late = replace(beat(told, town_school.liu, 14 * 60 - 1), day=START.date())  # 23:59 to midnight
    assert await learning.record(work, [late]) == 60
    again = replace(late, day=late.day + timedelta(days=1), at=late.at + timedelta(seconds=1))
    assert await learning.record(work, [again]) == 0


async def test_half_an_hour_of_sixty_readers_is_thirty_small_writes(work: Work, town_school: School):
    told = [await published(work, town_school, f"UPDATE{each}") for each in range(3)]
    readers = [town_school.liu, town_school.he]
    with Statements(work) as statements:
        for minute in range(30):
            await learning.record(work, [beat(told[minute // 10], reader, minute) for reader in readers])
    assert statements.heard.count("INSERT") == 30
    assert set(statements.heard) <= {"INSERT", "SELECT", "BEGIN"}
    assert len(statements.heard) <= 30 * 5 + 1
    assert await count(work, reading) == 3 * len(readers)


async def test_a_league_of_sixty_families_with_a_year_of_history_is_one_query(
    work: Work, town_school: School
):
    told = await published(work, town_school)
    people = await families(work, town_school, 60)
    for week in range(40):
        rows = [
            {
                "person_id": person,
                "update_id": told.id,
                "class_id": town_school.class_id,
                "day": work.today - timedelta(weeks=week),
                "seconds": 60 * (place % 7),
                "counted_until": work.wall,
            }
            for place, person in enumerate(people)
        ]
        await work.run_many(insert(reading), rows)
    for place, person in enumerate(people[:-1]):
        await work.run(
            insert(league_table).values(
                class_id=town_school.class_id,
                person_id=person,
                nickname=work.seal(f"读者{place:02d}", league.NICKNAME),
                nickname_index=work.index(str(place), league.NICKNAME),
                since=work.now,
            )
        )
    with Statements(work) as statements:
        seen = await league.of_class(work, town_school.class_id, people[-1])
    assert statements.heard == ["SELECT", "SELECT"]  # who asks is a guardian of the class; the league
    assert len(seen.places) == 59
    assert {placed.standing.points for placed in seen.places} == set(range(7))
    assert (seen.own.place, seen.own.standing.nickname) == (25, "")  # 3 points; 24 have more


async def test_all_of_it_goes_with_the_year_and_a_guardians_with_the_guardian(
    work: Work, told: Update, town_school: School
):
    other = await published(work, town_school, "BESIDE", where="3-1")
    for name, of in (("liu", told), ("he", told), ("zhao", other)):
        person = town_school.people[name]
        await learning.record(work, [beat(of, person)])
        await league.take_part(work, of.class_id, person, f"读者{name}")
        await answers.write(work, of, person, "好的")
    tables = (reading, league_table, answer_table)
    await membership.leave(work, town_school.liu, told.class_id)
    assert [await count(work, table) for table in tables] == [2, 2, 2]
    await removal.forget_year(work, await work.scalar(select(t.years.c.id)))
    assert [await count(work, table) for table in tables] == [0, 0, 0]
    assert await count(work, outbox) == 0


async def test_who_changes_the_class_leaves_nothing_behind(work: Work, told: Update, town_school: School):
    liu = town_school.liu
    await learning.record(work, [beat(told, liu)])
    await league.take_part(work, told.class_id, liu, "大熊")
    entry = ChildEntry("4420001", "3-1", f"N{liu}", "刘小雨", date(2016, 5, 1), frozenset())
    assert await registers.enter_child(work, entry) == "changed"
    assert [await count(work, table) for table in (reading, league_table)] == [0, 0]
    with pytest.raises(Refusal):
        await league.of_class(work, told.class_id, liu)


async def test_who_is_gone_is_in_no_league_even_where_a_row_was_left_behind(
    work: Work, told: Update, town_school: School
):
    for name in ("liu", "he"):
        await league.take_part(work, told.class_id, town_school.people[name], f"读者{name}")
    mine = t.guardianships.c.person_id == town_school.he
    await work.run(update(t.guardianships).where(mine).values(left_at=work.now))
    seen = await league.of_class(work, told.class_id, town_school.liu)
    assert [placed.standing.nickname for placed in seen.places] == ["读者liu"]
