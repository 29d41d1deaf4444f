"""记分 / points: what stands and why, what the end of the cycle will do, what can be done; never more than a screen."""

from datetime import date, timedelta

import pytest

from models.base.texts import ENGLISH
from models.flows import decision, education, point_cycles
from models.identity import acts as identity
from models.licences import acts as licences
from models.licences.education import Learned
from models.licences.reduction_rules import Learnt
from models.licences.standing import Standing, Told, enter_standing
from models.violations import store
from tests.conftest import START
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.helpers import LI_MING, PARKING

TODAY = START.date()
HIS = LI_MING.claim.resident_id


async def posted(world: World, *points: int) -> None:
    """Points without a case of this city's, of 442012003480, ...1 and so on."""
    async with world.database.begin("officer:1") as work:
        await identity.hold(work, world.town.li_ming)
        for position, each in enumerate(points):
            await licences.post_decision(work, world.town.li_ming, each, f"44201200348{position}")


async def learned(world: World, reference: str, what: Learned) -> None:
    async with world.database.begin("officer:1") as work:
        await education.record(work, reference, HIS, what)
    await lives.deliver(world)


async def next_cycle(world: World) -> None:
    """1 June, and its job."""
    world.pass_time(days=(date(2026, 6, 1) - TODAY).days)
    async with world.database.begin("system:jobs") as work:
        await point_cycles.close_ending(work)
    await lives.deliver(world)


async def test_who_is_not_bound_sees_nothing(stranger: Chat):
    await stranger.say("记分")
    assert stranger.heard("bind.first")


async def test_without_a_licence(chen: Chat):
    await chen.say("记分")
    assert chen.heard("points.no_licence")


async def test_a_clean_licence(li: Chat, wang: Chat):
    assert "C1" in await li.say("记分")
    assert li.heard("points.balance")
    assert li.heard("points.clean")
    assert li.heard("points.others")
    assert "left: 12" in await wang.say("points")


async def test_points_with_the_case_they_come_from(world: World, li: Chat):
    number = await lives.decided(world)
    answer = await li.say("记分")
    assert li.heard("points.entry")
    assert all(
        fact in answer
        for fact in (number, "已记3分", "还剩9分", "3月2日", "超过规定时速", "5月31日", "6月1日")
    )
    assert li.heard("points.may_carry")
    assert li.heard("reduce.open")
    await li.say("1")
    assert li.heard("pay.link"), "what is unpaid comes first"


async def test_what_is_overdue_would_carry_over(world: World, li: Chat):
    await lives.overdue(world)
    assert "3分" in await li.say("记分")
    assert li.heard("points.would_carry")


async def test_paid_points_will_clear_and_can_be_taken_off(world: World, li: Chat):
    await lives.paid(world)
    await li.say("记分")
    assert li.heard("points.will_clear")
    assert li.heard("points.can_reduce")
    await li.say("English")
    assert "up to 6 in this cycle" in await li.say("points")


async def test_what_was_taken_off_is_an_entry(world: World, li: Chat):
    await lives.paid(world)
    await learned(world, "L-0001", Learned(Learnt.ON_SITE, TODAY, TODAY, 60, passed=True))
    answer = await li.say("记分")
    assert li.heard("points.reduced")
    assert all(fact in answer for fact in ("已记1分", "减2分", "还能减4分"))


async def test_what_carried_over_says_so(world: World, li: Chat):
    number = await lives.served(world)
    await next_cycle(world)
    assert number in await li.say("记分")
    assert li.heard("points.carried")
    assert li.heard("points.would_carry")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        pytest.param(Told(Standing.SUSPENDED), "suspended", id="suspended"),
        pytest.param(Told(valid_until=TODAY - timedelta(days=1)), "expired", id="overdue"),
        pytest.param(Told(probation_until=TODAY), "probation", id="on probation"),
        pytest.param(Told(cheated_on=TODAY), "cheated", id="cheating"),
    ],
)
async def test_why_nothing_can_be_taken_off(world: World, li: Chat, wang: Chat, told: Told, why: str):
    async with world.database.begin("import:licences") as work:
        for person in (world.town.li_ming, world.town.wang_fang):
            await enter_standing(work, person, told)
            await licences.post_decision(work, person, 1, f"44201200349{person}")
    await li.say("记分")
    assert li.heard(f"reduce.{why}")
    await wang.say("points")
    assert wang.heard(f"reduce.{why}")


async def test_many_entries_come_in_pages_the_latest_first(world: World, li: Chat):
    await posted(world, 1, 1, 1, 1, 1)
    answer = await li.say("记分")
    assert [digit for digit in "01234" if f"44201200348{digit}" in answer] == ["2", "3", "4"]
    assert "已记5分" in answer
    answer = await li.say("3")
    assert [digit for digit in "01234" if f"44201200348{digit}" in answer] == ["0", "1"]
    assert "44201200348" in await li.say("记分 99"), "beyond the end is the last page"


@pytest.mark.parametrize("text", ["积分 志愿", "记分 2 3", "points for reading"])
async def test_whoever_names_other_points_is_not_answered_with_these(li: Chat, text: str):
    await li.say(text)
    assert li.heard("points.how")


async def held(world: World) -> None:
    """Twelve points at once, six of them of a case that is not paid."""
    await posted(world, 6)
    number = await lives.recorded(world, "R7", code=PARKING)
    async with world.database.begin("officer:1") as work:
        await identity.hold(work, world.town.li_ming)
        case = await store.case(work, number)
        assert case is not None
        assert await decision.decide(work, decision.Proposal(case, None, consent=False))
        await licences.post_decision(work, world.town.li_ming, 6, number)
    await lives.deliver(world)


async def test_a_held_licence_says_what_gives_it_back(world: World, li: Chat):
    await held(world)
    answer = await li.say("记分")
    assert li.heard("points.held")
    assert li.heard("points.to_release")
    assert all(fact in answer for fact in ("学习7天", "已学0天", "待考试", "未缴1件"))
    world.pass_time(days=6)
    last = TODAY + timedelta(days=6)
    await learned(world, "S-0001", Learned(Learnt.FULL_STUDY, TODAY, last))
    await learned(world, "E-0001", Learned(Learnt.FULL_EXAM, last, last, passed=True))
    answer = await li.say("记分")
    assert all(fact in answer for fact in ("已学7天", "考试已合格", "未缴1件"))
    await li.say("English")
    li.language = ENGLISH
    answer = await li.say("points")
    assert all(fact in answer for fact in ("done: 7", "exam passed", "still open: 1"))
    await li.say("1")
    assert li.heard("pay.link")


async def test_what_is_recorded_at_the_limit_goes_to_the_counter(world: World, li: Chat):
    await posted(world, 12)
    number = await lives.recorded(world, "R8")
    await li.say(f"接受 {number}")
    assert li.heard("accept.held")
