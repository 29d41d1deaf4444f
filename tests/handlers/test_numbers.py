"""Numbered answers: each works, for ten minutes, and only where it was offered."""

import pytest

from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.lives import Life
from tests.helpers import WANG_PLATE


async def several(world: World) -> str:
    """Six open cases, the last two decided."""
    numbers = [await lives.recorded(world, f"R{position}") for position in range(4)]
    return (numbers + [await lives.decided(world, f"D{position}") for position in range(2)])[0]


async def nothing(world: World) -> str:
    """No case at all."""
    del world
    return ""


OFFERS = [
    pytest.param(nothing, "罚单", 3, id="no cases"),
    pytest.param(nothing, "帮助", 2, id="help"),
    pytest.param(nothing, "信用分", 3, id="score"),
    pytest.param(nothing, "限制", 2, id="no restrictions"),
    pytest.param(nothing, "记分", 2, id="points"),
    pytest.param(nothing, "电子送达", 2, id="consent"),
    pytest.param(nothing, "语言 中文", 1, id="language"),
    pytest.param(nothing, "今天天气不错", 2, id="not understood"),
    pytest.param(nothing, "help me pay", 2, id="suggestions"),
    pytest.param(nothing, "罚单 粤T99999", 1, id="a plate without cases"),
    pytest.param(lives.recorded, "罚单", 4, id="one case"),
    pytest.param(lives.recorded, "案件 {}", 3, id="a case"),
    pytest.param(lives.recorded, "接受 {}", 1, id="a proposal"),
    pytest.param(lives.recorded, "缴款 {}", 1, id="to be decided before it is paid"),
    pytest.param(lives.decided, "罚单", 4, id="a decided case"),
    pytest.param(lives.paid, "{}", 1, id="a closed case"),
    pytest.param(lives.overdue, "限制", 1, id="a warning"),
    pytest.param(several, "罚单", 6, id="many cases"),
    pytest.param(several, "缴款", 2, id="several to pay"),
]


@pytest.mark.parametrize(("life", "text", "offers"), OFFERS)
async def test_each_offered_number_does_something(world: World, li: Chat, life: Life, text: str, offers: int):
    asked = text.format(await life(world))
    await li.say(asked)
    assert len(li.reply.choices) == offers
    for number in range(offers):
        await li.say(asked)
        await li.say(str(number + 1))
        assert not li.heard("unknown.text")
        assert not li.heard("unknown.maybe")


@pytest.mark.parametrize(("life", "text", "offers"), OFFERS)
async def test_zero_is_a_person_wherever_numbers_are_offered(
    world: World, li: Chat, life: Life, text: str, offers: int
):
    await li.say(text.format(await life(world)))
    await li.say("0")
    assert li.heard("person.ticket")


async def test_numbers_of_who_is_not_bound(stranger: Chat):
    await stranger.do("subscribe")
    await stranger.say("2")
    stranger.language = "en"
    assert stranger.heard("language.now")
    await stranger.do("subscribe")
    await stranger.say("1")
    assert stranger.heard("bind.how")


@pytest.mark.parametrize(
    ("later", "understood"),
    [
        pytest.param({"minutes": 9, "seconds": 59}, True, id="within ten minutes"),
        pytest.param({"minutes": 10}, False, id="after ten minutes"),
    ],
)
@pytest.mark.parametrize("number", ["1", "0"])
async def test_a_number_is_good_for_ten_minutes(
    world: World, li: Chat, later: dict, understood: bool, number: str
):
    await li.say("罚单")
    world.wall.move(**later)
    await li.say(number)
    assert li.heard("unknown.text") is not understood


@pytest.mark.parametrize(
    ("before", "number"),
    [
        pytest.param([], "1", id="nothing was offered yet"),
        pytest.param([], "0", id="not even a person"),
        pytest.param(["罚单"], "4", id="more than was offered"),
        pytest.param(["罚单", "缴款"], "1", id="the last answer offered nothing"),
        pytest.param(["罚单", "缴款"], "0", id="nor a person"),
    ],
)
async def test_a_number_that_was_not_offered(li: Chat, before: list[str], number: str):
    for text in before:
        await li.say(text)
    await li.say(number)
    assert li.heard("unknown.text")


async def test_a_number_means_what_the_last_answer_offered(world: World, li: Chat):
    await lives.recorded(world)
    await li.say("罚单")
    await li.say("帮助")
    await li.say("2")
    assert li.heard("points.balance")


async def test_numbers_are_each_citizens_own(world: World, li: Chat, wang: Chat):
    his = await lives.recorded(world)
    hers = await lives.recorded(world, "R2", plate=WANG_PLATE)
    await li.say("罚单")
    await wang.say("fines")
    assert his in await li.say("2")
    assert hers in await wang.say("1")
    assert hers not in li.reply.text
