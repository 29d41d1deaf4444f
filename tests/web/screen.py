"""The phone page as its reader sees and touches it, in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import FrameLocator, Locator, Page, ViewportSize, async_playwright, expect

from tests.web import browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE = 30_000  # milliseconds; what is waited for takes one or two seconds
SIZE: ViewportSize = {"width": 1280, "height": 860}


class Screen:
    """One phone. Whatever is awaited is waited for, as a reader would."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sheet = page.locator("#pay-sheet")

    async def choose(self, slug: str) -> None:
        """Be this person, and see their phone."""
        await self.page.locator(f'#who option[value="{slug}"]').wait_for(state="attached")
        await self.page.locator("#who").select_option(slug)
        await self.page.locator("#follow:visible, #chat-log .bubble:visible").first.wait_for()

    async def say(self, text: str, *answer: str) -> Locator:
        """Type it and send it; the reply, which holds all these words."""
        replies = await self._replies()
        await self.page.locator("#chat-input").fill(text)
        await self.page.locator("#chat-send").click()
        return await self._reply(replies, answer)

    async def tap(self, words: str, *answer: str) -> Locator:
        """Tap a button of the account's menu, opening what it stands in; the reply, which holds all these words."""
        replies = await self._replies()
        menu = self.page.locator("#menu")
        await menu.locator("[data-type]").first.wait_for(
            state="attached"
        )  # the account's own, not the phone's
        button = self.page.locator("button").filter(has_text=re.compile(f"^{words}$"))
        closed = menu.locator("details:not([open])").filter(has=button)
        if await closed.count():
            await closed.locator("summary").click()
        await menu.locator(button).click()
        return await self._reply(replies, answer)

    async def told_in_chat(self, *words: str) -> Locator:
        """The account's newest message with all these words, once it is there."""
        return await self._newest('#chat-log .bubble[data-from="account"]', words)

    async def text_about(self, *words: str) -> Locator:
        """The newest SMS with all these words, once it is there."""
        return await self._newest("#sms-log .text", words)

    async def open_link(self, message: Locator) -> FrameLocator:
        """Press the link in a message; the page that opens over the app."""
        await message.locator("a").click()
        return self.page.frame_locator("#browser-frame")

    async def close_page(self) -> None:
        await self.page.locator("#browser-close").click()
        await expect(self.page.locator("#browser")).to_be_hidden()

    async def confirm_payment(self) -> None:
        """In WeChat's payment sheet."""
        await self.sheet.locator("#pay-confirm").click()
        await expect(self.sheet).to_be_hidden()

    async def see_wallet(self, *, locked: bool) -> None:
        await expect(self.page.locator("#wallet")).to_have_attribute("data-locked", str(locked).lower())

    async def clock(self) -> str:
        """The town's time, as an ISO instant."""
        return await self.page.locator("#clock[data-now]").get_attribute("data-now") or ""

    async def _replies(self) -> int:
        return await self.page.locator('#chat-log .bubble[data-from="account"]').count()

    async def _reply(self, before: int, words: tuple[str, ...]) -> Locator:
        reply = self.page.locator('#chat-log .bubble[data-from="account"]').nth(before)
        for word in words:
            await expect(reply).to_contain_text(word)
        return reply

    async def _newest(self, rows: str, words: tuple[str, ...]) -> Locator:
        found = self.page.locator(rows)
        for word in words:
            found = found.filter(has_text=word)
        await found.last.wait_for()
        return found.last


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Screen]:
    """The phone page in a Chinese reader's browser. Errors on its console, broken scripts and CSP violations fail the test."""
    expect.set_options(timeout=PATIENCE)
    complaints: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser.find(), args=ARGUMENTS)
        page = await chromium.new_page(viewport=SIZE, locale="zh-CN")
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)
        yield Screen(page)
        await chromium.close()
    assert not complaints


def number_in(text: str, digits: int) -> str:
    """The first number of so many digits."""
    found = re.search(rf"(?<!\d)\d{{{digits}}}(?!\d)", text)
    assert found, text
    return found[0]


async def take_picture(screen: Screen, file: Path) -> None:
    """A picture of the whole screen."""
    await screen.page.screenshot(path=file, animations="disabled")
