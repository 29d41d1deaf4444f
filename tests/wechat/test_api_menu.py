"""A menu file: its limits, and a clear line for each thing that is wrong."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.commands import ROUTER
from bot.wechat.menu import WrongMenu, lines, load, same

SHIPPED = Path(__file__).parents[2] / "docs" / "menu.toml"
CLICK = {"type": "click", "name": "罚单", "key": "罚单"}
VIEW = {"type": "view", "name": "隐私", "url": "https://shimin.test/privacy"}


def button(**changes: Any) -> dict[str, Any]:
    return CLICK | changes


def menu(tmp_path: Path, *buttons: Any) -> Path:
    file = tmp_path / "menu.json"
    file.write_text(json.dumps({"button": buttons}))
    return file


@pytest.mark.parametrize(
    "buttons",
    [
        pytest.param([CLICK], id="one button"),
        pytest.param([CLICK, VIEW, {"name": "服务", "sub_button": [CLICK] * 5}], id="3 x 5"),
        pytest.param([button(name="五个汉字啊a")], id="a name of 16 bytes"),
        pytest.param([{"name": "服务", "sub_button": [button(name="字" * 20)]}], id="a sub-name of 60 bytes"),
        pytest.param([button(key="k" * 128)], id="a key of 128"),
        pytest.param([VIEW | {"url": "https://" + "a" * 1016}], id="a URL of 1024"),
        pytest.param([button(type="scancode_waitmsg")], id="a scan"),
        pytest.param(
            [{"type": "miniprogram", "name": "x", "url": "https://x.test", "appid": "wx1", "pagepath": "p"}],
            id="a mini program",
        ),
    ],
)
def test_what_is_a_menu(tmp_path: Path, buttons: list[Any]):
    assert load(menu(tmp_path, *buttons)) == {"button": buttons}


@pytest.mark.parametrize(
    ("buttons", "says"),
    [
        pytest.param([], "button: there must be 1 to 3", id="no button"),
        pytest.param([CLICK] * 4, "button: there must be 1 to 3", id="four buttons"),
        pytest.param(["罚单"], "button 1: is not a table", id="no table"),
        pytest.param(
            [button(name="六个汉字啊啊")], "button 1: name: must be 1 to 16 bytes", id="a long name"
        ),
        pytest.param([button(name="")], "button 1: name: must be 1 to 16 bytes", id="no name"),
        pytest.param(
            [CLICK, button(key="k" * 129)], "button 2: key: must be 1 to 128 bytes", id="a long key"
        ),
        pytest.param([button(key=1)], "button 1: key: must be 1 to 128 bytes", id="a key that is no text"),
        pytest.param(
            [VIEW | {"url": "https://" + "a" * 1017}], "button 1: url: must be 1 to 1024", id="a long URL"
        ),
        pytest.param(
            [VIEW | {"url": "shimin.test"}], "button 1: url: must begin with https://", id="not an address"
        ),
        pytest.param([button(type="fly")], "button 1: type: must be one of click, ", id="an unknown type"),
        pytest.param([button(ulr="x")], "button 1: ulr: does not belong to click", id="a misspelt name"),
        pytest.param([{"name": "x"}], "button 1: type: must be one of", id="a button that does nothing"),
        pytest.param(
            [{"name": "x", "sub_button": []}],
            "button 1: sub_button: there must be 1 to 5",
            id="no sub-button",
        ),
        pytest.param(
            [{"name": "x", "sub_button": [CLICK] * 6}], "button 1: sub_button: there must be 1 to 5", id="six"
        ),
        pytest.param(
            [button(sub_button=[CLICK])], "button 1: with sub_button it has a name and nothing", id="both"
        ),
        pytest.param(
            [{"name": "x", "sub_button": [CLICK, button(name="字" * 21)]}],
            "button 1, sub-button 2: name: must be 1 to 60 bytes",
            id="a long sub-name",
        ),
        pytest.param(
            [{"name": "x", "sub_button": [{"name": "y", "sub_button": [CLICK]}]}],
            "button 1, sub-button 1: type",
            id="a third level",
        ),
    ],
)
def test_what_is_not(tmp_path: Path, buttons: list[Any], says: str):
    with pytest.raises(WrongMenu) as wrong:
        load(menu(tmp_path, *buttons))
    assert f"menu.json: {says}" in str(wrong.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path):
    with pytest.raises(WrongMenu) as wrong:
        load(menu(tmp_path, button(name=""), button(key="")))
    assert len(str(wrong.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("menu.json", "{", id="no JSON"),
        pytest.param("menu.toml", "= 1", id="no TOML"),
        pytest.param("menu.json", "[]", id="a list"),
        pytest.param("menu.json", b"\xff", id="no text"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, content: str | bytes):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WrongMenu, match=name):
        load(file)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(WrongMenu, match=r"none\.toml"):
        load(tmp_path / "none.toml")


def keys(buttons: list[dict[str, Any]]) -> list[str]:
    return [key for each in buttons for key in ([each["key"]] if "key" in each else keys(each["sub_button"]))]


def test_each_key_of_the_shipped_menu_is_something_a_citizen_can_say():
    shipped = keys(tomllib.loads(SHIPPED.read_text("utf-8"))["button"])
    assert {"罚单", "限制", "记分"} <= set(shipped)
    assert [key for key in shipped if ROUTER.find(key).command is ROUTER.fallback] == []


def test_the_shipped_menu_as_a_person_reads_it():
    shown = list(lines(load(SHIPPED)))
    assert shown[:3] == ["罚单 -> click 罚单", "我的", "  缴款 -> click 缴款"]


OPENS = {"name": "我的", "sub_button": [CLICK]}


@pytest.mark.parametrize(
    ("one", "other", "same_menu"),
    [
        pytest.param([CLICK, OPENS], [CLICK, OPENS], True, id="the same"),
        pytest.param(
            [OPENS], [{"name": "我的", "sub_button": [CLICK | {"sub_button": []}]}], True, id="as told"
        ),
        pytest.param([CLICK], [OPENS], False, id="another button"),
        pytest.param([CLICK, OPENS], [OPENS, CLICK], False, id="another order"),
        pytest.param([CLICK], [CLICK | {"key": "帮助"}], False, id="another key"),
        pytest.param([OPENS], [OPENS | {"sub_button": [CLICK, CLICK]}], False, id="one more below"),
    ],
)
def test_whether_two_menus_are_the_same(one: list[Any], other: list[Any], same_menu: bool):
    assert same({"button": one}, {"button": other}) is same_menu
