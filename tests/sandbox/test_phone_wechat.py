"""What WeChat adds to the phone's chat: the account's menu and card, template messages, tappable lines, pictures, voice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import segno
from aiohttp.test_utils import TestClient
from playwright.async_api import expect
from wechatpy.replies import TextReply

from sandbox.config import Config, TemplateConfig
from tests.sandbox.account import call, follow
from tests.sandbox.conftest import LI_MING, until
from tests.sandbox.service import Service
from tests.web import browser
from tests.web.screen import Screen, opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.find() is None, reason="no Chromium here: see python -m tests.web.browser"),
]
CASE = TemplateConfig(title="交通违法提醒", fields=["car_number1"], labels={"car_number1": "车牌"})
STATE = TemplateConfig(title="办理状态", fields=["phrase1"], one_time=True)


def heard(message: Any) -> Any:
    """Answer a message with what came, and nothing to an event."""
    if message.type == "event":
        return "success"
    words = {"text": "content", "voice": "recognition"}.get(message.type)
    return TextReply(message=message, content=f"{message.type}: {getattr(message, words) if words else ''}")


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, wechat=replace(config.wechat, templates={"T-case": CASE, "T-state": STATE}))


@pytest.fixture
async def screen(sandbox: TestClient, service: Service) -> AsyncIterator[Screen]:
    """Li Ming's phone; he follows."""
    service.speaks = heard
    await follow(sandbox, "li-ming")
    async with opened(str(sandbox.make_url("/"))) as screen:
        yield screen


async def test_the_menu_that_was_created(screen: Screen, sandbox: TestClient, service: Service):
    page = screen.page
    livez = str(sandbox.make_url("/livez"))
    below = [
        {"type": "click", "name": "限制", "key": "restrictions"},
        {"type": "view", "name": "网页", "url": livez},
    ]
    await expect(page.locator("#menu [data-say]")).to_have_count(4)
    await call(sandbox, "menu/create", {"button": [{"name": "办事", "sub_button": below}]})
    await page.locator("#menu summary").click()
    await page.locator("#menu [data-type=click]").click()
    await until(lambda: service.messages[-1].event == "click")
    assert service.messages[-1].key == "restrictions"
    await page.locator("#menu summary").click()
    await page.locator("#menu [data-type=view]").click()
    await expect(page.frame_locator("#browser-frame").locator("body")).to_contain_text("ok")
    await until(lambda: service.messages[-1].event == "view")
    assert service.messages[-1].url == livez
    await screen.close_page()
    await call(sandbox, "menu/delete")
    await expect(page.locator("#menu [data-say]")).to_have_count(4)


async def test_a_template_message_and_a_message_with_lines_to_tap(
    screen: Screen, sandbox: TestClient, service: Service
):
    case = {"touser": LI_MING, "template_id": "T-case", "data": {"car_number1": {"value": "粤T12345"}}}
    await call(sandbox, "message/template/send", case | {"url": "https://city.example/c/1"})
    card = screen.page.locator("a.card")
    await expect(card).to_contain_text("车牌")
    await expect(card).to_have_attribute("href", "https://city.example/c/1")
    menu = {"head_content": "顺利吗？", "list": [{"id": "7", "content": "顺利"}], "tail_content": "谢谢。"}
    await call(sandbox, "message/custom/send", {"touser": LI_MING, "msgtype": "msgmenu", "msgmenu": menu})
    await screen.page.locator(".choice").click()
    await screen.told_in_chat("text: 顺利")
    assert service.messages[-1]._data["bizmsgmenuid"] == "7"


async def test_a_picture_and_a_voice(screen: Screen, service: Service, tmp_path: Path):
    page = screen.page
    segno.make("a picture").save(str(tmp_path / "picture.png"), scale=4)
    await page.locator("#picture").set_input_files(tmp_path / "picture.png")
    await screen.told_in_chat("image:")
    width = "picture => picture.decode().then(() => picture.naturalWidth)"
    assert await page.locator(".picture").evaluate(width) > 0
    for words in ("", "罚单。"):
        await page.locator("#more summary").click()
        await page.locator("#voice-words").fill(words)
        await page.locator("#voice-send").click()
        await screen.told_in_chat(f"voice: {words}")
        assert (service.messages[-1].recognition or "") == words


async def test_the_accounts_card(screen: Screen, sandbox: TestClient, service: Service):
    card = screen.page.locator("#account")
    await card.locator("summary").click()
    await card.locator("[data-act=accept]").click()
    await expect(card.locator(".template")).to_contain_text("还可收 1 次")
    await card.locator("[data-act=mute-switch]").click()
    await expect(card.locator("[data-act=mute-switch]")).to_contain_text("重新接收消息")
    text = {"touser": LI_MING, "msgtype": "text", "text": {"content": "您好"}}
    assert (await call(sandbox, "message/custom/send", text))["errcode"] == 48002
    await card.locator("[data-act=leave]").click()
    await expect(screen.page.locator("#follow")).to_be_visible()
    assert service.messages[-1].event == "unsubscribe"
