"""The answer to an objection or a review: told with its reasons, in both languages, and watched until it is there."""

import pytest

from models.base.texts import CHINESE, ENGLISH
from models.identity import acts as identity
from models.post import desk
from models.violations import challenges
from models.violations.challenge_rules import ChallengeState
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.objections import REASON, answer
from tests.service import scheduler


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
@pytest.mark.parametrize(
    ("word", "life", "outcome", "told"),
    [
        pytest.param(
            "object", lives.recorded, ChallengeState.UPHELD, "record_upheld", id="the record stands"
        ),
        pytest.param(
            "object", lives.served, ChallengeState.UPHELD, "decision_upheld", id="a decision stands"
        ),
        pytest.param("review", lives.served, ChallengeState.UPHELD, "review_upheld", id="a review"),
        pytest.param("object", lives.recorded, ChallengeState.ERASED, "erased", id="erased"),
        pytest.param("object", lives.served, ChallengeState.VOIDED, "voided", id="voided"),
        pytest.param("review", lives.paid, ChallengeState.VOIDED, "voided_paid", id="voided, and paid"),
    ],
)
async def test_each_answer_is_told_with_its_reasons(
    world: World, word: str, life: lives.Life, outcome: ChallengeState, told: str, language: str
):
    li = world.chat("o-li", language)
    async with world.database.begin("system:test") as work:
        await identity.choose_language(work, "o-li", language)
        await identity.follow(work, "o-li")
    number = await life(world)
    await li.say(f"{word} {number} {REASON}")
    await answer(world, number, outcome, "the lane was marked")
    pushed = next(each for each in world.fakes.chat.told if each.kind == f"challenge_{told}")
    text = world.fakes.chat.sent[world.fakes.chat.told.index(pushed)][1]
    assert number in text
    assert "the lane was marked" in text
    await li.say("object")
    assert li.heard(f"object.state.{outcome}")
    assert "the lane was marked" in li.reply.text


async def test_whoever_left_the_account_is_told_by_text(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"申诉 {number} {REASON}")
    async with world.database.begin("system:test") as work:
        await identity.unfollow(work, "o-li")
    await answer(world, number, ChallengeState.ERASED)
    sms = world.fakes.sms.sent[-1]
    assert (sms.template, number in sms.text) == ("challenge_erased", True)
    assert "粤T12345" not in sms.text


async def test_a_refund_is_told_when_it_is_through(world: World, li: Chat):
    number = await lives.paid(world)
    async with world.database.begin("system:test") as work:
        await identity.follow(work, "o-li")
    await li.say(f"复议 {number} {REASON}")
    await answer(world, number, ChallengeState.VOIDED)
    [(_, _, amount)] = world.fakes.payments.refunded
    assert amount == 20000
    assert "¥200.00" in world.fakes.chat.sent[-1][1]
    assert world.fakes.chat.told[-1].kind == "refund_done"


async def test_the_job_alerts_the_desk_in_time(world: World, li: Chat):
    """Filed on Monday 2 March, due on Monday the 9th: from Friday the 6th, but not before."""
    number = await lives.recorded(world)
    await li.say(f"申诉 {number} {REASON}")
    alerts = []
    for _ in range(5):
        world.pass_time(days=1)
        await scheduler(world.database, world.fakes).tick()
        async with world.database.read() as work:
            alerts.append(await count(work, desk.tickets, topic=challenges.ALERT, closed_at=None))
    assert alerts == [0, 0, 0, 1, 1]
    await answer(world, number, ChallengeState.UPHELD)
    async with world.database.read() as work:
        assert not await count(work, desk.tickets, subject=f"case {number}", closed_at=None)
