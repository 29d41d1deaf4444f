"""限制 / restrictions, with restrictions of travel; 限制异议: what is wrong with one."""

from datetime import date
from typing import Any

import pytest

from models.restrictions import listed, matters, pleas
from models.restrictions.matter_rules import Ending
from tests.handlers.chat import Chat, World
from tests.helpers import COURT, WANG_FANG, listed_matter


async def enter(world: World, kind: str = "court_debt", **changes: Any) -> str:
    async with world.database.begin("api:court") as work:
        return (await listed_matter(work, kind, **changes)).number


async def test_one_restriction_is_told_whole(world: World, li: Chat):
    number = await enter(world)
    assert await li.say("限制") == (
        f"3月12日(周四)起将不能使用：飞机、火车（软卧）。原因：法院执行债务，编号 {number}。\n"
        "到3月11日(周六)为止。\n"
        "决定机关：示范市人民法院；依据：《最高人民法院关于限制被执行人高消费及有关消费的若干规定》第3条。\n"
        "履行义务后立即解除。就医、奔丧、考试等急需的，可以请法院暂时解除。\n"
        f"有异议或记录有误，发送“限制异议 {number} 理由”。\n" + li.reply.text.splitlines()[-1]
    )
    assert li.reply.choices == (f"限制异议 {number}", "帮助")


async def test_the_same_in_english(world: World, wang: Chat):
    number = await enter(world, person=WANG_FANG)
    said = await wang.say("restrictions")
    assert said.startswith(
        f"From Thu 12 Mar you cannot use: planes, trains (soft sleeper). Why: a court debt, number {number}."
    )
    assert "Supreme People's Court on restricting consumption, art. 3" in said
    assert f'send "object to restriction {number}" and why' in said


async def test_what_is_free_for_a_while_is_said(world: World, li: Chat):
    number = await enter(world)
    async with world.database.begin("api:court") as work:
        days = (date(2026, 3, 20), date(2026, 3, 22))
        await matters.exempt(work, number, COURT, "air", *days, "奔丧")
    assert "3月20日(周五)至3月22日(周日)暂时解除：飞机。" in await li.say(f"限制 {number}")


async def test_several_are_told_in_short_and_each_can_be_asked_for(world: World, li: Chat):
    first, second = await enter(world), await enter(world, "exit_ban", document="D2")
    said = await li.say("限制")
    assert f"不能使用：出境。原因：限制出境，编号 {second}，自3月2日(周一)起。" in said
    assert set(li.reply.choices) == {f"限制 {first}", f"限制 {second}"}
    assert "请向作出决定的法院办理解除" in await li.say(f"限制 {second}")


async def test_an_objection_step_by_step(world: World, li: Chat):
    number = await enter(world)
    await li.say("限制异议")
    assert li.heard("plea.why.objection")
    await li.say("不对")
    assert li.heard("plea.too_short")
    await li.say("我已经全部履行完毕")
    assert li.heard("plea.filed.objection")
    async with world.database.read() as work:
        [plea] = await pleas.of_matter(work, number)
    assert plea.reason == "我已经全部履行完毕"
    await li.say("限制")
    assert li.heard("restrictions.matter_contested")
    await li.say(f"限制异议 {number} 再说一次也不对")
    assert li.heard("plea.open")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("限制异议 381512334706 这不是我的", "plea.unknown", id="nobody's number"),
        pytest.param("限制 381512334706", "plea.unknown", id="nor can it be looked at"),
        pytest.param("限制异议", "plea.which", id="nothing is held, so nothing to object to"),
    ],
)
async def test_only_ones_own(world: World, li: Chat, text: str, sentence: str):
    await enter(world, person=WANG_FANG)
    await li.say(text)
    assert li.heard(sentence)


async def test_when_it_is_over_nothing_is_left(world: World, li: Chat):
    number = await enter(world)
    async with world.database.begin("api:court") as work:
        await matters.close(work, number, COURT, Ending.PERFORMED)
        assert await listed.of_person(work, world.town.li_ming) == []
    await li.say("限制")
    assert li.heard("restrictions.none")
