"""转给 / nominate, 撤回 / withdraw, 同意 / agree, 拒绝 / decline: as owner and driver say it."""

import pytest

from handlers.nominate import parts_of
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.test_binding import code
from tests.helpers import OVERLOAD, WANG_FANG, WANG_PLATE

NUMBER = "442012003481"


async def code_of(world: World) -> str:
    """The code of the last request, as the driver reads it in the chat."""
    await lives.deliver(world)
    _, text = world.fakes.chat.sent[-1]
    return next(
        word for word in text.replace('"', " ").replace(",", " ").split() if len(word) == 6 and word.isdigit()
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param(NUMBER, {"case": NUMBER}, id="the case"),
        pytest.param(f"{NUMBER} 赵磊", {"case": NUMBER, "name": "赵磊"}, id="case and name"),
        pytest.param(f"{NUMBER}赵磊", {"case": NUMBER, "name": "赵磊"}, id="without a gap"),
        pytest.param(f"赵磊 {NUMBER}", {"case": NUMBER, "name": "赵磊"}, id="the other way round"),
        pytest.param(
            "4420 1200 3481 赵磊 6717",
            {"case": "4420 1200 3481", "name": "赵磊", "ending": "6717"},
            id="all, with gaps",
        ),
        pytest.param(
            f"{NUMBER} 赵磊 671x", {"case": NUMBER, "name": "赵磊", "ending": "671X"}, id="an X at the end"
        ),
        pytest.param("赵磊 6717", {"name": "赵磊", "ending": "6717"}, id="name and ending"),
        pytest.param("44201200348 赵磊", {"case": "44201200348", "name": "赵磊"}, id="a digit is missing"),
        pytest.param(f"{NUMBER} Zhao Lei", {"case": NUMBER}, id="no Chinese name"),
    ],
)
def test_the_parts_of_a_message(text: str, parts: dict[str, str]) -> None:
    assert parts_of(text) == parts


async def test_one_message_names_the_driver_who_agrees_by_code(world: World, li: Chat, wang: Chat) -> None:
    number = await lives.recorded(world)
    assert "王*" in await li.say(f"转给 {number} 王芳")
    assert li.heard("nominate.asked")
    request = await wang.say("agree")
    assert all(fact in request for fact in ("李*", "粤T·***45", "兴中道", "¥200.00", "licence points: 3"))
    assert not any(private in request for private in ("李明", "粤T12345", "13800000001"))
    await wang.say(f"agree {await code_of(world)}")
    assert wang.heard("takeover.done")
    await lives.deliver(world)
    assert "案号" in world.fakes.chat.sent[-1][1]
    assert number in await wang.say("fines")
    await li.say(number)
    assert li.heard("case.unknown")
    await wang.say(f"accept {number}")
    assert wang.heard("accept.proposal")


async def test_from_the_case_step_by_step(world: World, li: Chat) -> None:
    number = await lives.recorded(world)
    assert "2 转给驾驶人" in await li.say(number)
    await li.say("2")
    assert li.heard("nominate.ask_name")
    await li.say("王芳 0002")
    assert li.heard("nominate.asked")
    assert "王*" in await li.say(number)
    assert li.heard("nominate.state.open")
    await li.say("1")
    assert li.heard("withdraw.done")


async def test_the_word_alone_asks_what_is_missing(world: World, li: Chat) -> None:
    await li.say("转给")
    assert li.heard("nominate.none")
    first = await lives.recorded(world, "R1")
    second = await lives.recorded(world, "R2")
    answer = await li.say("转给 王芳")
    assert li.heard("nominate.which")
    assert first in answer
    assert second in answer
    await li.say("1")
    assert li.heard("nominate.asked")
    await li.say("转给")
    assert li.heard("nominate.state.open")
    assert li.heard("nominate.which")


async def test_of_one_case_only_the_driver_is_missing(world: World, li: Chat) -> None:
    await lives.recorded(world)
    await li.say("转给")
    assert li.heard("nominate.ask_name")
    await li.say("王芳")
    assert li.heard("nominate.asked")


async def test_both_see_what_waits(world: World, li: Chat, wang: Chat) -> None:
    number = await lives.recorded(world)
    await li.say(f"转给 {number} 王芳")
    await wang.say("nominate")
    assert wang.heard("takeover.waits")
    await wang.say("1")
    assert wang.heard("takeover.request")
    await wang.say("2")
    assert wang.heard("takeover.declined")
    assert "等驾驶人答复" not in await li.say("罚单")
    await wang.say("decline")
    assert wang.heard("takeover.nothing")


async def test_the_owner_waits_for_the_answer(world: World, li: Chat, wang: Chat) -> None:
    number = await lives.recorded(world)
    await li.say(f"转给 {number} 王芳")
    assert "等驾驶人答复" in await li.say("罚单")
    for word in ("接受", "确认"):
        await li.say(f"{word} {number}")
        assert li.heard("accept.nominated")
    await li.say(f"缴款 {number}")
    assert li.heard("pay.decide_first")
    await li.say(f"转给 {number} 王芳")
    assert li.heard("nominate.already")


async def test_above_the_online_limits_an_officer_looks(world: World, li: Chat, wang: Chat) -> None:
    number = await lives.recorded(world, code=OVERLOAD)
    await li.say(f"转给 {number} 王芳")
    assert "an officer" in await wang.say("agree")
    await wang.say("1")
    assert wang.heard("takeover.checked")
    await li.say("转给")
    assert li.heard("nominate.state.consented")
    await li.say(f"撤回 {number}")
    assert li.heard("withdraw.being_checked")


async def test_who_is_not_bound_binds_first_and_then_answers(world: World, li: Chat, wang: Chat) -> None:
    number = await lives.recorded(world)
    await li.say(f"转给 {number} 王芳")
    asked = await code_of(world)
    new = world.chat("o-new")
    await new.say(f"同意 {asked}")
    assert new.heard("takeover.bind_first")
    claim = WANG_FANG.claim
    await new.say(f"绑定 {claim.name} {claim.resident_id} {claim.phone}")
    await new.say(await code(world))
    await new.say(f"同意 {asked}")
    assert new.heard("takeover.done")


@pytest.mark.parametrize("word", ["同意", "拒绝"])
async def test_nobody_answers_for_another(world: World, li: Chat, chen: Chat, word: str) -> None:
    number = await lives.recorded(world)
    await li.say(f"转给 {number} 王芳")
    await chen.say(f"{word} {await code_of(world)}")
    assert chen.heard("takeover.unknown_code")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("转给 {number} 李明", "nominate.own_name", id="oneself"),
        pytest.param("转给 {number} 钱七", "nominate.unknown_name", id="nobody of this name"),
        pytest.param("转给 {number} 陈晓", "nominate.minor", id="a minor"),
        pytest.param("转给 {hers} 王芳", "nominate.not_yours", id="another's case"),
        pytest.param("转给 442012003481 王芳", "case.mistyped", id="a wrong check digit"),
        pytest.param("转给 4420120034 王芳", "case.how", id="too few digits"),
        pytest.param("撤回 {number}", "withdraw.nothing", id="nothing to take back"),
        pytest.param("同意 123456", "takeover.unknown_code", id="no such code"),
    ],
)
async def test_what_cannot_be_done_says_why_and_the_way_on(
    world: World, li: Chat, text: str, answer: str
) -> None:
    number, hers = await lives.recorded(world), await lives.recorded(world, "R2", plate=WANG_PLATE)
    await li.say(text.format(number=number, hers=hers))
    assert li.heard(answer)


@pytest.mark.parametrize("text", ["转给", "转给 442012003480 王芳", "撤回 442012003480"])
async def test_who_is_not_bound_names_nobody(stranger: Chat, text: str) -> None:
    await stranger.say(text)
    assert stranger.heard("bind.first")
