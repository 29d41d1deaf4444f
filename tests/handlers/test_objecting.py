"""申诉 / object, 复议 / review: the reason, the state, and each refusal with its way on."""

from collections.abc import Awaitable, Callable

import pytest

from models.violations.challenge_rules import ChallengeState, Kind
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.objections import REASON, answer, the_open_one
from tests.helpers import SPEEDING, decided_case


async def test_one_message_objects(world: World, li: Chat):
    number = await lives.recorded(world)
    said = await li.say(f"申诉 {number} {REASON}")
    assert li.heard("object.filed")
    assert li.heard("object.meanwhile_record")
    assert "3月9日" in said  # Monday 2 March and five working days
    filed = await the_open_one(world, number)
    assert (filed.kind, filed.reason, filed.photos) == (Kind.OBJECTION, REASON, 0)


async def test_a_reason_without_a_number_goes_along_with_the_choice(world: World, li: Chat):
    numbers = [await lives.recorded(world, record_no) for record_no in ("R1", "R2")]
    await li.say(f"申诉 {REASON}")
    assert li.heard("object.which.objection")
    await li.say("2")
    assert li.heard("object.filed")
    filed = [number for number in numbers if number in li.reply.text]
    assert (await the_open_one(world, filed[0])).reason == REASON


async def test_too_short_a_reason_is_asked_for_again(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"申诉 {number}")
    await li.say("不对")
    assert li.heard("object.too_short")
    await li.say(REASON)
    assert li.heard("object.filed")


async def test_the_case_shows_it_and_offers_to_withdraw(world: World, li: Chat):
    number = await lives.served(world)
    await li.say(f"申诉 {number} {REASON}")
    assert li.heard("object.meanwhile")
    await li.say(number)
    assert li.heard("case.objected")
    await li.say("2")
    assert li.heard("object.withdrawn")
    await li.say("撤回申诉")
    assert li.heard("object.none_open")
    await li.say(number)
    assert li.heard("case.object_decided")


async def test_a_case_under_objection_is_not_accepted(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"申诉 {number} {REASON}")
    await li.say(f"接受 {number}")
    assert li.heard("accept.challenged")
    await li.say(f"确认 {number}")
    assert li.heard("accept.challenged")


async def object_twice(world: World, li: Chat) -> str:
    number = await lives.recorded(world)
    await li.say(f"申诉 {number} {REASON}")
    return number


async def answered(world: World, li: Chat) -> str:
    number = await object_twice(world, li)
    await answer(world, number, ChallengeState.UPHELD)
    return number


async def answered_decision(world: World, li: Chat) -> str:
    number = await lives.served(world)
    await li.say(f"申诉 {number} {REASON}")
    await answer(world, number, ChallengeState.UPHELD)
    return number


async def reviewed(world: World, li: Chat) -> str:
    number = await lives.served(world)
    await li.say(f"复议 {number} {REASON}")
    assert li.heard("object.filed")
    await answer(world, number, ChallengeState.UPHELD)
    return number


def just(life: lives.Life) -> Callable[[World, Chat], Awaitable[str]]:
    """Whatever the citizen said before."""

    async def lived(world: World, li: Chat) -> str:
        del li
        return await life(world)

    return lived


async def long_ago(world: World, li: Chat) -> str:
    """Known for 61 days: the sixtieth was Friday 1 May, a day off, as was all until Tuesday 5 May."""
    del li
    number = await lives.served(world)
    world.pass_time(days=66)
    return number


@pytest.mark.parametrize(
    ("life", "word", "sentence"),
    [
        pytest.param(object_twice, "申诉", "object.open_already", id="open already"),
        pytest.param(answered, "申诉", "object.answered_open", id="answered, no decision yet"),
        pytest.param(answered_decision, "申诉", "object.answered", id="answered, decided"),
        pytest.param(just(lives.paid), "申诉", "object.paid", id="paid"),
        pytest.param(just(lives.erased), "申诉", "object.closed", id="erased"),
        pytest.param(just(lives.voided), "复议", "object.closed", id="voided"),
        pytest.param(just(lives.recorded), "复议", "object.undecided", id="nothing to review yet"),
        pytest.param(long_ago, "复议", "object.too_late", id="after the 60 days"),
        pytest.param(reviewed, "复议", "object.reviewed", id="reviewed before"),
    ],
)
async def test_refusals(
    world: World, li: Chat, life: Callable[[World, Chat], Awaitable[str]], word: str, sentence: str
):
    number = await life(world, li)
    await li.say(f"{word} {number}")  # before a reason is asked for
    assert li.heard(sentence), li.reply.text
    await li.say(f"{word} {number} {REASON}")
    assert li.heard(sentence), li.reply.text


async def test_nobody_objects_for_another(world: World, wang: Chat):
    number = await lives.recorded(world)
    await wang.say(f"object {number} it was not me at all")
    assert wang.heard("case.unknown")
    await wang.say(f"withdraw objection {number}")
    assert wang.heard("object.nothing_open")


async def test_with_nothing_open(world: World, li: Chat, stranger: Chat):
    await li.say("申诉")
    assert li.heard("object.none.objection")
    await li.say("复议")
    assert li.heard("object.none.review")
    await stranger.say("申诉")
    assert stranger.heard("bind.first")


async def test_a_paid_fine_may_be_reviewed(world: World, li: Chat):
    number = await lives.paid(world)
    await li.say(f"复议 {number} {REASON}")
    assert li.heard("object.filed")
    assert "5月1日" in li.reply.text  # 60 natural days


async def test_a_review_step_by_step(world: World, li: Chat):
    async with world.database.begin("citizen:1") as work:
        number = await decided_case(work, world.town.li_ming, code=SPEEDING)
    await li.say("复议")
    assert li.heard("object.which.review")
    await li.say("1")
    assert li.heard("object.why.review")
    await li.say(REASON)
    assert li.heard("object.filed")
    assert (await the_open_one(world, number)).kind is Kind.REVIEW
