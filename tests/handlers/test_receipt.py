"""收据 / receipt: a link to what was paid, for its owner only."""

import re

import pytest

from models.flows import voiding
from models.violations import store
from models.violations.bill_tables import receipts
from models.violations.grounds import VoidGround
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.lives import Life

LINK = re.compile(r"https://shimin\.test/r/([0-9A-Za-z-]+)")


async def issued(world: World) -> int:
    async with world.database.read() as work:
        return await count(work, receipts)


@pytest.mark.parametrize("with_number", [True, False], ids=["by number", "the only one"])
async def test_a_link(world: World, li: Chat, with_number: bool):
    number = await lives.paid(world)
    reply = await li.say(f"收据 {number}" if with_number else "收据")
    assert li.heard("receipt.ready")
    assert "¥200.00" in reply
    assert LINK.search(reply)


async def test_in_english(world: World, li: Chat):
    number = await lives.paid(world)
    await li.say("English")
    english = Chat(li.inbox, li.openid, "en", said=li.said)
    await english.say(f"receipt {number}")
    assert english.heard("receipt.ready")


async def test_asking_again_is_the_same_receipt(world: World, li: Chat):
    await lives.paid(world)
    codes = {LINK.search(await li.say("收据"))[1].partition("-")[0] for _ in range(2)}  # type: ignore[index]
    assert (len(codes), await issued(world)) == (1, 1)


@pytest.mark.parametrize(
    ("life", "answer"),
    [
        pytest.param(lives.served, "receipt.nothing", id="not paid yet"),
        pytest.param(lives.recorded, "receipt.none_due", id="not even decided"),
        pytest.param(lives.voided, "receipt.none_due", id="voided, and never paid"),
    ],
)
async def test_no_receipt_for_what_was_not_paid(world: World, li: Chat, life: Life, answer: str):
    number = await life(world)
    await li.say(f"收据 {number}")
    assert li.heard(answer)
    assert await issued(world) == 0


async def test_nothing_was_ever_paid(li: Chat):
    await li.say("收据")
    assert li.heard("receipt.none")


async def test_somebody_elses_case_is_an_unknown_one(world: World, wang: Chat):
    await wang.say(f"receipt {await lives.paid(world)}")
    assert wang.heard("case.unknown")
    assert await issued(world) == 0


async def test_several_to_choose_from_the_last_paid_first(world: World, li: Chat):
    first = await lives.paid(world, "R1")
    world.pass_time(hours=1)
    second = await lives.paid(world, "R2")
    await li.say("收据")
    assert li.heard("receipt.which")
    assert second in await li.say("1")
    await li.say("收据")
    assert first in await li.say("2")


async def test_what_went_back_says_so(world: World, li: Chat):
    number = await lives.paid(world)
    async with world.database.begin("officer:1") as work:
        case = await store.case(work, number)
        assert case
        await voiding.void(work, case, "officer:1", VoidGround.OTHER, "重复处罚")
    await li.say(f"收据 {number}")
    assert li.heard("receipt.returned")
