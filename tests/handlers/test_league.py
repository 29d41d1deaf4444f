"""排行: taking part by nickname, one's own place always, and nothing of it for anybody else."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from models.base.texts import ENGLISH
from models.schools import tables as t
from models.schools.learning_tables import reading
from tests.handlers.chat import Chat, World
from tests.two_classes import STRANGERS, School, published, school


@pytest.fixture
async def two(world: World) -> School:
    return await school(world.database)


@pytest.fixture
def liu(world: World, two: School) -> Chat:
    del two
    return world.chat("w-liu")


async def has_read(world: World, two: School, **minutes: int) -> None:
    """On record, of today."""
    async with world.database.begin("page:school") as work:
        told = await published(work, two)
        for name, count in minutes.items():
            row = {"person_id": two.people[name], "update_id": told.id, "class_id": told.class_id}
            values = {"day": work.today, "seconds": 60 * count, "counted_until": work.wall}
            await work.run(insert(reading).values(row | values))


async def test_the_own_place_is_seen_before_one_takes_part_and_by_nobody_else(
    world: World, two: School, liu: Chat
):
    await has_read(world, two, liu=7, he=9)
    he = world.chat("w-he")
    await he.say("参加排行 大熊")
    said = await liu.say("排行")
    assert "示范小学3-2 本周学习排行（3月2日(周一)至3月8日(周日)），1位家长参加：" in said
    assert "第1名 大熊 9分" in said
    assert "您没有参加，别人看不到您：7分，参加的话是第2名。" in said
    assert liu.heard("league.worth")
    await he.say("排行")
    assert "7分" not in he.reply.text
    assert "您：第1名，9分。" in he.reply.text


async def test_taking_part_step_by_step_and_leaving(world: World, two: School, liu: Chat):
    await has_read(world, two, liu=7)
    await liu.say("排行")
    await liu.say("1")
    assert liu.heard("league.choose")
    await liu.say("小雨妈妈")
    assert liu.heard("league.nickname.name")
    await liu.say("参加排行 小熊")
    assert liu.heard("league.joined")
    await liu.say("1")
    assert "第1名 小熊 7分" in liu.reply.text
    assert liu.heard("league.own")
    await liu.say("退出排行")
    assert liu.heard("league.left")
    await liu.say("退出排行")
    assert liu.heard("league.not_in")
    await liu.say("排行")
    assert "小熊" not in liu.reply.text


async def test_fair_places(world: World, two: School, liu: Chat):
    await has_read(world, two, liu=7, he=7)
    await liu.say("参加排行 小熊")
    await world.chat("w-he").say("参加排行 大熊")
    assert [line for line in (await liu.say("排行")).splitlines() if line.startswith("第")] == [
        "第1名 大熊 7分",
        "第1名 小熊 7分",
    ]
    world.pass_time(days=7)
    await liu.say("排行")
    assert "第1名 大熊 0分" in liu.reply.text


async def test_in_english(world: World, two: School):
    await has_read(world, two, liu=1)
    liu = world.chat("w-liu", ENGLISH)
    await liu.say("English")
    said = await liu.say("league")
    assert "0 guardians take part" in said
    assert "1 point; it would be place 1." in said
    await liu.say("join league Book Worm")
    assert liu.heard("league.joined")
    assert "1 guardian takes part" in await liu.say("league")
    await liu.say("leave league")
    assert liu.heard("league.left")


async def test_children_in_several_classes(world: World, two: School, liu: Chat):
    async with world.database.begin("system:test") as work:
        child = await work.scalar(t.children.select().where(t.children.c.class_id == two.classes["3-1"]))
        same = {"child_id": child, "person_id": two.liu}
        await work.run(insert(t.guardianships).values(**same, since=work.now, confirmed_by="list"))
        await work.run(insert(t.consents).values(**same, given_at=work.now))
    for word in ("排行", "参加排行", "退出排行", "参加排行 小熊"):
        await liu.say(word)
        assert liu.heard("league.which"), word
    await liu.say("参加排行 3-1 小熊")
    assert "示范小学3-1" in liu.reply.text
    await liu.say("排行 3-1")
    assert "小熊" in liu.reply.text
    await liu.say("排行 示范小学3-2")
    assert "小熊" not in liu.reply.text
    await liu.say("参加排行")
    await liu.say("2")
    assert "示范小学3-2" in liu.reply.text
    await liu.say("小熊")
    assert liu.heard("league.joined")


@pytest.mark.parametrize("name", [*STRANGERS, "chen"])
async def test_nobody_else_sees_the_class(world: World, two: School, liu: Chat, name: str):
    await has_read(world, two, liu=7)
    await liu.say("参加排行 小熊")
    someone = world.chat(f"w-{name}")
    for said in ("排行", "排行 3-2", "排行 示范小学3-2", "参加排行 3-2 大熊", "退出排行 3-2"):
        await someone.say(said)
        assert "小熊" not in someone.reply.text, said
        assert "3-2" not in someone.reply.text or name == "zhao", said
    if name != "zhao":  # a guardian of the class beside it
        assert someone.heard("league.no_class")
    assert "1位家长参加" in await liu.say("排行")


async def test_tries_are_counted_although_they_were_refused(world: World, liu: Chat):
    most = world.database.city.tariff.school.league.nicknames_a_day
    for _ in range(most):
        await liu.say("参加排行 何子轩")
        assert liu.heard("league.nickname.name")
    await liu.say("参加排行 小熊")
    assert liu.heard("league.tries")
    world.civic.instant += timedelta(days=1)
    await liu.say("参加排行 小熊")
    assert liu.heard("league.joined")
