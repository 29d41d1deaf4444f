"""What a newcomer does on the sandbox's phone, in a real browser, against the running demo."""

import os
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Locator, expect

from tests.web import browser
from tests.web.demo import Demo
from tests.web.screen import Screen, number_in, opened, take_picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("phone"),
    pytest.mark.skipif(browser.find() is None, reason="no Chromium here: see python -m tests.web.browser"),
]
PICTURE = Path(__file__).parents[2] / "docs" / "phone.png"


@pytest.fixture
async def screen(demo: Demo) -> AsyncIterator[Screen]:
    async with opened(demo.sandbox) as screen:
        yield screen


@pytest.mark.skipif("SHIMIN_SHOTS" not in os.environ, reason="SHIMIN_SHOTS=1 takes the README's picture")
async def test_picture_for_the_readme(screen: Screen):
    await screen.choose("li-ming")
    await screen.tap("罚单", "¥200.00")
    await screen.text_about("拟罚款", "¥200.00")
    await take_picture(screen, PICTURE)


async def test_a_newcomers_walk(screen: Screen):
    await screen.choose("new-comer")
    await screen.page.locator("#follow").click()
    await screen.told_in_chat("先绑定")
    await bind(screen)
    await is_caught_and_reads_of_it(screen)
    case = number_in(await (await screen.tap("罚单", "兴中道")).inner_text(), 12)
    await accept(screen, case)
    await pay(screen, await screen.say("1", case, "点开缴款"))
    await expect(screen.page.frame_locator("#browser-frame").locator("h1")).to_contain_text("已缴清")
    await screen.close_page()
    await screen.told_in_chat("已收到缴款", "¥200.00", case)


async def bind(screen: Screen) -> None:
    """Type what the phone says of its owner, then the code of the text; agree to electronic service."""
    papers = await screen.page.locator("#owner").inner_text()
    await screen.say(f"绑定 {papers}", "验证码")
    code = number_in(await (await screen.text_about("验证码")).inner_text(), 6)
    await screen.say(code, "绑定成功", "送达")
    await screen.say("1", "短信送达")


async def is_caught_and_reads_of_it(screen: Screen) -> None:
    """The camera's button; the text; the page behind its link, which shows no whole plate."""
    await screen.page.locator("#camera").click()
    await expect(screen.page.locator("#notice")).to_contain_text("拍到了林新的车")
    page = await screen.open_link(await screen.text_about("兴中道", "¥200.00"))
    await expect(page.locator(".amount")).to_have_text("¥200.00")
    await expect(page.locator("body")).to_contain_text("粤T·***01")
    await expect(screen.page.locator("#scan-pay")).to_be_hidden()
    await screen.close_page()


async def accept(screen: Screen, case: str) -> None:
    """Details, proposal, confirmation: each offers the next as `1`."""
    await screen.say(case, case, "¥200.00")
    await screen.say("1", "拟处罚", "记1分")
    await screen.say("1", "已决定", case)
    await screen.text_about("处罚决定", case)


async def pay(screen: Screen, message: Locator) -> FrameLocator:
    """Open the link inside the chat, press the page's button, confirm in WeChat's sheet."""
    page = await screen.open_link(message)
    await page.locator("button.primary").click()
    await expect(screen.sheet).to_be_visible()
    await screen.confirm_payment()
    return page


async def test_a_locked_wallet_is_unlocked_by_paying(screen: Screen):
    await screen.choose("li-ming")
    await screen.see_wallet(locked=True)
    await screen.tap("限制", "电子钱包已锁定", "第9条")
    await pay(screen, await screen.say("1", "加处罚款", "点开缴款"))
    await screen.see_wallet(locked=False)
    await screen.close_page()
    await screen.told_in_chat("已解锁")
    await screen.text_about("已解锁")


async def test_a_code_on_the_page_is_scanned(screen: Screen):
    await screen.choose("wang-fang")
    case = number_in(await (await screen.tap("罚单", "文明路")).inner_text(), 12)
    await screen.say(f"撤回 {case}", "已收回")  # she had named Zhao Lei
    await accept(screen, case)
    page = await screen.open_link(await screen.text_about("处罚决定", case))
    await page.locator("button.primary").click()
    await expect(page.locator(".code img")).to_be_visible()
    await screen.page.locator("#scan-pay").click()
    await expect(screen.sheet.locator(".order")).to_contain_text("¥200.00")
    await screen.confirm_payment()
    await expect(page.locator("h1")).to_contain_text("已缴清")


@pytest.mark.parametrize(
    "taps",
    [
        pytest.param([("罚单", "没有未处理的案件")], id="罚单"),
        pytest.param(
            [("缴款", "没有待缴的罚款"), ("限制", "没有被限制"), ("记分", "本周期"), ("绑定", "无需再绑")],
            id="我的",
        ),
        pytest.param(
            [("帮助", "发送文字即可办理"), ("电子送达", "电子送达"), ("人工", "人工客服")], id="服务"
        ),
        pytest.param([("English", "English from now on")], id="English"),
    ],
)
async def test_each_button_of_the_menu_has_its_answer(screen: Screen, taps: list[tuple[str, str]]):
    await screen.choose("liu-yang")
    for button, answer in taps:
        await screen.tap(button, answer)


async def test_the_other_language(screen: Screen):
    await screen.choose("zhang-wei")
    await screen.say("English", "English from now on")
    await screen.tap("罚单", "open case", "¥200.00")
    page = await screen.open_link(await screen.text_about("¥200.00"))
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("h1")).to_have_text("Nothing has been decided yet")


async def test_the_next_day(screen: Screen):
    await screen.choose("li-ming")
    before = datetime.fromisoformat(await screen.clock())
    tomorrow = (before + timedelta(days=1)).replace(hour=10, minute=0, second=0)
    await screen.page.locator("#next-day").click()
    await expect(screen.page.locator("#notice")).to_contain_text("过了 1 天")
    await expect(screen.page.locator("#clock")).to_have_attribute(
        "data-now", re.compile(tomorrow.strftime("%Y-%m-%dT10:0"))
    )
