"""`shimin doctor` and the service account: its abilities, its calls, its menu, its templates; and the credentials of the other wires."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CARRIER, HOLDERS, LOCK, MENU, ORDER, Shell
from tests.cli.test_doctor import of
from tests.cli.wechat_host import Host

LIST = "/cgi-bin/template/get_all_private_template"
ONE_TIME_LIST = "/wxaapi/newtmpl/gettemplate"
RECEIPT = {"template": "T1", "fields": {"character_string1": "{number}", "amount2": "{amount}"}}
UNLOCKED = {"template": "T2", "fields": {"phrase1": "已解锁"}, "one_time": True}
GRANTED = {"template_id": "T1", "content": "案号：{{character_string1.DATA}}\n金额：{{ amount2.DATA }}\n"}
GRANTED_ONE_TIME = {"priTmplId": "T2", "content": "状态:{{phrase1.DATA}}\n", "type": 2}


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        pytest.param(
            "getcallbackip", {"errcode": 50002}, "does not tell where it calls from: 50002", id="restricted"
        ),
        pytest.param(
            "openapi/quota/get", {"errcode": 48001}, "what is left of /cgi-bin/", id="no quota told"
        ),
        pytest.param("openapi/quota/get", {"quota": []}, "what is left of /cgi-bin/", id="no quota in it"),
        pytest.param(
            "openapi/quota/get",
            {"quota": {"daily_limit": 1000, "used": 901, "remain": 99}},
            "99 of 1000 calls of /cgi-bin/message/custom/send are left today -> a new day",
            id="few calls left",
        ),
    ],
)
def test_an_account_that_needs_a_look(desk: Shell, city: Host, path: str, answer: object, says: str) -> None:
    city.answers[f"/cgi-bin/{path}"] = answer
    status, lines = of(desk, "wechat")
    line, *_ = [line for line in lines.splitlines() if says in line]
    assert (status, line.split()[0]) == (0, "warn")


@pytest.fixture
def menu_file(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Li Ming's city wants this menu."""
    file = desk.folder / "menu.json"
    file.write_text(json.dumps(MENU))
    monkeypatch.setenv("SHIMIN_WECHAT__MENU", "menu.json")
    return file


@pytest.mark.parametrize(
    ("told", "says"),
    [
        pytest.param({"menu": MENU}, "ok    wechat    the menu of menu.json is set", id="that of the file"),
        pytest.param(
            {"menu": {"button": [MENU["button"][0] | {"sub_button": []}]}},
            "ok    wechat    the menu of",
            id="as told",
        ),
        pytest.param(
            {"menu": {"button": [MENU["button"][0] | {"key": "帮助"}]}},
            "warn  wechat    the menu that is set is not that of menu.json -> run `shimin wechat menu menu.json`",
            id="another",
        ),
        pytest.param({"errcode": 46003}, "no menu is set -> run `shimin wechat menu menu.json`", id="none"),
    ],
)
def test_the_menu_that_is_set(desk: Shell, city: Host, menu_file: Path, told: object, says: str) -> None:
    city.answers["/cgi-bin/menu/get"] = told
    status, lines = of(desk, "wechat")
    assert (status, says in lines) == (0, True), lines


def test_a_menu_file_that_is_wrong(desk: Shell, city: Host, menu_file: Path) -> None:
    menu_file.write_text("{")
    assert "the menu's file is wrong: menu.json" in of(desk, "wechat")[1]


def test_without_templates_nothing_is_asked(desk: Shell, city: Host) -> None:
    assert of(desk, "template") == (0, "ok    template  none: what the chat's window keeps out goes by text")
    assert ONE_TIME_LIST not in [path for path, _ in city.calls]


def template(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, kinds: Mapping[str, Any]
) -> tuple[int, str]:
    """The lines about a file of templates; the account has one of each sort."""
    (desk.folder / "templates.json").write_text(json.dumps(kinds, ensure_ascii=False))
    monkeypatch.setenv("SHIMIN_WECHAT__TEMPLATES", "templates.json")
    city.answers.setdefault(ONE_TIME_LIST, {"errcode": 0, "data": [GRANTED_ONE_TIME]})
    if city.answers[LIST] == {"template_list": [{}, {}]}:
        city.answers[LIST] = {"template_list": [GRANTED]}
    return of(desk, "template")


def test_templates_that_are_there(desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"payment_receipt": {"zh_CN": RECEIPT}, "wallet_unlocked": {"zh_CN": UNLOCKED}}
    status, line = template(desk, city, monkeypatch, kinds)
    assert (status, line.startswith("ok    template  all 2 of the file")) == (0, True), line


@pytest.mark.parametrize(
    ("kinds", "level", "says"),
    [
        pytest.param(
            {"payment_receipt": {"zh_CN": RECEIPT | {"template": "T9"}}},
            "fail",
            "payment_receipt.zh_CN: the account has no template T9 -> add it at WeChat",
            id="an id that is not there",
        ),
        pytest.param(
            {"wallet_unlocked": {"zh_CN": UNLOCKED | {"template": "T1"}}},
            "fail",
            "wallet_unlocked.zh_CN: the account has no template T1",
            id="a template message where a one-time notice should be",
        ),
        pytest.param(
            {"payment_receipt": {"en": RECEIPT | {"fields": {"amount2": "{amount}", "thing3": "x"}}}},
            "fail",
            "payment_receipt.en: the fields of its template are amount2, character_string1, not amount2, thing3",
            id="other fields",
        ),
        pytest.param(
            {
                "payment_receipt": {
                    "en": RECEIPT | {"fields": {"amount2": "{amount}", "character_string1": "{plate}"}}
                }
            },
            "fail",
            "payment_receipt.en: the notice has no {plate}",
            id="a parameter that is not brought",
        ),
        pytest.param(
            {"payment_receipt": {"en": {}}}, "fail", "payment_receipt.en.template: Field required", id="no id"
        ),
        pytest.param(
            {"payment_reciept": {"zh_CN": RECEIPT}},
            "warn",
            "payment_reciept.zh_CN: no such notice",
            id="misspelt",
        ),
        pytest.param(
            {"decision_made": {"zh_CN": RECEIPT}},
            "warn",
            "decision_made.zh_CN: no such notice",
            id="by text only",
        ),
        pytest.param(
            {"payment_receipt": {"fr": RECEIPT}}, "warn", "payment_receipt.fr: no such", id="a language"
        ),
    ],
)
def test_templates_that_are_not_right(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, kinds: Mapping[str, Any], level: str, says: str
) -> None:
    status, lines = template(desk, city, monkeypatch, kinds)
    [line] = lines.splitlines()
    assert (status, line.split()[0], says in line) == (int(level == "fail"), level, True), line


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        pytest.param(LIST, {"errcode": 48001}, id="no template messages"),
        pytest.param(ONE_TIME_LIST, {"errcode": 48001}, id="no one-time notices"),
        pytest.param("/cgi-bin/stable_token", {"errcode": 40125}, id="no token"),
    ],
)
def test_templates_that_wechat_does_not_tell(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, path: str, answer: object
) -> None:
    city.answers[path] = answer
    kinds = {"payment_receipt": {"zh_CN": RECEIPT}, "wallet_unlocked": {"zh_CN": UNLOCKED}}
    _, line = template(desk, city, monkeypatch, kinds)
    assert line.startswith("warn  template  WeChat does not tell its templates: 4"), line


def test_a_file_of_templates_that_is_not_there(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIMIN_WECHAT__TEMPLATES", "nowhere.toml")
    status, line = of(desk, "template")
    assert (status, "nowhere.toml" in line) == (1, True)


@pytest.mark.parametrize(
    ("path", "http", "answer", "says"),
    [
        pytest.param(
            ORDER,
            401,
            {"code": "SIGN_ERROR"},
            "WeChat Pay does not take the call: SIGN_ERROR -> check SHIMIN_PAY__API_BASE",
            id="merchant key",
        ),
        pytest.param(
            ORDER,
            502,
            {},
            "WeChat Pay does not take the call: HTTP_502 -> check SHIMIN_PAY__API_BASE",
            id="pay away",
        ),
        pytest.param(
            CARRIER,
            400,
            {"Code": "SignatureDoesNotMatch"},
            "the SMS carrier does not take the call: SignatureDoesNotMatch -> check SHIMIN_SMS__API_BASE",
            id="carrier's key",
        ),
        pytest.param(
            LOCK, 401, {}, "the wallet refuses our signature -> check SHIMIN_WALLET__SECRET", id="wallet"
        ),
        pytest.param(
            LOCK, 503, {}, "the wallet does not answer: http_503 -> check SHIMIN_WALLET__", id="wallet away"
        ),
        pytest.param(
            HOLDERS,
            401,
            {},
            "the SIM register refuses our signature -> check SHIMIN_SIM_REGISTER__SECRET",
            id="register",
        ),
    ],
)
def test_credentials_that_are_refused(
    desk: Shell, city: Host, path: str, http: int, answer: object, says: str
) -> None:
    city.statuses[path], city.answers[path] = http, answer
    status, lines = of(desk, "wires")
    [line] = [line for line in lines.splitlines() if not line.startswith("ok")]
    assert (status, line.split()[0], says in line) == (1, "fail", True), line


def test_keys_that_cannot_be_loaded_leave_nobody_to_ask(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIMIN_PAY__MERCHANT_KEY_FILE", "nowhere.pem")
    status, line = of(desk, "wires")
    assert (status, "nobody can be asked: SHIMIN_PAY__MERCHANT_KEY_FILE" in line) == (1, True), line
