"""A reader in two processes: the same minute on two phones, one nickname for two, the last answer of a day, and leaving meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.schools import answers, league, learning, membership
from models.schools.learning_rules import Beat
from models.schools.learning_tables import answers as answer_table
from models.schools.learning_tables import league as league_table
from models.schools.learning_tables import reading
from models.schools.updates import Update
from tests.conftest import START
from tests.databases import on_postgresql
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.test_schools import Room, joined, leaves
from tests.races.wire import Job
from tests.school import published

pytestmark = on_postgresql


async def told(street: Street, made: Room) -> Update:
    update: Update = await street.act(published, made.teacher, made.class_id, "春游")
    return update


async def second(street: Street, made: Room) -> Citizen:
    """Another guardian of the same child."""
    other = await street.citizen()
    await street.act(membership.ask, other.person_id, made.class_id, made.child)
    [request] = await street.act(membership.waiting, made.teacher)
    await street.act(membership.answer, made.teacher, request.id, let_in=True)
    return other


def reads(who: Citizen, update: Update) -> Job:
    """The first minute."""
    beat = Beat(START + timedelta(seconds=60), START, who.person_id, update.id, START.date())
    return jobs.act(learning.record, [beat])


def plays(who: Citizen, made: Room, nickname: str) -> Job:
    return jobs.act(league.take_part, made.class_id, who.person_id, nickname)


def writes(who: Citizen, update: Update) -> Job:
    return jobs.act(answers.write, update, who.person_id, "好的")


async def left_behind(street: Street, who: Citizen) -> int:
    """Rows of this person's."""
    columns: tuple[Any, ...] = (reading.c.person_id, league_table.c.person_id, answer_table.c.guardian_id)
    async with street.database.read() as work:
        counts = [await work.scalar(select(func.count()).where(mine == who.person_id)) for mine in columns]
    return sum(counts)


async def test_one_minute_on_two_phones(twins: Meetings, street: Street) -> None:
    """The reader is held: whatever is read on the other phone at that time is counted already."""
    async for meet in twins:
        made = await joined(street)
        one, other = await told(street, made), await told(street, made)
        assert sorted(await meet(reads(made.guardian, one), reads(made.guardian, other))) == [0, 60]


async def test_two_want_one_nickname(twins: Meetings, street: Street) -> None:
    """The league is had alone: one has it, the other hears that it is taken."""
    async for meet in twins:
        made = await joined(street)
        other = await second(street, made)
        outcomes = await meet(plays(made.guardian, made, "大熊"), plays(other, made, "大 熊"))
        assert list(outcomes).count("league.nickname.taken") == 1


async def test_the_last_answer_of_a_day(twins: Meetings, street: Street) -> None:
    """Counted and then written, with the guardian held."""
    async for meet in twins:
        made = await joined(street)
        update = await told(street, made)
        for _ in range(street.database.city.tariff.school.answers.answers_a_day - 1):
            await street.act(answers.write, update, made.guardian.person_id, "好的")
        outcomes = await meet(writes(made.guardian, update), writes(made.guardian, update))
        assert list(outcomes).count("answer.enough") == 1


@pytest.mark.parametrize("what", ["reading", "taking part", "answering"])
async def test_leaving_meanwhile_leaves_nothing_behind(meetings: Meetings, street: Street, what: str) -> None:
    """Whoever does something in a class is held, and so is whoever leaves it: one after the other."""
    async for meet in meetings:
        made = await joined(street)
        update = await told(street, made)
        jobs_of = {
            "reading": reads(made.guardian, update),
            "taking part": plays(made.guardian, made, "大熊"),
            "answering": writes(made.guardian, update),
        }
        await meet(jobs_of[what], leaves(made.guardian, made))
        assert await left_behind(street, made.guardian) == 0


async def test_a_reply_to_who_leaves(meetings: Meetings, street: Street) -> None:
    """It is on record and goes with the rest, or is refused."""
    async for meet in meetings:
        made = await joined(street)
        asked = await street.act(answers.write, await told(street, made), made.guardian.person_id, "几点?")
        reply = jobs.act(answers.reply, made.teacher, asked.number, "八点")
        replied, _ = await meet(reply, leaves(made.guardian, made))
        assert replied in {"answer.left", "answer.unknown"} or not replied.by_guardian
        assert await left_behind(street, made.guardian) == 0
