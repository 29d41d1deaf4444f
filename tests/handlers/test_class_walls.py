"""Who may not: every command about a class or an update of it, said by everybody who does not belong to it. Nothing of it is told."""

from dataclasses import dataclass, replace

import pytest

from models.identity import acts as identity
from models.identity import store
from models.identity.acts import PersonEntry
from models.schools import broadcast, membership, registers
from models.schools.registers import ClassEntry, TeacherEntry
from tests.handlers.chat import Chat, World
from tests.handlers.test_school import school
from tests.helpers import CHEN_XIAO, LI_MING, resident_id
from tests.school import FIRST_DAY, LAST_DAY, NAME, SCHOOL, School, joined, listed_too, published

__all__ = ["school"]
SECRET = "春游去博物馆"
COMMANDS = {
    "updates": "动态",
    "one update": "动态 {code}",
    "a draft": "动态 {draft}",
    "results": "结果",
    "its results": "结果 {code}",
    "take it back": "撤回发布 {code}",
    "publish": "发布 3-2 大家好",
    "publish the draft": "发布 确认 {draft}",
    "make the draft urgent": "发布 加急 {draft}",
    "throw the draft away": "发布 放弃 {draft}",
    "requests": "申请",
    "let in": "同意入班 {request}",
    "turn away": "谢绝入班 {request}",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A class that was told something, with a draft and a request that wait."""

    code: str
    draft: str
    request: int


@pytest.fixture
async def told(world: World, school: School) -> Told:
    """Wang Fang read the class and left; Chen Xiao teaches another class; a stranger is bound to nobody; Sun asks to be let in."""
    town = world.town
    async with world.database.begin("test") as work:
        await registers.enter_class(work, ClassEntry(SCHOOL, NAME, "3-1", FIRST_DAY, LAST_DAY))
        await registers.enter_teacher(work, TeacherEntry(SCHOOL, "3-1", CHEN_XIAO.claim.resident_id, None))
        sun, _ = await identity.enter_person(work, somebody())
        await store.save_account(work, "o-sun", person_id=sun, bound_at=work.now)
        await listed_too(work, school, CHEN_XIAO.claim.phone)
    await joined(world.database, school, town.wang_fang)
    async with world.database.begin("test") as work:
        await membership.ask(work, sun, school.known.id, "陈小花")
        [request] = await membership.waiting(work, town.li_ming)
        update = await published(work, town.li_ming, school.known.id, SECRET)
        draft = await broadcast.write(work, town.li_ming, school.known.id, SECRET)
        await membership.leave(work, town.wang_fang, school.known.id)
    return Told(update.code, draft.code, request.id)


def somebody() -> PersonEntry:
    """Somebody else than the town's people."""

    claim = replace(LI_MING.claim, name="孙丽", resident_id=resident_id("18911120"), phone="13800000009")
    return replace(LI_MING, claim=claim)


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("o-stranger", id="somebody who is not bound"),
        pytest.param("o-sun", id="somebody who asked, and was not answered"),
        pytest.param("o-wang", id="a guardian who left"),
        pytest.param("o-chen", id="a teacher of another class, on the list and not joined"),
    ],
)
async def test_nobody_else_sees_or_changes_it(world: World, told: Told, who: str):
    chat = world.chat(who)
    for command, said in COMMANDS.items():
        answer = await chat.say(said.format(code=told.code, draft=told.draft, request=told.request))
        assert SECRET not in answer, command
        assert "孙丽" not in answer, command
    async with world.database.begin("test") as work:  # all of it is as it was
        draft = await broadcast.draft_of(work, world.town.li_ming, told.draft)
        assert not draft.urgent
        assert (await broadcast.published_by(work, world.town.li_ming, told.code)).withdrawn_at is None
        assert [each.id for each in await membership.waiting(work, world.town.li_ming)] == [told.request]


async def test_who_belongs_to_it_does(world: World, school: School, told: Told, li: Chat, chen: Chat):
    assert SECRET in await li.say(f"动态 {told.code}")
    await chen.say(f"加入 {school.code} 同意")
    assert SECRET in await chen.say(f"动态 {told.code}")
    await chen.say(f"动态 {told.draft}")
    assert chen.heard("school.no_update")
