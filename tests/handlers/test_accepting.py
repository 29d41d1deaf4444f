"""接受 / accept and 确认 / confirm: the proposal, the confirmation, and each reason against."""

import pytest

from models.base.db import Work
from models.licences import acts as licences
from models.violations.tables import cases
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.lives import Life
from tests.helpers import (
    CHEN_PLATE,
    HORN,
    OVERLOAD,
    PARKING,
    RED_LIGHT,
    SPEEDING,
    WANG_PLATE,
)


async def state(world: World, number: str) -> str:
    async with world.database.read() as work:
        return str(
            await work.scalar(cases.select().with_only_columns(cases.c.state).where(cases.c.number == number))
        )


async def test_first_the_proposal_then_the_decision(world: World, li: Chat):
    number = await lives.recorded(world)
    proposal = await li.say(f"接受 {number}")
    assert li.heard("accept.proposal")
    assert all(
        fact in proposal for fact in ("兴中道", "超过规定时速", "第90条", "¥200.00", "记3分", "陈述和申辩")
    )
    assert await state(world, number) == "notified", "nothing is decided by looking"
    await li.say("1")
    assert li.heard("accept.done_by_letter")
    assert await state(world, number) == "decided"
    await li.say("1")
    assert li.heard("pay.link")


async def test_the_same_in_english(world: World, wang: Chat):
    number = await lives.recorded(world, plate=WANG_PLATE)
    assert "speeding by 10 to 20 %" in await wang.say(f"accept {number}")
    await wang.say(f"confirm {number}")
    assert wang.heard("accept.done_by_letter")


async def test_with_consent_the_decision_comes_by_text_and_serves_it(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say("电子送达 同意")
    await li.say(f"接受 {number}")
    assert li.heard("accept.rights")
    await li.say(f"确认 {number}")
    assert li.heard("accept.done")
    await lives.deliver(world)
    assert world.fakes.sms.sent[-1].template == "decision_made"
    assert await state(world, number) == "served"


async def test_without_a_number_the_only_case_is_meant(world: World, li: Chat):
    number = await lives.recorded(world)
    assert number in await li.say("接受")
    assert li.heard("accept.proposal")


@pytest.mark.parametrize(
    ("open_cases", "answer"),
    [pytest.param(0, "accept.none", id="none"), pytest.param(2, "accept.which", id="two")],
)
async def test_without_a_number_and_not_one_case(world: World, li: Chat, open_cases: int, answer: str):
    for position in range(open_cases):
        await lives.recorded(world, f"R{position}")
    await li.say("接受")
    assert li.heard(answer)


async def nothing_more(world: World, work: Work) -> None:
    """The case alone is reason enough."""


async def nine_points(world: World, work: Work) -> None:
    """Nine of twelve points are on the licence."""
    await licences.post_decision(work, world.town.li_ming, 9, "442012003481")


REFUSALS = [
    pytest.param(OVERLOAD, nothing_more, "accept.no_amount", "人民路1号", id="an officer sets the fine"),
    pytest.param(HORN, nothing_more, "accept.unknown_points", "人民路1号", id="points unknown"),
    pytest.param(SPEEDING, nine_points, "accept.points_full", "12分", id="12 points would be reached"),
]


@pytest.mark.parametrize(("offence", "before", "answer", "way_on"), REFUSALS)
@pytest.mark.parametrize("word", ["接受", "确认"])
async def test_what_cannot_be_decided_here(world: World, li: Chat, word, offence, before, answer, way_on):
    number = await lives.recorded(world, code=offence)
    async with world.database.begin("officer:1") as work:
        await before(world, work)
    assert way_on in await li.say(f"{word} {number}")
    assert li.heard(answer)
    assert number in li.reply.text
    assert await state(world, number) == "notified"


@pytest.mark.parametrize("word", ["接受", "确认"])
@pytest.mark.parametrize(("fine", "points"), [(20001, 6), (20000, 9)], ids=["a fen too much", "9 points"])
async def test_above_what_can_be_done_online(world: World, li: Chat, word: str, fine: int, points: int):
    number = await lives.recorded(world, code=RED_LIGHT)
    async with world.database.begin("officer:1") as work:
        await work.run(cases.update().values(fine=fine, points=points))
    assert "¥200.00、6分" in await li.say(f"{word} {number}")
    assert li.heard("accept.over_limit")


@pytest.mark.parametrize("word", ["接受", "确认"])
async def test_exactly_the_limit_can_be_done_online(world: World, li: Chat, word: str):
    number = await lives.recorded(world, code=RED_LIGHT)
    await li.say(f"{word} {number}")
    assert li.heard("accept.proposal" if word == "接受" else "accept.done_by_letter")


async def test_a_minor_is_handled_in_person(world: World, chen: Chat):
    number = await lives.recorded(world, plate=CHEN_PLATE, code=PARKING)
    assert "家长" in await chen.say(f"接受 {number}")
    assert chen.heard("accept.minor")


async def test_points_need_a_licence(world: World, chen: Chat):
    number = await lives.recorded(world, plate=CHEN_PLATE)
    world.pass_time(days=600)  # grown up by then, and still without a licence
    assert f"转给 {number}" in await chen.say(f"接受 {number}")
    assert chen.heard("accept.no_licence")


@pytest.mark.parametrize(
    "life",
    [
        pytest.param(lives.decided, id="decided"),
        pytest.param(lives.served, id="served"),
        pytest.param(lives.overdue, id="overdue"),
        pytest.param(lives.paid, id="paid"),
        pytest.param(lives.erased, id="erased"),
        pytest.param(lives.voided, id="voided"),
    ],
)
@pytest.mark.parametrize("word", ["接受", "确认"])
async def test_what_is_decided_is_decided(world: World, li: Chat, life: Life, word: str):
    number = await life(world)
    await li.say(f"{word} {number}")
    assert li.heard("accept.not_open")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("接受 442012003480", "case.unknown", id="accept: no such case"),
        pytest.param("确认 442012003480", "case.unknown", id="confirm: no such case"),
        pytest.param("接受 442012003481", "case.mistyped", id="accept: a wrong check digit"),
        pytest.param("确认 442012003481", "case.mistyped", id="confirm: a wrong check digit"),
        pytest.param("接受 12", "case.how", id="accept: no number"),
        pytest.param("确认", "case.how", id="confirm: nothing"),
        pytest.param("确认 好的", "case.how", id="confirm: words"),
    ],
)
async def test_wrong_numbers(li: Chat, text: str, answer: str):
    await li.say(text)
    assert li.heard(answer)


@pytest.mark.parametrize("word", ["接受", "确认"])
async def test_another_citizens_case_cannot_be_accepted(world: World, li: Chat, word: str):
    hers = await lives.recorded(world, plate=WANG_PLATE)
    await li.say(f"{word} {hers}")
    assert li.heard("case.unknown")
    assert await state(world, hers) == "notified"


@pytest.mark.parametrize("word", ["接受", "确认"])
async def test_who_is_not_bound_accepts_nothing(world: World, stranger: Chat, word: str):
    await stranger.say(f"{word} {await lives.recorded(world)}")
    assert stranger.heard("bind.first")


async def test_confirming_twice_decides_once(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"确认 {number}")
    await li.say(f"确认 {number}")
    assert li.heard("accept.not_open")
    async with world.database.read() as work:
        balance = await licences.balance(work, world.town.li_ming)
        assert await count(work, cases, state="decided") == 1
    assert balance is not None
    assert balance.points == 3
