"""The page of a class's update: its guardians and teachers see it, read it, write on it; nobody else learns that it is there."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, update

from models.base.ports import GatewayDown, GatewayRefused
from models.schools import membership
from models.schools import tables as t
from models.schools.learning_tables import answers
from models.schools.updates import Update
from tests.acts.queries import count
from tests.conftest import FixedClock
from tests.pages.school_reader import Reader
from tests.pages.world import Visitor, World
from tests.two_classes import STRANGERS, School, published, school

TEXT = "明天春游，请带水。\n八点校门口。"
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 64
CODE = "ABCDEFGHIJ"
PAGE = f"/school/{CODE}"
Readers = Callable[[str], Reader]


@pytest.fixture
async def town_school(world: World) -> School:
    return await school(world.database)


@pytest.fixture
async def told(world: World, town_school: School) -> Update:
    """With a picture and a link."""
    async with world.database.begin("teacher") as work:
        told = await published(work, town_school, CODE, text=TEXT)
        picture = {"blob": "b" * 32, "update_id": told.id, "content_type": "image/jpeg"}
        await work.run(insert(t.pictures).values(picture | {"added_at": work.now}))
    world.blobs.kept["b" * 32] = JPEG
    return told


@pytest.fixture
def reader(visitor: Visitor, world: World, told: Update) -> Readers:
    del told
    return lambda name: Reader(name, visitor, world)


async def has_read(world: World) -> list[int]:
    async with world.database.read() as work:
        return [row.person_id for row in await work.all(select(t.reads))]


async def test_whoever_looks_is_asked_of_wechat_and_remembered(reader: Readers, wall: FixedClock) -> None:
    liu = reader("liu")
    back = await liu.come_in(PAGE)
    assert (back.status, back.headers["Location"]) == (303, PAGE)
    cookie = back.headers["Set-Cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/school"):
        assert word in cookie
    assert "w-liu" not in cookie
    assert await liu.open(PAGE) == 200
    wall.move(hours=2, seconds=1)
    assert (await liu.get(PAGE)).status == 303  # asked again


async def test_the_language_stays(reader: Readers) -> None:
    liu = reader("liu")
    back = await liu.come_in(f"{PAGE}?lang=en")
    assert back.headers["Location"] == f"{PAGE}?lang=en"
    await liu.open(f"{PAGE}?lang=en")
    assert "Answer the teacher" in liu.page


@pytest.mark.parametrize(
    ("trouble", "status", "says"),
    [
        pytest.param(GatewayRefused("40029"), 403, "微信没有确认您的账号", id="refused"),
        pytest.param(GatewayDown("no answer"), 503, "微信暂时没有回应", id="down"),
    ],
)
async def test_wechat_does_not_say_who_it_is(
    reader: Readers, world: World, trouble: Exception, status: int, says: str
) -> None:
    world.login.trouble = trouble  # type: ignore[assignment]
    liu = reader("liu")
    back = await liu.come_in(PAGE)
    assert (back.status, liu.cookie) == (status, "")
    assert says in await back.text()


async def test_a_login_is_good_once_for_one_page_and_not_long(reader: Readers, world: World) -> None:
    liu = reader("liu")
    state = (await liu.get(PAGE)).headers["Location"].split("state=")[1]
    world.login.codes |= {f"c{each}": "w-liu" for each in range(4)}
    assert (await liu.get(f"/school/ANOTHER/wechat?code=c0&state={state}")).status == 403
    assert (await liu.get(f"{PAGE}/wechat?code=c0&state={state[:-1]}x")).status == 403
    assert (await liu.get(f"{PAGE}/wechat?code=c0&state={state}")).status == 303
    assert (await liu.get(f"{PAGE}/wechat?code=c1&state={state}")).status == 403
    late = (await liu.get(PAGE)).headers["Location"].split("state=")[1]
    world.wall.move(minutes=10, seconds=1)
    assert (await liu.get(f"{PAGE}/wechat?code=c2&state={late}")).status == 403


async def test_what_a_guardian_sees(reader: Readers) -> None:
    liu = reader("liu")
    assert await liu.open(PAGE) == 200
    for word in ("示范小学3-2", "陈洁", TEXT, "https://school.example.org/trip", "发送给老师"):
        assert word in liu.page
    for word in ("何静", "刘小雨", "何子轩", "送达和阅读"):
        assert word not in liu.page
    picture = await liu.get(f"{PAGE}/picture/1")
    assert (picture.status, picture.content_type, await picture.read()) == (200, "image/jpeg", JPEG)
    assert picture.headers["Cache-Control"] == "no-store"
    assert [(await liu.get(f"{PAGE}/picture/{each}")).status for each in ("0", "2", "x", "%00")] == [404] * 4


async def test_a_guardians_first_look_is_the_receipt(
    reader: Readers, world: World, town_school: School
) -> None:
    liu, chen = reader("liu"), reader("chen")
    await chen.open(PAGE)
    assert await has_read(world) == []  # the teacher's is none
    for _ in range(2):
        await liu.open(PAGE)
    assert await has_read(world) == [town_school.liu]


def routes_for(someone: Reader) -> dict[str, Callable[[], object]]:
    """Everything that can be asked of an update."""
    return {
        "page": lambda: someone.open(PAGE),
        "picture": lambda: someone.open(f"{PAGE}/picture/1"),
        "answer": lambda: someone.write(PAGE, "好的"),
    }


@pytest.mark.parametrize("name", [*STRANGERS, "nobody"])
async def test_strangers_see_nothing_and_not_that_there_is_something(
    reader: Readers, world: World, town_school: School, name: str
) -> None:
    del town_school
    stranger = reader(name)
    for route, ask in routes_for(stranger).items():
        assert await ask() in ({403} if route == "answer" else {404}), route  # type: ignore[misc]
        assert TEXT not in stranger.page
    shown = stranger.page
    await stranger.open("/school/ABCDEFGHIK")
    assert shown == stranger.page
    assert ("绑定" in shown) is (name == "nobody")
    assert await has_read(world) == []
    async with world.database.read() as work:
        assert await count(work, answers) == 0


async def test_who_is_not_known_cannot_do_anything(reader: Readers) -> None:
    someone = reader("liu")
    assert (await someone.get(f"{PAGE}/picture/1")).status == 303
    assert await someone.post(f"{PAGE}/answer", data={"text": "好的"}) == 401
    for code in ("ABC.DEF", "A" * 17, "班级"):
        assert (await someone.get(f"/school/{code}")).status == 404


@pytest.mark.parametrize("cookie", ["x", "t1:AAAA", "t1:" + "A" * 80, ""])
async def test_a_cookie_that_was_not_made_here(reader: Readers, cookie: str) -> None:
    someone = reader("liu")
    someone.cookie = cookie
    assert (await someone.get(PAGE)).status == 303
    assert await someone.write(PAGE, "好的") == 401


async def test_who_leaves_the_class_is_a_stranger_from_then_on(
    reader: Readers, world: World, town_school: School
) -> None:
    liu = reader("liu")
    await liu.open(PAGE)
    async with world.database.begin("citizen:1") as work:
        await membership.leave(work, town_school.liu, town_school.class_id)
    assert await liu.write(PAGE, "好的") == 403
    assert await liu.open(f"{PAGE}/picture/1") == 404
    assert await liu.open(PAGE) == 404


async def test_a_conversation_on_the_page(reader: Readers) -> None:
    liu, he, chen = reader("liu"), reader("he"), reader("chen")
    for each in (liu, he, chen):
        await each.open(PAGE)
    assert "还没有家长回复" in chen.page
    assert await liu.write(PAGE, "几点<b>集合?") == 303
    await chen.open(PAGE)
    assert "几点&lt;b&gt;集合?" in chen.page
    assert "刘洋 · 等您答复" in chen.page
    assert await chen.write(PAGE, "八点", to="1") == 303
    await chen.open(PAGE)
    assert "等您答复" not in chen.page
    await liu.open(PAGE)
    assert "八点" in liu.page
    await he.open(PAGE)
    assert "几点" not in he.page
    assert "八点，" not in he.page


@pytest.mark.parametrize(
    ("name", "text", "to", "says"),
    [
        pytest.param("liu", " ", "", "还没有写内容", id="nothing"),
        pytest.param("liu", "好" * 501, "", "最多500个字", id="too much"),
        pytest.param("chen", "八点", "99", "没有这条家长留言", id="a reply to nothing"),
        pytest.param("chen", "八点", "", "没有这条家长留言", id="a reply to nobody"),
        pytest.param("chen", "八点", "x" * 30, "没有这条家长留言", id="a reply to what is no number"),
    ],
)
async def test_what_was_not_sent_stays_in_the_form(
    reader: Readers, name: str, text: str, to: str, says: str
) -> None:
    he, someone = reader("he"), reader(name)
    await he.open(PAGE)
    await he.write(PAGE, "好的")
    await someone.open(PAGE)
    assert await someone.write(PAGE, text, to) == 422
    assert says in someone.page
    assert f"{text}</" in someone.page
    assert f'href="{PAGE}?lang=en"' in someone.page


async def test_only_the_pages_own_form_can_answer(reader: Readers, wall: FixedClock) -> None:
    liu, he = reader("liu"), reader("he")
    await liu.open(PAGE)
    await he.open(PAGE)
    his = he.page
    for given in ("", "x", liu.token):
        assert await liu.write(PAGE, "好的", **{"pass": given}) == 403
    liu.page, mine = his, liu.page
    assert await liu.write(PAGE, "好的") == 403  # somebody else's
    liu.page = mine
    assert await liu.post(f"{PAGE}/answer", data={"pass": "x"}) == 403
    wall.move(hours=2, seconds=1)
    assert await liu.write(PAGE, "好的") == 401


async def test_what_was_taken_back(reader: Readers, world: World) -> None:
    liu, chen = reader("liu"), reader("chen")
    await liu.open(PAGE)
    async with world.database.begin("teacher") as work:
        await work.run(update(t.updates).values(withdrawn_at=work.now))
    assert await liu.write(PAGE, "好的") == 422
    for each in (liu, chen):
        assert await each.open(PAGE) == 200
        assert "收回" in each.page
        assert TEXT not in each.page
        assert "picture" not in each.page
        assert not each.token
    assert await liu.open(f"{PAGE}/picture/1") == 404
