"""A guardian joins, reads and leaves; who is on no list asks the teacher; quiet hours."""

import pytest

from bot.inbox import Said
from models.base.texts import ENGLISH
from models.schools import members
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.school import School, enter_school, published


@pytest.fixture
async def school(world: World) -> School:
    return await enter_school(world.database)


async def reads(world: World, school: School, person: int) -> bool:
    async with world.database.read() as work:
        return await members.is_guardian_in(work, person, school.known.id)


async def tell(
    world: World, school: School, text: str = "明天带水彩笔。\n谢谢！", *, urgent: bool = False
) -> str:
    async with world.database.begin("citizen:1") as work:
        code = (await published(work, world.town.li_ming, school.known.id, text, urgent=urgent)).code
    await lives.deliver(world)
    return code


async def test_whom_the_list_names_joins_after_consenting(world: World, school: School, wang: Chat):
    await wang.say(f"join {school.code}")
    assert wang.heard("join.listed")
    assert wang.heard("join.consent")
    assert "王小明" in wang.reply.text
    assert not await reads(world, school, world.town.wang_fang)
    await wang.say("1")
    assert wang.heard("join.done")
    assert await reads(world, school, world.town.wang_fang)
    await wang.say(f"join {school.code}")
    assert wang.heard("school.in_already")


async def test_who_is_on_no_list_asks_and_the_teacher_lets_in(
    world: World, school: School, li: Chat, chen: Chat
):
    await chen.say(f"加入 {school.code.lower()}")
    assert chen.heard("join.which_child")
    await chen.say("陈小花")
    assert chen.heard("join.will_ask")
    await chen.say("1")
    assert chen.heard("join.asked")
    await lives.deliver(world)
    assert world.fakes.chat.told[-1].kind == "school_join_asked"
    assert "陈晓" not in world.fakes.chat.sent[-1][1]  # a name is shown to who looks, not sent
    await li.say("申请")
    assert li.heard("requests.one")
    assert li.heard("requests.child")
    assert "陈晓" in li.reply.text
    await li.say("1")
    assert li.heard("requests.let_in")
    assert await reads(world, school, world.town.chen_xiao)
    await lives.deliver(world)
    assert world.fakes.chat.told[-1].kind == "school_joined"
    await li.say("同意入班 1")
    assert li.heard("school.answered")


async def test_whether_there_is_such_a_child_is_not_told(world: World, school: School, li: Chat, chen: Chat):
    await chen.say(f"加入 {school.code} 同意 李大明")
    assert chen.heard("join.asked")
    await li.say("申请")
    assert li.heard("requests.no_child")
    await li.say("1")
    assert li.heard("requests.turned_away")
    await lives.deliver(world)
    assert world.fakes.chat.told[-1].kind == "school_not_joined"
    assert not await reads(world, school, world.town.chen_xiao)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param("加入", "join.how", id="no code"),
        pytest.param("加入 三年二班", "join.how", id="no code either"),
        pytest.param("加入 22222222", "school.no_class", id="a code of no class"),
        pytest.param("退出", "school.not_in", id="leaving, being in none"),
        pytest.param("退出 3-2", "school.not_in", id="leaving another's class"),
        pytest.param("班级", "classes.none", id="classes of who has none"),
        pytest.param("动态", "updates.none", id="updates of who has none"),
        pytest.param("动态 AAAAAAAAAA", "school.no_update", id="an update that is not there"),
        pytest.param("申请", "requests.none", id="requests of who teaches nobody"),
        pytest.param("同意入班 1", "school.no_request", id="letting in as who teaches nobody"),
        pytest.param("谢绝入班 先生", "requests.how", id="turning away without a number"),
        pytest.param("发布 3-2 大家好", "publish.not_yours", id="publishing as who teaches nobody"),
        pytest.param("结果", "results.none", id="results of who published nothing"),
        pytest.param("撤回发布 AAAAAAAAAA", "publish.unknown", id="taking back another's"),
    ],
)
async def test_to_whom_it_is_refused(world: World, school: School, chen: Chat, said: str, key: str):
    await chen.say(said)
    assert chen.heard(key)


async def test_a_stranger_binds_first(school: School, stranger: Chat):
    await stranger.say(f"加入 {school.code}")
    assert stranger.heard("bind.first")


async def test_leaving_takes_the_consent_back(world: World, school: School, wang: Chat):
    await wang.say(f"join {school.code} agree")
    code = await tell(world, school)
    await wang.say("leave")
    assert wang.heard("leave.which")
    await wang.say("1")
    assert wang.heard("leave.done")
    await wang.say(f"updates {code}")
    assert wang.heard("school.no_update")
    assert not await reads(world, school, world.town.wang_fang)
    await wang.say(f"join {school.code}")
    assert wang.heard("join.consent")


async def test_a_request_is_taken_back_by_leaving(world: World, school: School, li: Chat, chen: Chat):
    await chen.say(f"加入 {school.code} 同意 陈小花")
    await chen.say(f"加入 {school.code} 同意 陈小花")
    assert chen.heard("school.asked_already")
    await chen.say("班级")
    assert chen.heard("classes.asked")
    await chen.say("退出 3-2")
    await li.say("申请")
    assert li.heard("requests.none")


async def test_a_day_has_so_many_requests(world: World, school: School, chen: Chat):
    for _ in range(world.database.city.tariff.school.requests_a_day):
        await chen.say(f"加入 {school.code} 同意 陈小花")
        await chen.say("退出 3-2")
    await chen.say(f"加入 {school.code} 同意 陈小花")
    assert chen.heard("school.too_many_requests")


async def test_what_a_guardian_reads(world: World, school: School, wang: Chat):
    await wang.say(f"join {school.code} agree")
    code = await tell(world, school)
    told = world.fakes.chat.told[-1]
    assert (told.kind, told.locale) == ("school_update", ENGLISH)
    assert code in str(told.params["link"])
    await wang.say("classes")
    assert wang.heard("classes.read")
    await wang.say("1")
    assert wang.heard("updates.entry")
    await wang.say("1")
    assert "明天带水彩笔。\n谢谢！" in wang.reply.text  # as it was written
    assert wang.heard("updates.page")


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param("免打扰", "quiet.none", id="what holds"),
        pytest.param("免打扰 22-7", "quiet.set", id="over midnight"),
        pytest.param("免打扰 9点到18点", "quiet.set", id="by day, in words"),
        pytest.param("免打扰 22-24", "quiet.set", id="until midnight"),
        pytest.param("免打扰 关", "quiet.none", id="none"),
        pytest.param("免打扰 7-7", "quiet.how", id="no time at all"),
        pytest.param("免打扰 25-7", "quiet.how", id="no such hour"),
        pytest.param("免打扰 晚上", "quiet.how", id="no hours"),
    ],
)
async def test_quiet_hours(school: School, li: Chat, said: str, key: str):
    await li.say(said)
    assert li.heard(key)


async def test_quiet_hours_end(world: World, school: School, wang: Chat):
    """Ten in the morning is quiet: it comes at eleven, what is urgent at once."""
    await wang.say(f"join {school.code} agree")
    await wang.say("quiet hours 9-11")
    await tell(world, school, "不急")
    assert not world.fakes.chat.told
    await tell(world, school, "很急", urgent=True)
    assert world.fakes.chat.told[-1].kind == "school_update_urgent"
    world.pass_time(hours=1)
    await lives.deliver(world)
    assert world.fakes.chat.told[-1].kind == "school_update"


async def test_a_class_code_leads_whoever_follows(world: World, school: School, li: Chat, stranger: Chat):
    words = f"加入 {school.code}"
    li.reply = await world.inbox.answer(Said("o-li", "o-li/follow", words, "subscribe"))
    assert li.heard("welcome.to_class")
    await li.say("1")
    assert li.heard("join.which_child")
    stranger.reply = await world.inbox.answer(Said("o-stranger", "o-stranger/follow", words, "subscribe"))
    assert stranger.heard("welcome.bind_for_class")
