"""Nobody but a class's teacher publishes to it from a page, and only from the page's own forms."""

from collections.abc import Awaitable, Callable
from html import unescape

import pytest
from sqlalchemy import insert

from models.schools import broadcast
from models.schools import tables as t
from tests.acts.queries import count
from tests.conftest import FixedClock
from tests.pages.school_reader import PASS
from tests.pages.school_writer import NEW, TEXT, Writer, Writers, rows
from tests.pages.world import World
from tests.two_classes import STRANGERS, School


def asked_by(someone: Writer, path: str, class_id: int) -> dict[str, Callable[[], Awaitable[int]]]:
    """Everything that can be asked of a draft, and of what was published; the page that was opened last lends its pass."""
    told = path.replace("/publish", "")
    return {
        "look": lambda: someone.open(path),
        "change": lambda: someone.open(f"{path}/change"),
        "picture": lambda: someone.open(f"{path}/picture/1"),
        "write": lambda: someone.press(NEW, text="大家好", **{"class": str(class_id)}),
        "rewrite": lambda: someone.press(path, text="大家好", **{"class": str(class_id)}),
        "add": lambda: someone.send(path),
        "drop": lambda: someone.press(f"{path}/drop"),
        "confirm": lambda: someone.press(f"{path}/confirm"),
        "away": lambda: someone.press(f"{path}/away"),
        "undo": lambda: someone.press(f"{told}/undo"),
    }


@pytest.mark.parametrize("name", [*STRANGERS, "liu", "nobody"])
async def test_nobody_else_sees_or_changes_anything(
    writer: Writers, world: World, town_school: School, name: str
) -> None:
    chen, someone = writer("chen"), writer(name)
    told = await chen.draft(town_school)
    await chen.press(f"{told}/confirm")
    path = await chen.draft(town_school)
    assert await chen.send(path) == 201
    await someone.open(NEW)
    own = someone.page  # only the other teacher has a form
    assert ("pass" in own) is (name == "qian")
    for draft in (path, told):
        for borrowed in (own, chen.page):
            for route, ask in asked_by(someone, draft, town_school.class_id).items():
                someone.page = borrowed
                status = await ask()
                refused = {422} if (route, borrowed) == ("write", own) and name == "qian" else {403, 404}
                assert status in refused, route
                assert "明天春游" not in someone.page or someone.page is borrowed, route
    async with world.database.read() as work:
        kept = await broadcast.written_by(work, town_school.chen, path[-10:])
        assert (kept.text, kept.published_at) == (TEXT, None)
        assert (await broadcast.written_by(work, town_school.chen, told[-10:])).withdrawn_at is None
        assert await count(work, t.updates) == 2
        assert await count(work, t.pictures) == 1


async def test_another_teacher_of_the_class_does_not_take_it_back(
    writer: Writers, world: World, town_school: School
) -> None:
    async with world.database.begin("test") as work:
        await work.run(insert(t.teachers).values(class_id=town_school.class_id, person_id=town_school.qian))
    chen, qian, liu = writer("chen"), writer("qian"), writer("liu")
    path = await chen.draft(town_school)
    await chen.press(f"{path}/confirm")
    await liu.open(chen.place)
    assert await liu.press(f"{chen.place}/answer", text="好的") == 303
    assert await qian.open(chen.place) == 200
    assert "/undo" not in qian.page
    assert await qian.press(f"{chen.place}/undo") == 422
    assert "没有找到" in qian.page


async def test_who_is_not_known_is_asked_of_wechat(
    writer: Writers, town_school: School, wall: FixedClock
) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school)
    wall.move(hours=2, seconds=1)
    assert await chen.press(f"{path}/confirm") == 401
    assert "没有发布" in chen.page
    assert await chen.send(path) == 401
    assert (await chen.get(path)).status == 303
    assert (await chen.come_in(path)).headers["Location"] == path
    assert await chen.open(path) == 200
    for code in ("ABC.DEF", "A" * 17, "班级"):
        assert (await chen.get(f"{NEW}/{code}")).status == 404


@pytest.mark.parametrize("given", ["", "x", "borrowed"])
async def test_only_the_pages_own_form_is_taken(
    writer: Writers, world: World, town_school: School, given: str
) -> None:
    chen = writer("chen")
    other = await chen.draft(town_school)
    borrowed = unescape(PASS.search(chen.page)[1])  # type: ignore[index]
    path = await chen.draft(town_school)
    said = {"pass": borrowed if given == "borrowed" else given}
    assert other != path
    for act in ("confirm", "away", "drop"):
        assert await chen.press(f"{path}/{act}", **said) == 403
    assert await chen.press(NEW, text=TEXT, **said, **{"class": str(town_school.class_id)}) == 403
    await chen.open(path)
    assert await chen.send(path, given=said["pass"]) == 403
    assert await rows(world, t.updates) == 2
