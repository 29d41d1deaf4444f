"""家长留言, 答复家长: a teacher sees what guardians answered, replies, and the guardian is told through the account."""

import pytest

from models.base.texts import ENGLISH
from models.schools import answers
from models.schools.updates import Update
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.two_classes import STRANGERS, School, published, school


@pytest.fixture
async def two(world: World) -> School:
    return await school(world.database)


@pytest.fixture
async def told(world: World, two: School) -> Update:
    async with world.database.begin("citizen:1") as work:
        return await published(work, two)


@pytest.fixture
def chen(world: World) -> Chat:
    return world.chat("w-chen")


async def wrote(world: World, told: Update, person: int, text: str) -> int:
    async with world.database.begin(f"citizen:{person}") as work:
        return (await answers.write(work, told, person, text)).number


async def own(world: World, told: Update, person: int) -> list[str]:
    async with world.database.read() as work:
        return [each.text for each in await answers.own(work, told, person)]


async def test_from_the_answer_to_the_reply(world: World, two: School, told: Update, chen: Chat):
    await wrote(world, told, two.liu, "几点集合?\n在哪?")
    await lives.deliver(world)
    assert [each.kind for each in world.fakes.chat.told] == ["update_answered"]
    await chen.say("家长留言")
    assert "1 刘洋（明天春游，请带水。）：几点集合? 在哪?" in chen.reply.text
    await chen.say("1")
    assert chen.heard("answers.one")
    await chen.say("八点，校门口。")
    assert chen.heard("answers.replied")
    assert await own(world, told, two.liu) == ["几点集合?\n在哪?", "八点，校门口。"]
    await lives.deliver(world)
    assert world.fakes.chat.told[-1].kind == "update_replied"
    assert "八点" not in world.fakes.chat.sent[-1][1]
    await chen.say("家长留言")
    assert chen.heard("answers.none")


async def test_at_once_and_in_english(world: World, two: School, told: Update):
    number = await wrote(world, told, two.liu, "When do we meet?")
    await wrote(world, told, two.he, "x" * 200)
    chen = world.chat("w-chen", ENGLISH)
    await chen.say("English")
    assert "2 answers wait for your reply (2 shown, the oldest first):" in await chen.say("answers")
    await chen.say(f"reply to guardian {number} At eight, at the gate")
    assert chen.heard("answers.replied")
    assert await own(world, told, two.liu) == ["When do we meet?", "At eight, at the gate"]
    assert "1 answer waits for your reply (1 shown):" in await chen.say("answers")


async def test_many_answers_fit_one_screen(world: World, two: School, told: Update, chen: Chat):
    for each in range(3):
        await wrote(world, told, two.liu, f"好的{each}")
        async with world.database.begin("citizen:1") as work:
            more = await published(work, two, f"ANOTHER{each}")
        await wrote(world, more, two.he, "长" * 500)
    await chen.say("留言")
    assert "有4条家长留言等您答复，最早的3条：" in chen.reply.text


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param("答复家长", "answers.which", id="whom?"),
        pytest.param("答复家长 好的", "answers.which", id="no number"),
        pytest.param("答复家长 99 好的", "answer.unknown", id="not there"),
        pytest.param("答复家长 99", "answer.unknown", id="not there, step by step"),
        pytest.param(f"答复家长 {'9' * 30} 好的", "answers.which", id="no number of ours"),
        pytest.param("答复家长 1 " + "好" * 501, "answer.long", id="too long"),
    ],
)
async def test_what_is_refused(world: World, two: School, told: Update, chen: Chat, said: str, key: str):
    await wrote(world, told, two.liu, "几点集合?")
    await chen.say(said)
    assert chen.heard(key)
    assert await own(world, told, two.liu) == ["几点集合?"]


@pytest.mark.parametrize("name", [*STRANGERS, "liu", "he"])
async def test_nobody_else_reads_or_replies(world: World, two: School, told: Update, name: str):
    number = await wrote(world, told, two.liu, "几点集合?")
    someone = world.chat(f"w-{name}")
    for said in ("家长留言", f"答复家长 {number}", f"答复家长 {number} 八点"):
        await someone.say(said)
        assert "几点集合" not in someone.reply.text
    assert someone.heard("answer.unknown")
    assert await own(world, told, two.liu) == ["几点集合?"]
