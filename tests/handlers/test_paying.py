"""缴款 / pay: a link to the page; nothing is charged by asking."""

import pytest

from models.violations.tables import orders
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.lives import Life
from tests.helpers import WANG_PLATE


@pytest.mark.parametrize(
    ("life", "answer", "total"),
    [
        pytest.param(lives.decided, "pay.link", "¥200.00", id="decided"),
        pytest.param(lives.served, "pay.link", "¥200.00", id="served"),
        pytest.param(lives.overdue, "pay.link_surcharge", "¥212.00", id="overdue by two days"),
    ],
)
@pytest.mark.parametrize("with_number", [True, False], ids=["by number", "the only one"])
async def test_a_link(world: World, li: Chat, life: Life, answer: str, total: str, with_number: bool):
    number = await life(world)
    reply = await li.say(f"缴款 {number}" if with_number else "缴款")
    assert li.heard(answer)
    assert total in reply
    assert f"https://shimin.test/c/{world.database.city.links.token(number)}" in reply
    async with world.database.read() as work:
        assert await count(work, orders) == 0


@pytest.mark.parametrize(
    ("life", "answer"),
    [
        pytest.param(lives.recorded, "pay.decide_first", id="not decided"),
        pytest.param(lives.paid, "pay.nothing", id="paid"),
        pytest.param(lives.erased, "pay.nothing", id="erased"),
        pytest.param(lives.voided, "pay.nothing", id="voided"),
    ],
)
async def test_nothing_to_pay_on_this_case(world: World, li: Chat, life: Life, answer: str):
    number = await life(world)
    await li.say(f"缴款 {number}")
    assert li.heard(answer)


async def test_what_is_not_decided_leads_to_the_proposal(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"缴款 {number}")
    await li.say("1")
    assert li.heard("accept.proposal")


async def test_nothing_to_pay_at_all(world: World, li: Chat):
    await li.say("缴款")
    assert li.heard("pay.none")
    await lives.recorded(world)
    await li.say("缴款")
    assert li.heard("pay.decide_first"), "the only case there is, and what to do with it"
    await lives.recorded(world, "R2")
    await li.say("缴款")
    assert li.heard("pay.none")


async def test_several_can_be_paid(world: World, li: Chat):
    numbers = {await lives.decided(world, f"R{position}") for position in range(2)}
    await li.say("缴款")
    assert li.heard("pay.together")
    links = [await choose(li, number) for number in ("1", "2")]
    assert {number for number in numbers for link in links if number in link} == numbers


async def choose(chat: Chat, number: str) -> str:
    """Ask again, then choose."""
    await chat.say("缴款")
    return await chat.say(number)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("缴款 442012003480", "case.unknown", id="no such case"),
        pytest.param("缴款 全部", "case.how", id="no number"),
    ],
)
async def test_wrong_numbers(li: Chat, text: str, answer: str):
    await li.say(text)
    assert li.heard(answer)


async def test_another_citizens_case_shows_no_link(world: World, li: Chat):
    hers = await lives.recorded(world, plate=WANG_PLATE)
    assert "https" not in await li.say(f"缴款 {hers}")
    assert li.heard("case.unknown")


@pytest.mark.parametrize("text", ["缴款", "缴款 442012003481"])
async def test_who_is_not_bound_pays_nothing(stranger: Chat, text: str):
    await stranger.say(text)
    assert stranger.heard("bind.first")


async def test_in_english(world: World, li: Chat):
    await lives.overdue(world)
    await li.say("English")
    li.language = "en"
    await li.say("pay")
    assert li.heard("pay.link_surcharge")
