"""Of four cases three were offered, and nothing said that there was a fourth or how it could be chosen; of 500, neither."""

from models.violations import payments, store
from models.violations.rules import State
from tests.handlers.chat import Chat, World
from tests.handlers.test_awkward import MANY, recorded

OF_RECORDS = (("转给", "nominate"), ("申诉", "object"))
OF_DECISIONS = (("延期", "defer"), ("分期", "instalments"), ("复议", "review"), ("申诉", "object"))


async def test_a_list_says_what_it_does_not_show(world: World, li: Chat):
    numbers = await recorded(world, 3)
    for chinese, _ in OF_RECORDS:
        await li.say(chinese)
        assert (len(li.reply.choices) >= 3, li.heard("which.more")) == (True, False)
    numbers += await recorded(world, 4)
    for chinese, _ in OF_RECORDS:
        assert "另有1宗没有列出，请写上12位案号" in await li.say(chinese)


async def test_of_five_hundred_each_can_be_chosen(world: World, li: Chat):
    """Each list fits on its screen, in both languages, and names the way to the cases that are not on it."""
    numbers = await recorded(world, MANY)
    await _look(li, OF_RECORDS)
    await li.say("接受")
    assert li.heard("accept.which")
    for number in (numbers[0], numbers[MANY // 2], numbers[-1]):
        assert number in await li.say(f"案件 {number}")
        await li.say(f"转给 {number}")
        assert li.heard("nominate.ask_name")
    async with world.database.begin("officer:1") as work:
        await store.move_all(work, numbers, State.DECIDED, decided_on=work.today, points=3)
        for number in numbers[:20]:
            await payments.impose(work, number, 20000)
        other = numbers[20:]
        await store.move_all(work, other, State.VOIDED, closed_on=work.today)
    await _look(li, OF_DECISIONS, left=20)
    assert "最早到期的10宗，合计 ¥2000.00" in await li.say("缴款")
    assert li.heard("pay.together_first")


async def _look(li: Chat, words: tuple[tuple[str, str], ...], left: int = MANY) -> None:
    for chinese, english in words:
        li.language = "zh_CN"
        await li.say("中文")
        assert f"另有{left - 3}宗没有列出" in await li.say(chinese)
        li.language = "en"
        await li.say("English")
        assert f"{left - 3} more cases are not listed" in await li.say(english)
        assert li.heard("which.more")
    li.language = "zh_CN"
    await li.say("中文")
