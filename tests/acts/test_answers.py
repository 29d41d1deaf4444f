"""Answers to teachers and their replies: between one guardian and the teachers of the class, and nobody else."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from models.base.db import Database, Work
from models.base.errors import BadInput, Refusal
from models.post.notices import Channel, Content, Notice
from models.post.tables import outbox
from models.schools import answer_notices, answers
from models.schools import tables as t
from models.schools.learning_tables import answers as table
from models.schools.updates import Update, update_of
from tests.acts.queries import audited, count, queued
from tests.two_classes import STRANGERS, School, published, school


@pytest.fixture
async def town_school(database: Database) -> School:
    return await school(database)


@pytest.fixture
async def work(database: Database, town_school: School) -> AsyncIterator[Work]:
    async with database.begin("page:school") as work:
        yield work


@pytest.fixture
async def told(work: Work, town_school: School) -> Update:
    return await published(work, town_school)


def texts(entries: list[answers.Entry]) -> list[tuple[bool, str]]:
    """Who (a guardian?) and what."""
    return [(each.by_guardian, each.text) for each in entries]


async def waiting(work: Work, person_id: int) -> list[tuple[str, str]]:
    return [(each.guardian, each.entry.text) for each in await answers.waiting(work, person_id)]


async def test_a_conversation(work: Work, told: Update, town_school: School):
    liu, he, chen = town_school.liu, town_school.he, town_school.chen
    asked = await answers.write(work, told, liu, "  几点集合?\n\n  在哪? ")
    await answers.write(work, told, he, "好的")
    assert await waiting(work, chen) == [("刘洋", "几点集合?\n\n在哪?"), ("何静", "好的")]
    await answers.reply(work, chen, asked.number, "八点，校门口")
    assert await waiting(work, chen) == [("何静", "好的")]
    assert texts(list(await answers.own(work, told, liu))) == [
        (True, "几点集合?\n\n在哪?"),
        (False, "八点，校门口"),
    ]
    assert texts(list(await answers.own(work, told, he))) == [(True, "好的")]
    await answers.write(work, told, liu, "谢谢老师")
    assert await waiting(work, chen) == [("何静", "好的"), ("刘洋", "谢谢老师")]
    assert await audited(work, f"update {told.code}") == [
        *["update.answered"] * 2,
        "update.replied",
        "update.answered",
    ]


async def test_who_is_told(work: Work, told: Update, town_school: School):
    asked = await answers.write(work, told, town_school.liu, "几点集合?")
    await answers.write(work, told, town_school.he, "好的")  # the teacher is told once a day
    await answers.reply(work, town_school.chen, asked.number, "八点")
    assert await queued(work) == [
        ("update_answered", "chat", told.code),
        ("update_replied", "chat", told.code),
    ]
    people = [row.person_id for row in await work.all(select(outbox.c.person_id).order_by(outbox.c.id))]
    assert people == [town_school.chen, town_school.liu]
    kept = [row.params for row in await work.all(select(outbox.c.params))]
    assert not [each for each in kept if "八点" in work.open(each, "outbox.params")]  # the words stay here


@pytest.mark.parametrize("name", STRANGERS)
async def test_nobody_else_writes_or_reads(work: Work, told: Update, town_school: School, name: str):
    asked = await answers.write(work, told, town_school.liu, "几点集合?")
    stranger = town_school.people[name]
    with pytest.raises(Refusal, match=r"school\.no_update"):
        await answers.write(work, told, stranger, "我也去")
    with pytest.raises(Refusal, match=r"answer\.unknown"):
        await answers.reply(work, stranger, asked.number, "八点")
    assert await answers.own(work, told, stranger) == []
    assert await answers.waiting(work, stranger) == []
    assert await count(work, table) == 1


async def test_each_has_their_own_part(work: Work, told: Update, town_school: School):
    asked = await answers.write(work, told, town_school.liu, "几点集合?")
    said = await answers.reply(work, town_school.chen, asked.number, "八点")
    with pytest.raises(Refusal, match=r"answer\.unknown"):  # a guardian does not reply as a teacher
        await answers.reply(work, town_school.liu, asked.number, "九点")
    with pytest.raises(Refusal, match=r"school\.no_update"):  # a teacher does not answer as a guardian
        await answers.write(work, told, town_school.chen, "好的")
    with pytest.raises(Refusal, match=r"answer\.unknown"):  # a reply is no answer
        await answers.reply(work, town_school.chen, said.number, "九点")
    with pytest.raises(Refusal, match=r"answer\.unknown"):
        await answers.reply(work, town_school.chen, 999, "九点")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "answer.empty", id="nothing"),
        pytest.param(" \n ", "answer.empty", id="nothing that can be seen"),
        pytest.param("好" * 501, "answer.long", id="too much"),
    ],
)
async def test_texts_that_cannot_be_sent(work: Work, told: Update, town_school: School, text: str, why: str):
    asked = await answers.write(work, told, town_school.liu, "好" * 500)
    with pytest.raises(BadInput, match=why):
        await answers.write(work, told, town_school.liu, text)
    with pytest.raises(BadInput, match=why):
        await answers.reply(work, town_school.chen, asked.number, text)


async def test_enough_for_today(work: Work, told: Update, town_school: School):
    for _ in range(work.city.tariff.school.answers.answers_a_day):
        await answers.write(work, told, town_school.liu, "好的")
    with pytest.raises(Refusal, match=r"answer\.enough"):
        await answers.write(work, told, town_school.liu, "好的")
    await answers.write(work, told, town_school.he, "好的")
    await answers.write(work, await published(work, town_school, "ANOTHER"), town_school.liu, "好的")


async def test_what_was_taken_back_or_left(work: Work, told: Update, town_school: School):
    asked = await answers.write(work, told, town_school.he, "好的")
    await leave(work, town_school.he)
    with pytest.raises(Refusal, match=r"answer\.left"):
        await answers.reply(work, town_school.chen, asked.number, "八点")
    await work.run(update(t.updates).values(withdrawn_at=work.now))
    [row] = await work.all(select(t.updates))
    with pytest.raises(Refusal, match=r"answer\.withdrawn"):
        await answers.write(work, update_of(work, row), town_school.liu, "好的")


async def leave(work: Work, person_id: int) -> None:
    """The link to the child ends."""
    mine = t.guardianships.c.person_id == person_id
    await work.run(update(t.guardianships).where(mine).values(left_at=work.now))


async def test_what_is_no_longer_theirs_is_not_told(work: Work, told: Update, town_school: School):
    def notice(number: int, name: str, subject: str = "") -> Notice:
        return Notice(
            id=number,
            kind="",
            channel=Channel.CHAT,
            person_id=town_school.people[name],
            subject=subject or told.code,
            content=lambda: Content({}),
            key=str(number),
            attempts=1,
            sent_before=False,
            created_at=work.now,
        )

    notices = [
        notice(1, "liu"),
        notice(2, "he"),
        notice(3, "chen"),
        notice(4, "liu", "GONE"),
        notice(5, "qian"),
    ]
    await leave(work, town_school.he)
    assert await answer_notices.REPLIED.still_true(work, notices) == {1}
    assert await answer_notices.ANSWERED.still_true(work, notices) == {3}
