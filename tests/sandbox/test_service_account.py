"""The service's own client against the sandbox's account: menu, templates, lines to tap, pictures, QR codes, quotas."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import aiohttp
import pytest
import segno
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs
from yarl import URL

from bot.gateways.wechat_push import WeChatPush
from bot.wechat import media, menu, qr
from bot.wechat.client import Api, WeChatClient, stable_token
from bot.wechat.messages import Scan, Subscribe
from bot.wechat.templates import Template
from bot.wechat.tokens import TokenSource
from bot.wechat.windows import Act, Windows
from models.base.clock import SystemWall
from models.base.ephemeral import MemoryEphemeral
from models.base.money import Fen
from models.base.ports import Outcome
from models.base.texts import read_all
from sandbox.config import Config, TemplateConfig
from sandbox.state import Bond
from tests.sandbox.account import follow, state_of
from tests.sandbox.conftest import LI_MING, said, shown, until
from tests.sandbox.service import APP_ID, Service

read_all()  # as a process does before its event loop runs
GRANTED = {
    "T-receipt": TemplateConfig(title="缴款成功", fields=["character_string1", "amount2", "time3"]),
    "T-unlocked": TemplateConfig(title="解锁", fields=["phrase1"], one_time=True),
}
RECEIPT = Template(
    template="T-receipt",
    fields={"character_string1": "{number}", "amount2": "{amount}", "time3": "{day}"},
)
UNLOCKED = Template(template="T-unlocked", fields={"phrase1": "已解锁"}, one_time=True)
NOTICE: dict[str, Any] = {
    "openid": LI_MING,
    "text": "已收到缴款",
    "kind": "payment_receipt",
    "locale": "zh_CN",
    "params": {
        "number": "442012003481",
        "amount": Fen(20000),
        "day": date(2026, 12, 9),
        "link": "https://e.org/c",
    },
    "key": "payment_receipt.442012003481.P1.chat",
}


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, wechat=replace(config.wechat, templates=GRANTED))


@pytest.fixture
async def wechat(sandbox: TestClient, service: Service) -> AsyncIterator[WeChatClient]:
    """The client of the account; what its service is told is answered with `success`."""
    service.speaks = lambda message: "success"
    async with aiohttp.ClientSession() as session:
        api = Api(session, base_url=str(sandbox.make_url("/")).rstrip("/"))
        tokens = TokenSource(
            app_id=APP_ID,
            cache=MemoryEphemeral(),
            fetch=lambda: stable_token(api, app_id=APP_ID, secret="app-secret"),
        )
        yield WeChatClient(api, tokens)


@pytest.fixture
def windows() -> Windows:
    return Windows(MemoryEphemeral(), SystemWall())


@pytest.fixture
def chat(wechat: WeChatClient, windows: Windows) -> WeChatPush:
    """Templates for a receipt and for the unlock."""
    templates = {"payment_receipt.zh_CN": RECEIPT, "wallet_unlocked.zh_CN": UNLOCKED}
    return WeChatPush(wechat, windows, templates)


async def chat_of_li_ming(sandbox: TestClient) -> list[Any]:
    return list(await shown(sandbox, "messages"))


async def test_the_menu_that_was_set_is_the_one_that_is_told(wechat: WeChatClient):
    click = {"type": "click", "name": "罚单", "key": "罚单"}
    wanted = {"button": [click, {"name": "我的", "sub_button": [click]}]}
    assert await menu.current(wechat) is None
    await menu.create(wechat, wanted)
    current = await menu.current(wechat)
    assert current
    assert menu.same(wanted, current)
    await menu.delete(wechat)
    assert await menu.current(wechat) is None


async def test_choices_are_tapped_and_come_back_as_texts(
    sandbox: TestClient, service: Service, chat: WeChatPush
):
    await follow(sandbox, "li-ming")
    result = await chat.push(openid=LI_MING, text="有1宗案件。回复 1 接受", choices=("接受 442012003481",))
    assert result.outcome is Outcome.SENT
    line = (await chat_of_li_ming(sandbox))[-1]
    assert (line["kind"], line["head"]) == ("msgmenu", "有1宗案件。回复 1 接受")
    [offered] = line["list"]
    await said(sandbox, "say", **{"as": "li-ming", "text": offered["content"], "menu_id": offered["id"]})
    assert (service.messages[-1].content, service.messages[-1]._data["bizmsgmenuid"]) == (
        "接受 442012003481",
        "1",
    )


async def test_a_notice_outside_of_the_window_is_a_card_with_a_receipt(
    sandbox: TestClient, service: Service, chat: WeChatPush
):
    await follow(sandbox, "li-ming")
    state_of(sandbox).bonds.put(Bond(LI_MING, follows=True))
    result = await chat.notify(**NOTICE)
    assert result.outcome is Outcome.SENT
    await until(lambda: service.messages[-1].event == "templatesendjobfinish")
    assert (str(service.messages[-1].id), service.messages[-1].status) == (result.provider_id, "success")
    card = (await chat_of_li_ming(sandbox))[-1]
    assert (card["title"], card["url"]) == ("缴款成功", "https://e.org/c")
    assert [value for _, value in card["rows"]] == ["442012003481", "¥200.00", "2026年12月9日"]
    assert (await chat.notify(**NOTICE)).provider_id == result.provider_id, "the same key is the same message"


async def test_inside_of_the_window_it_is_a_text(sandbox: TestClient, chat: WeChatPush, windows: Windows):
    await follow(sandbox, "li-ming")
    await windows.opened(LI_MING, Act.FOLLOW)
    assert (await chat.notify(**NOTICE)).outcome is Outcome.SENT
    assert (await chat_of_li_ming(sandbox))[-1]["text"] == "已收到缴款"


async def test_a_one_time_notice_goes_to_who_agreed_and_once(sandbox: TestClient, chat: WeChatPush):
    await follow(sandbox, "li-ming")
    state_of(sandbox).bonds.put(Bond(LI_MING, follows=True))
    notice = NOTICE | {"kind": "wallet_unlocked", "params": {}}
    assert (await chat.notify(**notice)).reason == "43101"
    await said(sandbox, "consent", **{"as": "li-ming", "template_id": "T-unlocked", "choice": "accept"})
    assert [(await chat.notify(**notice)).outcome for _ in range(2)] == [Outcome.SENT, Outcome.REFUSED]


async def test_a_picture_that_was_uploaded_is_pushed(
    sandbox: TestClient, wechat: WeChatClient, chat: WeChatPush, tmp_path
):
    await follow(sandbox, "li-ming")
    segno.make("office").save(str(tmp_path / "office.png"), scale=4)
    media_id = await media.upload(wechat, "image", (tmp_path / "office.png").read_bytes(), "image/png")
    assert (await chat.push_image(openid=LI_MING, media_id=media_id)).outcome is Outcome.SENT
    assert (await chat_of_li_ming(sandbox))[-1]["media_id"] == media_id
    assert (await chat.push_image(openid=LI_MING, media_id="none")).reason == "40007"


@pytest.mark.parametrize("days", [pytest.param(7, id="a week"), pytest.param(None, id="for ever")])
async def test_an_offices_code_brings_its_scene(
    sandbox: TestClient, service: Service, wechat: WeChatClient, days: int | None
):
    code = await qr.create(wechat, qr.scene_of("石岐大队"), days=days)
    assert code.seconds == (days or 0) * 86400
    ticket = URL(code.picture_url).query["ticket"]
    heard = []
    for _ in range(2):  # a follow first, then a scan by a follower
        await said(sandbox, "scan", **{"as": "li-ming", "ticket": ticket})
        heard.append((service.messages[-1].event, service.messages[-1].scene_id))
    assert heard == [("subscribe_scan", "office:石岐大队"), ("scan", "office:石岐大队")]


COMMON = ("gh_town", LI_MING, 1, "", "event")


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        pytest.param(
            Subscribe(*COMMON, "subscribe", "qrscene_office:石岐大队", "t"), ("石岐大队", True), id="follows"
        ),
        pytest.param(Scan(*COMMON, "scan", "office:石岐大队", "t"), ("石岐大队", False), id="scans"),
        pytest.param(Subscribe(*COMMON, "subscribe", "", ""), None, id="follows by itself"),
        pytest.param(Scan(*COMMON, "scan", "poster-7", "t"), None, id="another code"),
    ],
)
def test_offices_are_counted_in_the_log(message: Any, logged: tuple[str, bool] | None):
    with capture_logs() as entries:
        qr.note(message)
    assert [(each["office"], each["followed"]) for each in entries] == ([logged] if logged else [])


async def test_what_is_left_of_the_days_calls(wechat: WeChatClient):
    asked = {"cgi_path": "/cgi-bin/menu/get"}
    before = (await wechat.post("openapi/quota/get", data=asked))["quota"]
    await menu.current(wechat)
    after = (await wechat.post("openapi/quota/get", data=asked))["quota"]
    assert (before["daily_limit"], before["remain"] - after["remain"], after["used"]) == (10_000, 1, 1)
