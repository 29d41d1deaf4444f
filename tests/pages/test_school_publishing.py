"""A teacher publishes from a page: written, looked at, published by the act of the chat, taken back."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from bot.pages.school.draft import MOST_BYTES
from bot.pages.school.teacher import MOST_A_MINUTE
from models.base import audit
from models.post.tables import outbox
from models.schools import broadcast
from models.schools import tables as t
from tests.conftest import FixedClock
from tests.pages.school_writer import JPEG, NEW, TEXT, Writers, rows
from tests.pages.world import World
from tests.two_classes import School

LINK = "https://school.example.org/trip"


async def test_written_looked_at_published_and_taken_back(
    writer: Writers, world: World, town_school: School
) -> None:
    chen = writer("chen")
    back = await chen.come_in(NEW)
    assert (back.status, back.headers["Location"]) == (303, NEW)
    assert await chen.open(NEW) == 200
    assert "示范小学3-2" in chen.page
    assert "3-1" not in chen.page  # another teacher's
    path = await chen.draft(town_school, link=LINK, urgent="on")
    for word in ("明天春游", "八点校门口", LINK, "2位家长", "加急", "还没有发布"):
        assert word in chen.page
    assert await rows(world, outbox) == 0
    assert await chen.press(f"{path}/confirm") == 303
    told = chen.place
    assert told == path.replace("/publish", "")
    assert await rows(world, outbox) == 2
    assert await chen.open(told) == 200
    for word in ("明天春游", "送达和阅读", "60秒内可以撤回", "还在发送"):
        assert word in chen.page
    assert await chen.press(f"{told}/undo") == 303
    await chen.open(told)
    assert "收回" in chen.page
    assert "/undo" not in chen.page
    async with world.database.read() as work:
        [kept] = await work.all(select(t.updates))
    assert (kept.class_id, kept.author_id, kept.link, kept.urgent) == (
        town_school.class_id,
        town_school.chen,
        LINK,
        True,
    )
    assert kept.withdrawn_at is not None


async def test_pressed_twice_it_is_published_once(writer: Writers, world: World, town_school: School) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school)
    assert [await chen.press(f"{path}/confirm") for _ in range(2)] == [303, 303]
    assert chen.place == path.replace("/publish", "")
    assert await rows(world, outbox) == 2
    async with world.database.read() as work:
        events = await work.all(select(audit.events).where(audit.events.c.action == "update.published"))
    assert len(events) == 1
    for place in (path, f"{path}/change"):  # from then on the draft's pages lead to the update
        assert (await chen.get(place)).headers["Location"] == chen.place
    before = chen.page
    assert await chen.press(path, text="另一条", **{"class": str(town_school.class_id)}) == 422
    assert "已经发布" in chen.page
    chen.page = before
    assert await chen.press(f"{path}/away") == 303
    async with world.database.read() as work:
        assert (await broadcast.written_by(work, town_school.chen, path[-10:])).text == TEXT


async def test_written_differently(writer: Writers, world: World, town_school: School) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school, link=LINK, urgent="on")
    assert await chen.send(path) == 201
    assert await chen.open(f"{path}/change") == 200
    for word in (TEXT, LINK, "checked", f'value="{town_school.class_id}" selected'):
        assert word in chen.page
    assert await chen.press(path, text="改到后天。\r\n照旧", **{"class": str(town_school.class_id)}) == 303
    assert chen.place == path
    async with world.database.read() as work:
        [kept] = await work.all(select(t.updates))
        draft = await broadcast.written_by(work, town_school.chen, path[-10:])
    assert (draft.text, draft.link, draft.urgent) == ("改到后天。\n照旧", None, False)
    assert await rows(world, t.pictures) == 1
    assert kept.published_at is None


async def test_thrown_away(writer: Writers, world: World, town_school: School) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school)
    assert await chen.press(f"{path}/away") == 303
    assert chen.place == NEW
    assert await rows(world, t.updates) == 0
    form = chen.page
    for act in ("confirm", "away", "drop"):
        chen.page = form
        assert await chen.press(f"{path}/{act}") == 404
        assert "没有这份草稿" in chen.page
    assert await chen.open(path) == 404


LONG = "好" * 1001
REFUSED = [
    pytest.param({"text": " \n"}, "还没有写内容", id="nothing"),
    pytest.param({"text": LONG}, "最多1000个字", id="too long"),
    pytest.param({"link": "http://school.example.org"}, "以 https:// 开头", id="no safe link"),
    pytest.param({"link": "javascript:alert(1)"}, "以 https:// 开头", id="no link"),
    pytest.param({"link": "https://a.example/\x00b"}, "以 https:// 开头", id="not even text"),
    pytest.param({"link": "https://a.example/ b"}, "以 https:// 开头", id="two words"),
    pytest.param({"class": "3-1"}, "不是这个班的老师", id="another teacher's class"),
    pytest.param({"class": "99"}, "不是这个班的老师", id="a class that is not there"),
    pytest.param({"class": "x"}, "不是这个班的老师", id="no class"),
]


@pytest.mark.parametrize("fresh", [pytest.param(True, id="new"), pytest.param(False, id="changed")])
@pytest.mark.parametrize(("wrong", "says"), REFUSED)
async def test_what_is_refused_stays_in_the_form(
    writer: Writers, world: World, town_school: School, wrong: dict[str, str], says: str, fresh: bool
) -> None:
    chen = writer("chen")
    path = NEW if fresh else await chen.draft(town_school, text="原来的")
    await chen.open(NEW if fresh else f"{path}/change")
    form = {"class": str(town_school.class_id), "text": TEXT, "link": LINK, "urgent": "on"} | wrong
    form["class"] = str(town_school.classes.get(form["class"], form["class"]))
    assert await chen.press(path, **form) == 422
    page = unescape(chen.page)
    for word in (says, form["text"], f'value="{form["link"]}"', "checked"):
        assert word in page
    assert await rows(world, t.updates) == (0 if fresh else 1)
    if not fresh:
        async with world.database.read() as work:  # all of it, or nothing
            assert (await broadcast.written_by(work, town_school.chen, path[-10:])).text == "原来的"
    form |= {"class": str(town_school.class_id), "text": TEXT, "link": LINK}
    assert await chen.press(path, **form) == 303  # put right, from the page that said no


async def test_a_class_that_nobody_reads(writer: Writers, world: World, town_school: School) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school)
    async with world.database.begin("test") as work:
        await work.run(update(t.guardianships).values(left_at=work.now))
    assert await chen.press(f"{path}/confirm") == 422
    assert "还没有家长加入" in chen.page
    assert "明天春游" in chen.page


async def test_too_many_urgent_ones_and_the_year_is_over(
    writer: Writers, world: World, town_school: School, civic: FixedClock
) -> None:
    chen = writer("chen")
    for _ in range(3):
        path = await chen.draft(town_school, urgent="on")
        assert await chen.press(f"{path}/confirm") == 303
    path = await chen.draft(town_school, urgent="on")
    assert await chen.press(f"{path}/confirm") == 422
    assert "不加急再发" in chen.page
    assert "明天春游" in chen.page
    await chen.open(f"{path}/change")
    await chen.press(path, text=TEXT, **{"class": str(town_school.class_id)})
    await chen.open(path)
    async with world.database.begin("test") as work:
        await work.run(update(t.years).values(last_day=work.today - timedelta(days=1)))
    assert await chen.press(f"{path}/confirm") == 422
    assert "学年已经结束" in chen.page
    assert await rows(world, outbox) == 6


async def test_undo_comes_too_late(writer: Writers, town_school: School, wall: FixedClock) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school)
    await chen.press(f"{path}/confirm")
    told = chen.place
    await chen.open(told)
    wall.move(seconds=61)
    assert await chen.press(f"{told}/undo") == 422
    assert "不能撤回" in chen.page
    assert "明天春游" in chen.page
    await chen.open(told)
    assert "/undo" not in chen.page


async def test_pictures(writer: Writers, world: World, town_school: School) -> None:
    chen = writer("chen")
    path = await chen.draft(town_school)
    assert await chen.send(path, b"<svg onload='alert(1)'/>") == 422
    assert "JPG" in chen.why
    assert await chen.send(path, JPEG + bytes(MOST_BYTES)) == 413
    for _ in range(9):
        assert await chen.send(path) == 201
    assert await chen.send(path) == 422
    assert "最多附9张" in chen.why
    await chen.open(path)
    assert 'type="file"' not in chen.page
    shown = await chen.get(f"{path}/picture/9")
    assert (shown.status, shown.content_type, await shown.read()) == (200, "image/jpeg", JPEG)
    assert [(await chen.get(f"{path}/picture/{each}")).status for each in ("0", "10", "x")] == [404] * 3
    [first, *_] = re.findall(r'name="picture" value="(\w+)"', chen.page)
    assert [await chen.press(f"{path}/drop", picture=first) for _ in range(2)] == [303, 303]
    assert await rows(world, t.pictures) == 8
    assert await chen.press(f"{path}/confirm") == 303
    liu = writer("liu")
    await liu.open(path.replace("/publish", ""))
    assert liu.page.count("<img") == 8
    before = await rows(world, t.pictures)
    assert await chen.send(path) == 422
    assert await rows(world, t.pictures) == before


async def test_not_faster_than_by_hand(writer: Writers, world: World, town_school: School) -> None:
    chen = writer("chen")
    await chen.open(NEW)
    form = {"class": str(town_school.class_id), "text": " "}
    for _ in range(MOST_A_MINUTE):
        await chen.press(NEW, **form)
    assert await chen.press(NEW, **form | {"text": TEXT}) == 422
    assert "太频繁" in chen.page
    assert TEXT in chen.page
    assert await rows(world, t.updates) == 0
    world.wall.move(seconds=61)
    assert await chen.press(NEW, **form | {"text": TEXT}) == 303


async def test_in_english(writer: Writers, town_school: School) -> None:
    chen = writer("chen")
    await chen.come_in(f"{NEW}?lang=en")
    await chen.open(f"{NEW}?lang=en")
    assert 'action="/school/publish?lang=en"' in chen.page
    form = {"class": str(town_school.class_id), "text": " "}
    assert await chen.press(f"{NEW}?lang=en", **form) == 422
    assert "Nothing is written yet" in chen.page
    assert await chen.press(f"{NEW}?lang=en", **form | {"text": TEXT}) == 303
    await chen.open(chen.place)
    assert "2 guardians of 示范小学3-2" in chen.page
    assert "Publish</button>" in chen.page
