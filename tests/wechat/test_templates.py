"""The file that says which template tells which notice: what it may hold, and how a template is filled."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.wechat.templates import Template, WrongTemplates, load
from models.base.money import Fen

SHIPPED = Path(__file__).parents[2] / "docs" / "templates.toml"
GOOD = {"template": "T1", "fields": {"thing1": "{plate}"}}
PARAMS: dict[str, Any] = {
    "plate": "粤T·***45",
    "place": "一条名字特别长的路，在石岐区与东区交界处的红绿灯旁边",
    "lines": "第一行\n第二行",
    "amount": Fen(20000),
    "day": date(2026, 12, 9),
    "moment": datetime(2026, 12, 9, 1, 5, tzinfo=UTC),
    "number": "442012003481",
    "link": "https://shimin.test/c/abc",
}


def written(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "templates.json"
    file.write_text(json.dumps(content, ensure_ascii=False))
    return file


def test_the_shipped_file_is_one() -> None:
    shipped = load(SHIPPED)
    assert "payment_receipt.zh_CN" in shipped
    assert shipped["wallet_unlocked.zh_CN"].one_time


def test_json_says_the_same(tmp_path: Path) -> None:
    assert load(written(tmp_path, {"payment_late": {"en": GOOD}})) == {
        "payment_late.en": Template(template="T1", fields={"thing1": "{plate}"})
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param([], "the file: ", id="a list"),
        pytest.param({"payment_late": "T1"}, "payment_late: ", id="no languages"),
        pytest.param({"payment_late": {"en": "T1"}}, "payment_late.en: ", id="no table"),
        pytest.param({"k": {"en": {"fields": {"thing1": "x"}}}}, "k.en.template: Field required", id="no id"),
        pytest.param({"k": {"en": GOOD | {"template": ""}}}, "k.en.template: ", id="an empty id"),
        pytest.param({"k": {"en": GOOD | {"fields": {}}}}, "k.en.fields: ", id="no fields"),
        pytest.param({"k": {"en": GOOD | {"feilds": {}}}}, "k.en.feilds: ", id="a misspelt name"),
        pytest.param(
            {"k": {"en": GOOD | {"fields": {"first": "x"}}}}, "k.en: first: there is no such", id="first"
        ),
        pytest.param(
            {"k": {"en": GOOD | {"fields": {"phrase1": "好"}}}},
            "k.en: phrase1: there is no such",
            id="a field of one-time notices only",
        ),
        pytest.param(
            {"k": {"en": GOOD | {"fields": {"thing1": "{a.b}"}}}}, "between { and } stands", id="no name"
        ),
        pytest.param({"k": {"en": GOOD | {"fields": {"thing1": "{a"}}}}, "between { and }", id="half a name"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(WrongTemplates) as wrong:
        load(written(tmp_path, content))
    assert says in str(wrong.value)
    assert str(wrong.value).startswith(str(tmp_path))


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(WrongTemplates) as wrong:
        load(written(tmp_path, {"a": {"en": {}}, "b": {"en": GOOD | {"fields": {"first": "x"}}}}))
    assert len(str(wrong.value).splitlines()) == 2


@pytest.mark.parametrize("content", [b"\xff", b"{"])
def test_what_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "templates.toml").write_bytes(content)
    with pytest.raises(WrongTemplates, match=r"templates\.toml"):
        load(tmp_path / "templates.toml")


@pytest.mark.parametrize(
    ("name", "pattern", "locale", "value"),
    [
        pytest.param("thing1", "{plate}", "zh_CN", "粤T·***45", id="a text"),
        pytest.param(
            "thing1", "{place}", "zh_CN", "一条名字特别长的路，在石岐区与东区交界…", id="too long: cut"
        ),
        pytest.param("thing1", "{lines}", "zh_CN", "第一行 第二行", id="lines become one"),
        pytest.param("thing1", "{day}前缴清", "zh_CN", "12月9日(周三)前缴清", id="a day in a sentence"),
        pytest.param("thing1", "by {day}", "en", "by Wed 9 Dec", id="a day in English"),
        pytest.param("time2", "{day}", "en", "2026年12月9日", id="a day as WeChat reads it"),
        pytest.param("time2", "{moment}", "zh_CN", "2026年12月9日 09:05", id="a moment of the city's"),
        pytest.param("amount3", "{amount}", "en", "¥200.00", id="an amount"),
        pytest.param("character_string4", "{number}", "zh_CN", "442012003481", id="a number"),
        pytest.param("const5", "待处理", "zh_CN", "待处理", id="words alone"),
    ],
)
def test_a_field_is_filled(name: str, pattern: str, locale: str, value: str) -> None:
    assert Template(template="T1", fields={name: pattern}).values(PARAMS, locale) == {name: value}
    assert len(value) <= 20


def test_a_parameter_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match=r"^thing1: the notice has no \{colour\}$"):
        Template(template="T1", fields={"thing1": "{plate} {colour}"}).values(PARAMS, "zh_CN")


@pytest.mark.parametrize(
    ("link", "params", "url"),
    [
        pytest.param("{link}", PARAMS, "https://shimin.test/c/abc", id="the notice's page"),
        pytest.param("{link}", {}, "", id="a notice without a page"),
        pytest.param("https://city.test/help", {}, "https://city.test/help", id="the same for all"),
        pytest.param("", PARAMS, "", id="none"),
    ],
)
def test_what_a_tap_opens(link: str, params: dict[str, Any], url: str) -> None:
    assert Template(template="T1", fields={"thing1": "x"}, link=link).url(params) == url
