"""The account's menu: what it may hold, and what the phone is told of it."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.sandbox.account import call, wechatpys
from tests.sandbox.conftest import shown

FINES = {"type": "click", "name": "罚单", "key": "fines"}
PAGE = {"type": "view", "name": "网页", "url": "https://city.example/"}


def below(*buttons: Any) -> dict:
    return {"name": "更多", "sub_button": list(buttons)}


async def test_a_menu_is_created_replaced_and_deleted(sandbox: TestClient):
    menu = {"button": [FINES, below(PAGE)]}
    await wechatpys(sandbox, lambda wechat: wechat.menu.create({"button": [PAGE]}))
    await wechatpys(sandbox, lambda wechat: wechat.menu.create(menu))
    got = await wechatpys(sandbox, lambda wechat: wechat.menu.get())
    assert got == {"menu": {"button": [{"sub_button": [], **FINES}, below(PAGE)]}}
    assert (await shown(sandbox, "account"))["menu"] == menu["button"]
    await wechatpys(sandbox, lambda wechat: wechat.menu.delete())
    assert (await call(sandbox, "menu/get"))["errcode"] == 46003
    assert (await shown(sandbox, "account"))["menu"] == []


async def test_there_is_no_menu_at_first(sandbox: TestClient):
    assert await wechatpys(sandbox, lambda wechat: wechat.menu.get()) is None


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        pytest.param([FINES] * 3, 0, id="three"),
        pytest.param([FINES] * 4, 40016, id="four"),
        pytest.param([], 40016, id="none"),
        pytest.param(None, 40016, id="no-list"),
        pytest.param(["罚单"], 47001, id="no-button"),
        pytest.param([below(*[FINES] * 5)], 0, id="five-below"),
        pytest.param([below(*[FINES] * 6)], 40023, id="six-below"),
        pytest.param([below(below(FINES))], 40022, id="three-levels"),
        pytest.param([below()], 40017, id="neither-type-nor-buttons"),
        pytest.param([FINES | {"type": "call"}], 40017, id="type"),
        pytest.param([below(FINES | {"type": "call"})], 40024, id="type-below"),
        pytest.param([FINES | {"name": "x" * 16}], 0, id="name-of-16-bytes"),
        pytest.param([FINES | {"name": "交通违法罚单"}], 40018, id="name-of-18-bytes"),
        pytest.param([FINES | {"name": ""}], 40018, id="no-name"),
        pytest.param([below(FINES | {"name": "单" * 20})], 0, id="name-of-60-bytes-below"),
        pytest.param([below(FINES | {"name": "单" * 21})], 40025, id="name-of-63-bytes-below"),
        pytest.param([FINES | {"key": "k" * 128}], 0, id="key-of-128"),
        pytest.param([FINES | {"key": "k" * 129}], 40019, id="key-of-129"),
        pytest.param([{"type": "click", "name": "罚单"}], 40019, id="no-key"),
        pytest.param([below({"type": "click", "name": "罚单"})], 40026, id="no-key-below"),
        pytest.param([PAGE | {"url": "https://e.org/" + "u" * 1010}], 0, id="url-of-1024"),
        pytest.param([PAGE | {"url": "https://e.org/" + "u" * 1011}], 40020, id="url-of-1025"),
        pytest.param([below(PAGE | {"url": ""})], 40027, id="no-url-below"),
        pytest.param([PAGE | {"url": "javascript:alert(1)"}], 40055, id="url-that-is-none"),
        pytest.param([below(PAGE | {"url": "city.example"})], 40054, id="url-that-is-none-below"),
        pytest.param([FINES | {"type": "scancode_waitmsg"}], 0, id="scanning"),
    ],
)
async def test_limits(sandbox: TestClient, buttons: Any, errcode: int):
    assert (await call(sandbox, "menu/create", {"button": buttons}))["errcode"] == errcode
