"""Of a school: nothing of a year that is over stays; what hung on a list ends with it; a consent that is gone shuts the class."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Table, select, update

from models.base.db import Database
from models.base.errors import Refusal
from models.identity import acts as identity
from models.post import outbox as outbox_acts
from models.post.outbox import outbox
from models.schools import broadcast, members, membership, quiet, registers, tables
from models.schools import updates as acts
from models.schools.tables import children, guardianships
from models.schools.updates import PictureRef
from scheduler.jobs import forget_school_years
from tests.acts.queries import count
from tests.conftest import FixedClock
from tests.helpers import LI_MING, Town, resident_id, town
from tests.school import LAST_DAY, XIAO_HUA, XIAO_MING, School, enter_school, joined, listed_too, published

STAY = {"schools", "school_years", "school_quiet_hours"}


@pytest.fixture
async def people(database: Database) -> Town:
    return await town(database)


@pytest.fixture
async def school(database: Database, people: Town) -> School:
    """Wang Fang reads it."""
    school = await enter_school(database)
    await joined(database, school, people.wang_fang)
    return school


async def rows(database: Database) -> dict[str, int]:
    """Of each of the school's tables; those of learning have a test of their own."""
    async with database.read() as work:
        mine = [table for table in vars(tables).values() if isinstance(table, Table)]
        return {table.name: await count(work, table) for table in mine}


async def a_full_year(database: Database, school: School, people: Town) -> None:
    """A row in every table there is."""
    async with database.begin("citizen:1") as work:
        await membership.ask(work, people.chen_xiao, school.known.id, "陈小花")
        await quiet.set_hours(work, people.wang_fang, 22, 7)
        draft = await broadcast.write(work, people.li_ming, school.known.id, "照片")
        await broadcast.add_picture(work, people.li_ming, draft.code, PictureRef("b" * 32, "image/jpeg"))
        told, _ = await broadcast.publish(work, people.li_ming, draft.code)
        await acts.read(work, told, people.wang_fang)
        await broadcast.write(work, people.li_ming, school.known.id, "草稿")


async def test_of_a_year_that_is_over_nothing_stays(
    database: Database, school: School, people: Town, civic: FixedClock
):
    await a_full_year(database, school, people)
    assert all((await rows(database)).values())
    job = forget_school_years.job(database)
    await until(civic, database, LAST_DAY + timedelta(days=database.city.tariff.school.keep_days))
    assert await job.run() == 1  # the draft
    assert (await rows(database))["school_updates"] == 1
    await until(civic, database, civic.now().date() + timedelta(days=1))
    assert await job.run() == 1
    left = {name for name, number in (await rows(database)).items() if number}
    assert left == STAY
    async with database.read() as work:
        assert await work.scalar(select(outbox.c.id).where(outbox.c.kind == "school_update")) is None
        assert not await members.is_guardian_in(work, people.wang_fang, school.known.id)
    assert await job.run() == 0


async def test_a_year_that_is_over_is_not_entered_again(
    database: Database, school: School, civic: FixedClock
):
    await until(civic, database, LAST_DAY + timedelta(days=31))
    await forget_school_years.job(database).run()
    with pytest.raises(Refusal, match=r"school\.year_over"):
        await enter_school(database)


async def until(civic: FixedClock, database: Database, day: date) -> None:
    civic.move(days=(day - database.civic.now().date()).days)


async def test_whom_the_list_names_no_more_is_out(database: Database, school: School, people: Town):
    """Whose child it is is the school's to say."""
    async with database.begin("system:import") as work:
        await registers.enter_child(work, replace(XIAO_MING, phones=frozenset({"13900000009"})))
        assert not await members.is_guardian_in(work, people.wang_fang, school.known.id)


async def test_who_was_let_in_by_a_teacher_stays_whatever_the_list_says(
    database: Database, school: School, people: Town
):
    async with database.begin("citizen:1") as work:
        await membership.ask(work, people.chen_xiao, school.known.id, "陈小花")
        [asked] = await membership.waiting(work, people.li_ming)
        await membership.answer(work, people.li_ming, asked.id, let_in=True)
    async with database.begin("system:import") as work:
        await registers.enter_child(work, replace(XIAO_HUA, phones=frozenset({"13900000009"})))
        assert await members.is_guardian_in(work, people.chen_xiao, school.known.id)


async def test_a_guardian_goes_with_the_child_to_another_class(
    database: Database, school: School, people: Town
):
    async with database.begin("system:import") as work:
        other = registers.ClassEntry("S1", "示范小学", "3-1", school.known.last_day, LAST_DAY)
        await registers.enter_class(work, replace(other, first_day=LAST_DAY - timedelta(days=312)))
        await registers.enter_child(work, replace(XIAO_MING, class_name="3-1"))
        [known] = await members.read_by(work, people.wang_fang)
        assert known.name == "3-1"
        assert not await members.is_guardian_in(work, people.wang_fang, school.known.id)


async def test_without_the_consent_nobody_is_a_young_childs_guardian(
    database: Database, school: School, people: Town
):
    async with database.begin("citizen:2") as work:
        [child] = await members.children_of(work, people.wang_fang)
        assert not child.consent_missing
        older = work.today - timedelta(days=14 * 365 + 4)
        await membership.end(work, child.id, people.wang_fang, "guardian.left")
        again = update(guardianships).where(guardianships.c.child_id == child.id)
        await work.run(again.values(left_at=None))
        assert not await members.is_guardian_in(work, people.wang_fang, school.known.id)
        assert (await members.children_of(work, people.wang_fang))[0].consent_missing
        await work.run(update(children).where(children.c.id == child.id).values(born_on=older))
        assert await members.is_guardian_in(work, people.wang_fang, school.known.id)


async def test_a_teacher_writes_until_the_own_last_day(database: Database, school: School, people: Town):
    async with database.begin("system:import") as work:
        entry = registers.TeacherEntry("S1", "3-2", LI_MING.claim.resident_id, work.today)
        await registers.enter_teacher(work, entry)
        assert await members.is_teacher_of(work, people.li_ming, school.known.id)
        yesterday = registers.TeacherEntry(
            "S1", "3-2", LI_MING.claim.resident_id, work.today - timedelta(days=1)
        )
        await registers.enter_teacher(work, yesterday)
        assert not await members.is_teacher_of(work, people.li_ming, school.known.id)
        with pytest.raises(Refusal, match=r"publish\.not_yours"):
            await broadcast.write(work, people.li_ming, school.known.id, "还在吗")


async def test_a_guardian_of_two_children_is_told_once(database: Database, school: School, people: Town):
    async with database.begin("system:import") as work:
        twin = replace(XIAO_HUA, phones=frozenset({"13800000002"}))
        await registers.enter_child(work, twin)
    await joined(database, school, people.wang_fang)
    async with database.begin("citizen:1") as work:
        await published(work, people.li_ming, school.known.id, "一次")
        assert await work.scalar(select(outbox.c.id).where(outbox.c.kind == "school_update")) is not None
        told = select(outbox.c.person_id).where(outbox.c.kind == "school_update")
        assert [row.person_id for row in await work.all(told)] == [people.wang_fang]


@pytest.mark.parametrize("each", [1, 2, 3, 10])
async def test_everybody_is_queued_once_however_many_one_statement_takes(
    database: Database, school: School, people: Town, each: int
):
    async with database.begin("test") as work:
        numbers = [f"1390000000{n}" for n in range(2)]
        await listed_too(work, school, *numbers)
        for n, number in enumerate(numbers):
            claim = replace(LI_MING.claim, resident_id=resident_id(f"1891010{n + 1}"), phone=number)
            person, _ = await identity.enter_person(work, replace(LI_MING, claim=claim))
            await membership.join_listed(work, person, school.known.id, consents_too=True)
        to = members.guardians_in(work, school.known.id)
        named = {"subject": "X", "params": {}, "to": to, "each": each}
        assert await outbox_acts.queue_for(work, broadcast.UPDATE, **named) == 3
        told = await work.all(select(outbox.c.person_id).where(outbox.c.subject == "X"))
        assert len({row.person_id for row in told}) == len(told) == 3
