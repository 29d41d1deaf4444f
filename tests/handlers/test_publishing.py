"""A teacher tells a class: written, looked at, published, seen to arrive, taken back."""

import pytest
from sqlalchemy import select

from models.base.ports import Outcome, SendResult
from models.base.texts import ENGLISH
from models.post.outbox import outbox
from models.schools.tables import pictures, updates
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.test_school import school
from tests.school import School, joined, listed_too
from tests.service import scheduler

__all__ = ["school"]
WINDOW_CLOSED = SendResult(Outcome.REFUSED, reason="window_closed")
JPEG = b"\xff\xd8\xff" + bytes(100)


@pytest.fixture
async def read(world: World, school: School) -> School:
    """Wang Fang reads the class."""
    await joined(world.database, school, world.town.wang_fang)
    return school


async def test_written_looked_at_published_and_taken_back(world: World, read: School, li: Chat):
    await li.say("发布 3-2 明天春游，\n请带午餐！")
    assert li.heard("publish.preview")
    assert "明天春游，\n请带午餐！" in li.reply.text  # as it was written
    await li.say("确认")
    assert li.heard("publish.done")
    await lives.deliver(world)
    assert [each.kind for each in world.fakes.chat.told] == ["school_update"]
    await li.say("1")
    assert li.heard("results.reached")
    assert "微信送达1" in li.reply.text
    await li.say("撤回发布")
    assert li.heard("publish.withdrawn")
    await li.say("撤回发布")
    assert li.heard("publish.withdrawn_already")
    await li.say("结果")
    assert li.heard("results.withdrawn")


async def test_in_english(world: World, read: School, li: Chat):
    await li.say("English")
    li.language = ENGLISH
    await li.say("publish 3-2 Bring lunch, please.")
    assert li.heard("publish.preview")
    assert "Bring lunch, please." in li.reply.text
    await li.say("confirm")
    assert li.heard("publish.done")
    await li.say("undo")
    assert li.heard("publish.withdrawn")
    await li.say("classes")
    assert li.heard("classes.taught")


async def test_pictures_and_a_link_follow(world: World, read: School, li: Chat):
    world.fakes.media.pictures["m1"] = JPEG
    await li.say("发布 3-2 照片来了")
    await li.show("m1")
    assert li.heard("publish.with")
    await li.show("gone")
    assert li.heard("object.photo_gone")
    await li.say("https://school.example/spring?day=1")
    assert "https://school.example/spring?day=1" in li.reply.text
    await li.say("有什么问题吗")
    assert li.heard("publish.waits")
    await li.say("1")
    assert li.heard("publish.done")
    assert await rows(world, pictures) == 1
    world.pass_time(hours=2)
    await scheduler(world.database, world.fakes).tick()
    assert len(world.fakes.blobs.kept) == 1  # what an update names is not removed


async def test_an_update_has_so_many_pictures(world: World, read: School, li: Chat):
    world.fakes.media.pictures["m1"] = JPEG
    await li.say("发布 3-2 照片来了")
    for _ in range(world.database.city.tariff.school.pictures):
        await li.show("m1")
        assert li.heard("publish.with")
    await li.show("m1")
    assert li.heard("publish.pictures_enough")


async def test_what_is_not_published_goes(world: World, read: School, li: Chat):
    await li.say("发布 3-2 第一稿")
    await li.say("发布 3-2 第二稿")
    assert await rows(world, updates) == 1
    await li.say("3")
    assert li.heard("publish.thrown_away")
    assert await rows(world, updates) == 0


async def test_an_urgent_one_goes_by_text_where_the_chat_is_shut(world: World, read: School, li: Chat):
    await li.say("发布 3-2 台风，明天停课")
    await li.say("2")
    assert li.heard("publish.urgent")
    await li.say("1")
    world.fakes.chat.answers.append(WINDOW_CLOSED)
    await lives.deliver(world)
    assert [each.template for each in world.fakes.sms.sent] == ["school_update_urgent"]
    assert "台风，明天停课" in world.fakes.sms.sent[0].text
    await li.say("结果")
    assert "短信送达1" in li.reply.text


async def test_who_was_not_reached_and_why(world: World, read: School, li: Chat):
    await li.say("发布 3-2 不急")
    await li.say("1")
    await li.say("结果")
    assert li.heard("results.waiting")
    world.fakes.chat.answers.append(WINDOW_CLOSED)
    await lives.deliver(world)
    assert not world.fakes.sms.sent
    await li.say("结果")
    assert li.heard("results.missed.silent")


async def test_taken_back_before_it_left(world: World, read: School, li: Chat):
    await li.say("发布 3-2 写错了")
    await li.say("1")
    await li.say("2")
    assert li.heard("publish.withdrawn")
    await lives.deliver(world)
    assert not world.fakes.chat.told
    await li.say("结果")
    assert li.heard("results.missed.gone")


async def test_the_last_second_of_taking_back(world: World, read: School, li: Chat):
    await li.say("发布 3-2 甲")
    await li.say("1")
    world.pass_time(seconds=60)
    await li.say("撤回发布")
    assert li.heard("publish.withdrawn")
    await li.say("发布 3-2 乙")
    await li.say("1")
    world.pass_time(seconds=61)
    await li.say("撤回发布")
    assert li.heard("publish.too_late")


async def test_who_left_meanwhile_is_not_told(world: World, read: School, li: Chat, wang: Chat):
    await li.say("发布 3-2 甲")
    await li.say("1")
    await wang.say("leave 3-2")
    await lives.deliver(world)
    assert not world.fakes.chat.told


async def test_of_two_confirmations_one_publishes(world: World, read: School, li: Chat):
    await li.say("发布 3-2 甲")
    choice = li.reply.choices[0]
    await li.say(choice)
    await li.say(choice)
    assert li.heard("publish.already")
    async with world.database.read() as work:
        assert await count(work, outbox) == 1


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param("发布", "publish.how", id="nothing"),
        pytest.param("发布 3-9 大家好", "publish.how", id="another class"),
        pytest.param("发布 3-2", "publish.how", id="no text"),
        pytest.param("发布 大家好 明天见", "publish.how", id="no class: never guessed"),
        pytest.param(f"发布 3-2 {'长' * 1001}", "publish.too_long", id="too long"),
        pytest.param("发布 确认 AAAAAAAAAA", "publish.unknown", id="another's draft"),
    ],
)
async def test_what_cannot_be_published(world: World, read: School, li: Chat, said: str, key: str):
    await li.say(said)
    assert li.heard(key)


@pytest.mark.parametrize("said", ["班级", "发布"])
async def test_a_teacher_is_told_of_the_page(world: World, school: School, li: Chat, wang: Chat, said: str):
    page = f"{world.database.city.public_url}/school/publish"
    assert page in await li.say(said)
    assert page not in await wang.say(said)


async def test_nobody_reads_the_class_yet(world: World, school: School, li: Chat):
    await li.say("发布 3-2 有人吗")
    assert li.heard("publish.nobody")


async def test_the_last_guardian_left_before_it_was_published(
    world: World, read: School, li: Chat, wang: Chat
):
    await li.say("发布 3-2 有人吗")
    await wang.say("leave 3-2")
    await li.say("1")
    assert li.heard("publish.nobody")


async def test_a_day_has_so_many(world: World, read: School, li: Chat):
    limits = world.database.city.tariff.school
    for number in range(limits.urgent_a_day):
        await li.say(f"发布 3-2 加急{number}")
        await li.say("2")
        await li.say("1")
        assert li.heard("publish.done")
    await li.say("发布 3-2 再来一条")
    await li.say("2")
    await li.say("1")
    assert li.heard("publish.too_many_urgent")
    async with world.database.begin("test") as work:
        [row] = await work.all(select(updates).where(updates.c.published_at.is_(None)))
        old = {**row._mapping, "published_at": work.now, "undo_until": work.wall}
        same = [{**old, "id": 100 + n, "code": f"C{n}"} for n in range(limits.updates_a_day)]
        await work.run_many(updates.insert(), same)
    await li.say("发布 3-2 普通")
    await li.say("1")
    assert li.heard("publish.too_many")


async def test_a_number_alone_confirms_nothing_of_another_conversation(world: World, read: School, li: Chat):
    """A bare 确认 belongs to a draft that waits, else it is about a case, as ever."""
    await li.say("确认")
    assert not li.heard("publish.done")
    await li.say("发布 3-2 甲")
    await li.say("确认 442012003481")
    assert not li.heard("publish.done")


async def rows(world: World, table) -> int:
    async with world.database.read() as work:
        return await count(work, table)


async def test_two_guardians_of_one_child(world: World, read: School, li: Chat, chen: Chat):
    """Each is told, and each reads for oneself."""
    async with world.database.begin("test") as work:
        await listed_too(work, read, "13800000003")
    await chen.say(f"加入 {read.code} 同意")
    await li.say("发布 3-2 甲")
    await li.say("1")
    await lives.deliver(world)
    assert sorted(openid for openid, _ in world.fakes.chat.sent) == ["o-chen", "o-wang"]
