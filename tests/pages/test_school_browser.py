"""The page of an update in a real browser of a phone's size: opened through a login, answered, and read only while seen and used."""

import os
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select
from yarl import URL

from bot.pages.school.beat import GATHERING
from bot.services import Services
from models.schools import answers, broadcast
from models.schools import tables as t
from models.schools.learning_tables import reading
from tests.databases import on_sqlite
from tests.fakes import FakeLogin
from tests.pages.test_school import PAGE, told, town_school
from tests.pages.world import World
from tests.two_classes import School
from tests.web import browser
from tests.web.citizen import until
from tests.web.screen import ARGUMENTS

__all__ = ["told", "town_school"]
pytestmark = [
    pytest.mark.browser,
    on_sqlite,
    pytest.mark.skipif(browser.find() is None, reason="no Chromium here: see python -m tests.web.browser"),
]
HIDE = """hidden => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => hidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
# Counts the beats whose answers the page has taken in, all that follows from them included.
HEAR = """
window.heard = 0;
const json = Response.prototype.json;
Response.prototype.json = async function () {
    const said = await json.call(this);
    queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => { window.heard += 1; })));
    return said;
};
"""
SHOTS = os.environ.get("SHIMIN_SHOTS", "")


class Phone:
    """One person's WeChat with a page open. Its clock and the service's go together."""

    def __init__(self, page: Page, world: World, server: TestServer) -> None:
        self.page = page
        self._world = world
        self._server = server
        self._beats = 0

    async def open(self) -> None:
        await self.page.clock.install()
        await self.page.add_init_script(HEAR)
        await self.page.goto(str(self._server.make_url(PAGE)))

    async def wait(self, seconds: int, *, beats: int = 0) -> None:
        """So many pass; the page sends so many beats meanwhile, and has heard what came of them."""
        self._world.wall.move(seconds=seconds)
        await self.page.clock.run_for(seconds * 1000)
        await self._heard(beats)

    async def hide(self) -> None:
        await self.page.evaluate(HIDE, True)

    async def show(self) -> None:
        """It asks for a new token."""
        await self.page.evaluate(HIDE, False)
        await self._heard(1)

    async def touch(self) -> None:
        """After it lay unused, it asks for a new token."""
        await self.page.keyboard.press("ArrowDown")
        await self._heard(1)

    async def _heard(self, beats: int) -> None:
        self._beats += beats

        async def heard() -> int:
            return int(await self.page.evaluate("window.heard"))

        assert await until(heard, lambda count: count >= self._beats) == self._beats

    async def read(self) -> int:
        """Seconds on record."""
        app: web.Application = self._server.app
        await app[GATHERING].write()
        async with self._world.database.read() as work:
            return sum(row.seconds for row in await work.all(select(reading)))

    async def shot(self, name: str) -> None:
        """Kept where SHIMIN_SHOTS names a folder."""
        if SHOTS:
            await self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@dataclass
class OwnPhone(FakeLogin):
    """WeChat's login without a page of its own: it knows whose phone it is, and sends the browser back at once, to `origin`."""

    who: str = ""
    origin: URL = field(default_factory=URL)

    def login_url(self, *, redirect: str, state: str) -> str:
        code = f"code-{self.who}"
        self.codes[code] = f"w-{self.who}"
        return str(self.origin.join(URL(redirect).relative()).update_query(code=code, state=state))


@pytest.fixture
def login() -> OwnPhone:
    return OwnPhone()


@pytest.fixture
def services(services: Services, login: OwnPhone) -> Services:
    """As all pages have them, but for the login."""
    return replace(services, login=login)


@pytest.fixture
async def phones(
    aiohttp_server: Any, app: web.Application, world: World, login: OwnPhone, told: Any
) -> AsyncIterator[Any]:
    """`phones("liu")`: her phone; errors on its console, broken scripts and CSP violations fail the test."""
    del told
    server = await aiohttp_server(app)
    complaints: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser.find(), args=ARGUMENTS)

        async def phone(name: str, **more: Any) -> Phone:
            context = await chromium.new_context(
                **{**playwright.devices["iPhone 13"], "locale": "zh-CN", **more}
            )
            page = await context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            login.who, login.origin = name, server.make_url("/")
            opened = Phone(page, world, server)
            await opened.open()
            return opened

        yield phone
        await chromium.close()
    assert not complaints


async def test_read_answered_and_replied(phones: Any, world: World, town_school: School) -> None:
    liu = await phones("liu")
    await expect(liu.page.locator(".written").first).to_contain_text("明天春游")
    async with world.database.read() as work:
        assert [row.person_id for row in await work.all(select(t.reads))] == [town_school.liu]
    await liu.page.get_by_label("回复老师").fill("几点集合？")
    await liu.page.get_by_role("button").click()
    await expect(liu.page.locator(".talk .mine")).to_contain_text("几点集合？")
    chen = await phones("chen", color_scheme="dark")
    await chen.page.get_by_label("答复刘洋").fill("八点，在校门口。")
    await chen.shot("school-teacher")
    await chen.page.get_by_role("button").click()
    await expect(chen.page.locator(".talk .mine")).to_contain_text("八点")
    await liu.page.reload()
    await expect(liu.page.locator(".talk li").nth(1)).to_contain_text("八点，在校门口。")
    await liu.shot("school-guardian")
    english = await phones("liu", locale="en-GB")
    await english.shot("school-english")
    async with world.database.read() as work:
        assert await answers.waiting(work, town_school.chen) == []


async def test_minutes_count_while_the_page_is_seen_and_used(phones: Any) -> None:
    liu = await phones("liu")
    await liu.wait(61, beats=1)
    assert await liu.read() == 61
    await liu.hide()
    for _ in range(3):
        await liu.wait(61)
    assert await liu.read() == 61
    await liu.show()
    await liu.wait(61, beats=1)
    assert await liu.read() == 122
    for _ in range(4):  # nobody touches it any more
        await liu.wait(61)
    assert await liu.read() == 122
    await liu.touch()
    await liu.wait(61, beats=1)
    assert await liu.read() == 183


def png(shade: int) -> Any:
    """A picture as a phone's gallery gives it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    head = (300).to_bytes(4) + (200).to_bytes(4) + bytes([8, 0, 0, 0, 0])
    lines = zlib.compress((b"\0" + bytes([shade]) * 300) * 200)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    return {"name": f"{shade}.png", "mimeType": "image/png", "buffer": content}


async def test_published_from_the_page(phones: Any, world: World, town_school: School) -> None:
    chen = await phones("chen")
    page: Page = chen.page
    await page.get_by_role("link", name="再发一条").click()
    await page.get_by_label("内容").fill("周五交水彩作业。\n请带到学校。")
    await page.get_by_label("链接").fill("https://school.example.org/paint")
    await page.get_by_label("加急", exact=True).check()
    await chen.shot("publish-form")
    await page.get_by_role("button", name="检查").click()
    await expect(page.locator("article")).to_contain_text("周五交水彩作业")
    await page.get_by_label("添加图片").set_input_files([png(shade) for shade in range(10)])
    await expect(page.get_by_text("选得太多了")).to_be_visible()
    await page.get_by_label("添加图片").set_input_files([png(120), png(200)])
    await expect(page.locator("article img")).to_have_count(2)
    await page.get_by_role("button", name="去掉图片1").click()
    await expect(page.locator("article img")).to_have_count(1)
    await page.locator("article img").scroll_into_view_if_needed()
    await expect(page.locator("article img")).to_have_js_property("naturalWidth", 300)
    await chen.shot("publish-check")
    await page.get_by_role("link", name="修改内容").click()
    await expect(page.get_by_label("内容")).to_have_value("周五交水彩作业。\n请带到学校。")
    await page.get_by_label("内容").fill("周五交水彩作业。")
    await page.get_by_role("button", name="检查").click()
    await page.get_by_role("button", name="发布", exact=True).click()
    await expect(page.get_by_text("已经发布")).to_be_visible()
    await chen.shot("publish-done")
    async with world.database.read() as work:
        newest = await broadcast.published_by(work, town_school.chen)
    assert (newest.text, newest.urgent) == ("周五交水彩作业。", True)
    await page.get_by_role("button", name="撤回这条通知").click()
    await expect(page.get_by_text("收回这条通知")).to_be_visible()
