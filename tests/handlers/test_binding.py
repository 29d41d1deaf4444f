"""绑定 / bind: the claim in one message or in steps, the SIM register, the code, and whom the account belongs to then."""

import pytest
from sqlalchemy import select

from models.base.ports import GatewayDown
from models.identity.rules import Claim
from models.identity.tables import bind_codes, people
from models.post.outbox import outbox
from tests.acts.queries import count
from tests.handlers.chat import Chat, World
from tests.helpers import LI_MING, WANG_FANG, resident_id
from tests.service import delivery

NAME, ID, PHONE = LI_MING.claim.name, LI_MING.claim.resident_id, LI_MING.claim.phone
WHOLE = f"{NAME} {ID} {PHONE}"
BAD_ID = ID[:-1] + ("1" if ID[-1] != "1" else "2")


async def code(world: World) -> str:
    """The six digits of the last text message."""
    await delivery(world.database, world.fakes).drain()
    return world.fakes.sms.sent[-1].params["code"]


def another(code: str) -> str:
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def tries(world: World) -> int:
    """The tries counted against the last code."""
    async with world.database.read() as work:
        return int(await work.scalar(select(bind_codes.c.tries).order_by(bind_codes.c.id.desc())))


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([f"绑定 {WHOLE}"], id="in one message"),
        pytest.param(["绑定", WHOLE], id="the word, then the rest"),
        pytest.param(["绑定", NAME, ID, PHONE], id="in steps"),
        pytest.param(["绑定", PHONE, NAME, ID], id="in steps, in another order"),
        pytest.param(["绑定", "帮助", NAME, "罚单", ID, PHONE], id="other commands in between"),
        pytest.param([f"绑定 姓名:{NAME} 身份证号:{ID} 手机号:{PHONE}"], id="with labels"),
        pytest.param([f"绑定\n姓名：{NAME}\n身份证：{ID}\n电话：{PHONE}"], id="labels on lines of their own"),
        pytest.param([f"绑定，我叫{NAME}，身份证{ID}，手机{PHONE}。"], id="as a sentence"),
        pytest.param([f"绑定{PHONE},{ID},{NAME}"], id="commas"),
        pytest.param([f"绑定 {NAME} {ID} +86{PHONE}"], id="phone with +86"),
        pytest.param([f"绑定 {NAME} {ID} 86-{PHONE}"], id="phone with 86"),
        pytest.param([f"绑定 {NAME} {ID} 138 0000 0001"], id="phone in groups"),
        pytest.param([f"绑定 {NAME} {ID} 138-0000-0001"], id="phone with hyphens"),
        pytest.param([f"绑定 {NAME} 442000 18900520 {ID[14:]} {PHONE}"], id="ID in groups"),
        pytest.param(["绑定", f"{NAME} {BAD_ID} {PHONE}", ID], id="a wrong ID mended"),
        pytest.param(["绑定", f"{NAME} {ID} 12800000001", PHONE], id="a wrong phone mended"),
        pytest.param([f"bind {WHOLE}"], id="the English word"),
    ],
)
async def test_the_claim_however_it_comes_leads_to_a_code(world: World, stranger: Chat, messages: list[str]):
    for message in messages:
        await stranger.say(message)
    assert stranger.heard("bind.code_sent")
    assert "138****0001" in stranger.reply.text
    assert world.fakes.sim_register.asked == [LI_MING.claim]
    sent = await code(world)
    assert world.fakes.sms.sent[-1].phone == PHONE
    await stranger.say(sent)
    assert stranger.heard("bind.done")
    assert stranger.heard("consent.question")
    assert await stranger.say("罚单")
    assert stranger.heard("fines.none.open")


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        pytest.param(f"绑定 {NAME}", "身份证号、本人手机号", id="only a name"),
        pytest.param(f"绑定 {ID}", "姓名、本人手机号", id="only an ID"),
        pytest.param(f"绑定 {NAME} {ID}", "本人手机号", id="all but the phone"),
    ],
)
async def test_what_is_missing_is_asked_for_by_name(stranger: Chat, message: str, missing: str):
    assert missing in await stranger.say(message)
    assert stranger.heard("bind.missing")


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        pytest.param("绑定", "bind.how", id="the word alone"),
        pytest.param("绑定 hello", "bind.not_understood", id="nothing that could be a part"),
        pytest.param(f"绑定 {NAME} {BAD_ID} {PHONE}", "error.resident_id", id="a wrong check digit"),
        pytest.param(f"绑定 {NAME} {ID[:-1]} {PHONE}", "error.resident_id", id="17 characters"),
        pytest.param(f"绑定 {NAME} {ID} 12800000001", "error.phone", id="no mobile number"),
    ],
)
async def test_a_claim_that_cannot_be_read(world: World, stranger: Chat, message: str, answer: str):
    await stranger.say(message)
    assert stranger.heard(answer)
    assert world.fakes.sim_register.asked == []
    async with world.database.read() as work:
        assert await count(work, outbox) == 0


async def test_the_register_does_not_answer_and_what_was_sent_is_kept(world: World, stranger: Chat):
    world.fakes.sim_register.trouble = GatewayDown("timeout")
    await stranger.say(f"绑定 {WHOLE}")
    assert stranger.heard("bind.register_down")
    world.fakes.sim_register.trouble = None
    await stranger.say("绑定")
    assert stranger.heard("bind.code_sent")


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(f"{NAME} {ID} {WANG_FANG.claim.phone}", id="somebody else's phone"),
        pytest.param(f"{WANG_FANG.claim.name} {ID} {PHONE}", id="somebody else's name"),
        pytest.param(f"{NAME} {WANG_FANG.claim.resident_id} {PHONE}", id="somebody else's ID"),
    ],
)
async def test_one_answer_for_every_mismatch(world: World, stranger: Chat, claim: str):
    await stranger.say(f"绑定 {claim}")
    assert stranger.heard("bind.mismatch")
    async with world.database.read() as work:
        assert await count(work, outbox) == 0
    await stranger.say("绑定")
    assert stranger.heard("bind.how"), "the claim is not kept: it is started again"


async def test_wrong_codes_are_counted_and_five_void_the_code(world: World, stranger: Chat):
    await stranger.say(f"绑定 {WHOLE}")
    sent = await code(world)
    for left in (4, 3, 2, 1):
        assert str(left) in await stranger.say(another(sent))
        assert stranger.heard("bind.wrong_code")
        assert await tries(world) == 5 - left
    for text in (another(sent), sent):  # the fifth wrong one, and then the right one: too late
        await stranger.say(text)
        assert stranger.heard("bind.too_many_tries")
    assert stranger.heard("bind.too_many_tries")


async def test_a_wrong_try_delivered_twice_counts_once(world: World, stranger: Chat):
    await stranger.say(f"绑定 {WHOLE}")
    wrong = another(await code(world))
    assert await stranger.say(wrong) == await stranger.say_again(wrong)
    assert await tries(world) == 1


async def test_a_code_that_was_not_asked_for(stranger: Chat):
    await stranger.say("123456")
    assert stranger.heard("bind.no_code")


async def test_a_code_is_good_for_ten_minutes(world: World, stranger: Chat):
    await stranger.say(f"绑定 {WHOLE}")
    sent = await code(world)
    world.wall.move(minutes=10, seconds=1)
    await stranger.say(sent)
    assert stranger.heard("bind.code_expired")


async def test_a_code_is_good_only_for_the_account_that_asked(world: World, stranger: Chat, tourist: Chat):
    await stranger.say(f"绑定 {WHOLE}")
    await tourist.say(await code(world))
    assert tourist.heard("bind.no_code")


async def test_one_code_a_minute_and_so_many_a_day(world: World, stranger: Chat):
    await stranger.say(f"绑定 {WHOLE}")
    await stranger.say(f"绑定 {WHOLE}")
    assert stranger.heard("bind.code_just_sent")
    for _ in range(world.database.city.tariff.binding.codes_per_day - 1):
        world.wall.move(minutes=15)
        await stranger.say(f"绑定 {WHOLE}")
        assert stranger.heard("bind.code_sent")
    world.wall.move(minutes=15)
    await stranger.say(f"绑定 {WHOLE}")
    assert stranger.heard("bind.too_many_codes")


async def test_a_bound_account_is_not_bound_again_and_nobody_is_asked(world: World, li: Chat):
    await li.say(f"绑定 {WHOLE}")
    assert li.heard("bind.already")
    await li.say("123456")
    assert li.heard("bind.already")


async def test_another_wechat_takes_over_and_the_earlier_one_is_told_by_text(
    world: World, li: Chat, stranger: Chat
):
    await stranger.say(f"绑定 {WHOLE}")
    await stranger.say(await code(world))
    assert stranger.heard("bind.done")
    await delivery(world.database, world.fakes).drain()
    told = world.fakes.sms.sent[-1]
    assert (told.template, told.phone) == ("account_moved", PHONE)
    assert "12123" in told.text
    await li.say("罚单")
    assert li.heard("bind.first")


async def test_a_visitor_whom_the_registers_do_not_know_can_bind(world: World, stranger: Chat):
    visitor = Claim("赵敏", resident_id("18920101"), "13900000009")
    world.fakes.sim_register.holders.add(visitor)
    await stranger.say(f"绑定 {visitor.name} {visitor.resident_id} {visitor.phone}")
    await stranger.say(await code(world))
    assert stranger.heard("bind.done")
    assert "赵*" in stranger.reply.text
    async with world.database.read() as work:
        assert await count(work, people) == 4
