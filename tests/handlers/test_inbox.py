"""One message, one effect: duplicates, order, haste, accidents, on any channel."""

import asyncio

import pytest

from bot.inbox import MESSAGES_A_MINUTE, Said
from models.base.ephemeral import MemoryEphemeral
from models.post.inbox import inbox as inbox_table
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.service import Fakes, inbox


@pytest.mark.parametrize(
    "text",
    [pytest.param("确认 {}", id="a writing command"), pytest.param("罚单", id="a reading command")],
)
async def test_a_duplicate_gets_the_same_answer(world: World, li: Chat, text: str):
    asked = text.format(await lives.recorded(world))
    first = await li.say(asked)
    assert await li.say_again(asked) == first


async def test_a_writing_command_is_remembered_though_all_memory_is_lost(world: World, li: Chat):
    number = await lives.recorded(world)
    first = await li.say(f"确认 {number}")
    li.inbox = inbox(world.database, Fakes(ephemeral=MemoryEphemeral()))
    assert await li.say_again(f"确认 {number}") == first


async def test_so_is_a_number_that_stood_for_one(world: World, li: Chat):
    await li.say(f"接受 {await lives.recorded(world)}")
    first = await li.say("1")
    assert li.heard("accept.done_by_letter")
    li.inbox = inbox(world.database, Fakes(ephemeral=MemoryEphemeral()))
    assert await li.say_again("1") == first


async def test_and_a_refusal(world: World, li: Chat):
    number = await lives.decided(world)
    first = await li.say(f"确认 {number}")
    assert li.heard("accept.not_open")
    li.inbox = inbox(world.database, Fakes(ephemeral=MemoryEphemeral()))
    assert await li.say_again(f"确认 {number}") == first


async def test_three_deliveries_at_once_are_one_decision(world: World):
    said = Said("o-li", "o-li/1", f"确认 {await lives.recorded(world)}")
    answers = await asyncio.gather(*(world.inbox.answer(said) for _ in range(3)))
    assert len({answer.text for answer in answers}) == 1
    async with world.database.read() as work:
        assert await count(work, inbox_table) == 1


async def test_three_deliveries_to_three_processes_are_one_decision(world: World):
    said = Said("o-li", "o-li/1", f"确认 {await lives.recorded(world)}")
    processes = [inbox(world.database, world.fakes) for _ in range(3)]
    answers = await asyncio.gather(*(process.answer(said) for process in processes))
    assert len({answer.text for answer in answers}) == 1
    assert "已决定" in answers[0].text
    async with world.database.read() as work:
        assert await count(work, inbox_table) == 1


async def test_one_persons_messages_are_answered_in_order(world: World):
    texts = ["English", "帮助", "中文", "帮助", "English", "帮助"]
    said = [Said("o-li", f"o-li/{position}", text) for position, text in enumerate(texts)]
    answers = await asyncio.gather(*(world.inbox.answer(one) for one in said))
    assert [answer.text[:4] for answer in answers[1::2]] == ["Send", "发送文字", "Send"]


async def test_faster_than_a_person_types(world: World, li: Chat):
    for _ in range(MESSAGES_A_MINUTE):
        await li.say("帮助")
    await li.say("帮助")
    assert li.heard("error.too_fast")
    world.wall.move(seconds=61)
    await li.say("帮助")
    assert li.heard("help.bound")


async def test_an_accident_is_answered_changes_nothing_and_the_message_works_again(
    world: World, li: Chat, no_accident: list[BaseException]
):
    number = await lives.recorded(world)
    city, world.database.city = world.database.city, None  # type: ignore[assignment]
    await li.say(f"确认 {number}")
    assert li.heard("error.accident")
    assert isinstance(no_accident.pop(), AttributeError)
    world.database.city = city
    await li.say_again(f"确认 {number}")
    assert li.heard("accept.done_by_letter")
