"""延期 / defer, 分期 / instalments: asked for step by step or at once, answered by an officer, taken back."""

from datetime import date, timedelta

import pytest

from models.violations.plan_rules import PlanKind, PlanState
from models.violations.tables import orders
from tests.acts.queries import count
from tests.handlers import lives, plans
from tests.handlers.chat import Chat, World
from tests.handlers.lives import Life

REASON = plans.REASON


async def test_more_time_step_by_step(world: World, li: Chat):
    number = await lives.served(world)
    await li.say("延期")
    assert li.heard("plan.which.deferral")
    await li.say("1")
    assert li.heard("plan.why")
    await li.say("穷")
    assert li.heard("plan.too_short")
    said = await li.say(REASON)
    assert li.heard("plan.filed")
    assert "3月9日(周一)" in said
    asked = await plans.the_newest(world, number)
    assert (asked.kind, asked.state, asked.reason) == (PlanKind.DEFERRAL, PlanState.ASKED, REASON)
    await li.say("延期")
    assert li.heard("plan.state.asked")


async def test_instalments_step_by_step_and_in_one_message(world: World, li: Chat):
    first, second = await lives.served(world), await lives.served(world, "R2")
    await li.say(f"分期 {first}")
    assert li.heard("plan.how_many")
    await li.say("7")
    assert li.heard("plan.wrong_count")
    await li.say(f"分期 {first}")
    await li.say("4")
    assert li.heard("plan.why")
    await li.say(REASON)
    assert (await plans.the_newest(world, first)).wished == 4
    await li.say(f"分期{second} 3期 {REASON}")
    assert li.heard("plan.filed")
    asked = await plans.the_newest(world, second)
    assert (asked.kind, asked.wished, asked.reason) == (PlanKind.INSTALMENTS, 3, REASON)


async def test_the_plan_is_in_the_case_the_list_and_the_payment(world: World, li: Chat):
    number = await lives.served(world)
    await plans.asked(world, number, PlanKind.INSTALMENTS, 2)
    await li.say(number)
    assert li.heard("case.plan.asked")
    await li.say("罚单")
    assert li.heard("fines.plan.asked")
    await plans.granted(world, number, [date(2026, 4, 1), date(2026, 5, 6)])
    assert "¥100.00" in await li.say(number)
    assert li.heard("case.plan.granted")
    assert li.heard("fines.cost.planned")
    said = await li.say(f"缴款 {number}")
    assert li.heard("pay.instalment")
    assert "?amount=100.00" in said
    await li.say("延期")
    assert li.heard("plan.state.granted")


async def test_the_last_day_of_a_deferral_is_the_day_to_pay(world: World, li: Chat):
    number = await lives.served(world)
    await plans.asked(world, number)
    await plans.granted(world, number, [date(2026, 4, 1)])
    assert "4月1日(周三)" in await li.say(f"缴款 {number}")
    assert li.heard("pay.by_plan")


async def test_it_is_taken_back(world: World, li: Chat):
    number = await lives.served(world)
    await plans.asked(world, number)
    await li.say(number)
    await li.say("3")  # what is offered beside paying and objecting
    assert li.heard("plan.withdrawn")
    assert (await plans.the_newest(world, number)).state is PlanState.WITHDRAWN
    await li.say("撤回延期")
    assert li.heard("plan.none_open")


@pytest.mark.parametrize(
    ("life", "text", "answer"),
    [
        pytest.param(lives.recorded, "延期 {}", "plan.undecided", id="not decided"),
        pytest.param(lives.paid, "延期 {}", "plan.closed", id="paid"),
        pytest.param(lives.recorded, "分期", "plan.none", id="nothing to ask for"),
        pytest.param(lives.served, "撤回延期 {}", "plan.nothing_open", id="nothing to take back"),
        pytest.param(lives.overdue, "延期 {}", "plan.why", id="late: it may still be asked for"),
    ],
)
async def test_what_is_answered_at_once(world: World, li: Chat, life: Life, text: str, answer: str):
    await li.say(text.format(await life(world)))
    assert li.heard(answer)


async def test_a_stranger_learns_nothing(world: World, stranger: Chat, wang: Chat):
    number = await lives.served(world)
    await stranger.say(f"延期 {number}")
    assert stranger.heard("bind.first")
    await wang.say(f"defer {number} no wages this month")
    assert wang.heard("case.unknown")


async def test_in_english_what_became_of_each(world: World, li: Chat):
    number = await lives.served(world)
    await li.say("English")
    li.language = "en"
    await li.say(f"defer {number} I lost my job")
    assert li.heard("plan.filed")
    await plans.refused(world, number)
    assert "the papers were seen" in await li.say("defer")
    await li.say(f"instalments {number} 2 parts, I lost my job")
    assert li.heard("plan.filed")
    await plans.granted(world, number, [world.civic.now().date() + timedelta(days=days) for days in (1, 30)])
    await plans.mornings(world, 5)
    await li.say("defer")
    assert li.heard("plan.state.broken")
    await li.say(f"defer {number}")
    assert li.heard("plan.asked_before")


async def test_what_was_paid_is_said_and_asking_to_pay_a_part_changes_nothing(world: World, li: Chat):
    number = await lives.served(world)
    said = await li.say(f"缴款 {number} 50元")
    assert li.heard("pay.part_link")
    assert "¥150.00" in said
    assert f"{world.database.city.links.token(number)}?amount=50.00" in said
    async with world.database.read() as work:
        assert await count(work, orders) == 0
    await plans.pay_part(world, number, 5000)
    assert "¥50.00" in await li.say(number)
    assert li.heard("fines.paid_so_far")
    await li.say(f"缴款 {number}")
    assert li.heard("pay.so_far")
    assert li.heard("pay.part_hint")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("缴款 {} 49.99", "pay.part_small", id="too small"),
        pytest.param("缴款 {} 500", "pay.part_too_much", id="more than there is"),
        pytest.param("缴款 {} 一点", "pay.how", id="no amount"),
        pytest.param("缴款 {} 200", "pay.link", id="just the bill"),
        pytest.param("缴款 {} {}", "pay.link", id="the same case twice"),
    ],
)
async def test_how_much_can_be_paid(world: World, li: Chat, text: str, answer: str):
    number = await lives.served(world)
    await li.say(text.format(number, number))
    assert li.heard(answer)


async def test_several_that_are_named_are_paid_together(world: World, li: Chat):
    one, other, third = [await lives.served(world, f"R{each}") for each in range(3)]
    del third
    said = await li.say(f"缴款 {other} {one}")
    token = world.database.city.links.token(*sorted((one, other)))
    assert li.heard("pay.together")
    assert "¥400.00" in said
    assert f"/c/{token}" in said
    await li.say(f"缴款 {one} {other} 50")
    assert li.heard("pay.part_of_one")
