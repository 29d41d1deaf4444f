"""限制 / restrictions and 记分 / points: each record on its own, with its reasons."""

import pytest

from models.licences import acts as licences
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


async def test_a_clean_licence(li: Chat, wang: Chat):
    assert "C1" in await li.say("记分")
    assert li.heard("points.balance")
    assert li.heard("points.clean")
    assert li.heard("points.others")
    assert "left: 12" in await wang.say("points")


async def test_points_with_the_cases_they_come_from(world: World, li: Chat):
    number = await lives.decided(world)
    answer = await li.say("记分")
    assert li.heard("points.entry")
    assert li.heard("points.advice")
    assert all(fact in answer for fact in (number, "已记3分", "还剩9分", "6月1日"))


async def test_only_the_latest_entries_are_shown(world: World, li: Chat):
    async with world.database.begin("officer:1") as work:
        for position in range(5):
            await licences.post_decision(work, world.town.li_ming, 1, f"44201200348{position}")
    answer = await li.say("记分")
    assert [digit for digit in "01234" if f"44201200348{digit}" in answer] == ["2", "3", "4"]
    assert "已记5分" in answer


async def test_without_a_licence(chen: Chat):
    await chen.say("记分")
    assert chen.heard("points.no_licence")
