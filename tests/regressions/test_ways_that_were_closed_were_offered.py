"""Who had taken a case over was offered to name another driver, and who had been answered to object again: both were then refused."""

from models.flows import nomination
from models.violations.challenge_rules import ChallengeState
from tests.handlers import lives, objections
from tests.handlers.chat import Chat, World
from tests.helpers import WANG_FANG


async def handed_to_wang(world: World) -> str:
    number = await lives.recorded(world)
    async with world.database.begin("citizen") as work:
        named = await nomination.nominate(work, world.town.li_ming, number, WANG_FANG.claim.name)
        await nomination.consent(work, world.town.wang_fang, named.nomination.code)
    return number


async def test_who_took_it_over_names_nobody(world: World, wang: Chat):
    number = await handed_to_wang(world)
    for said in ("fines", number):
        await wang.say(said)
        assert [choice.split()[0] for choice in wang.reply.choices if number in choice][-2:] == [
            "接受",
            "申诉",
        ]
    assert wang.heard("case.object_decided")
    await wang.say("nominate")
    assert wang.heard("nominate.none")


async def test_what_was_answered_is_not_asked_again(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"申诉 {number} 红灯时我在让救护车")
    await objections.answer(world, number, ChallengeState.UPHELD)
    await li.say(number)
    assert li.heard("case.nominate")
    assert not [choice for choice in li.reply.choices if choice.startswith("申诉")]
    await li.say("申诉")
    assert li.heard("object.no_other")
    await li.say(f"确认 {number}")
    await li.say(number)
    assert li.heard("case.review")
    assert f"复议 {number}" in li.reply.choices
    await li.say(f"复议 {number} 红灯时我在让救护车")
    await objections.answer(world, number, ChallengeState.UPHELD)
    await li.say(number)
    assert li.heard("case.answered")
    assert not [choice for choice in li.reply.choices if choice.startswith(("申诉", "复议"))]
