"""限制 / restrictions: what is locked and why; 记分 / points is in `test_points.py`."""

import pytest

from scheduler.jobs import impose_ripe_measures
from tests.handlers import lives
from tests.handlers.chat import Chat, World

BOTH = pytest.mark.parametrize("text", ["限制", "记分"])


@BOTH
async def test_who_is_not_bound_sees_nothing(stranger: Chat, text: str):
    await stranger.say(text)
    assert stranger.heard("bind.first")


async def test_nobody_is_restricted_to_begin_with(li: Chat, wang: Chat):
    await li.say("限制")
    assert li.heard("restrictions.none")
    await wang.say("restrictions")
    assert wang.heard("restrictions.none")


async def test_from_the_warning_to_the_lock(world: World, li: Chat):
    number = await lives.overdue(world)
    assert number in await li.say("限制")
    assert li.heard("restrictions.announced"), "the warning has not gone out yet"
    await lives.deliver(world)
    assert "3月26日" in await li.say("限制"), "served on the 19th: the 7 days end with the 26th"
    assert li.heard("restrictions.announced_on")
    await world_goes_on(world, days=8)
    answer = await li.say("限制")
    assert li.heard("restrictions.wallet")
    assert all(fact in answer for fact in (number, "示范市公安局", "第9条", "3月27日"))
    await li.say("1")
    assert li.heard("pay.link_surcharge")


async def world_goes_on(world: World, *, days: int) -> None:
    """The measures that are ripe by then take hold."""
    world.pass_time(days=days)
    async with world.database.begin("system:jobs") as work:
        await impose_ripe_measures.JOB.run(work)
    await lives.deliver(world)


async def test_the_lock_in_english_names_the_ordinance_in_english(world: World, li: Chat):
    await lives.overdue(world)
    await lives.deliver(world)
    await world_goes_on(world, days=8)
    await li.say("English")
    assert "Model Town Ordinance" in await li.say("restrictions")
