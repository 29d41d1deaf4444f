"""`shimin wechat`: the menu and QR codes, against an API host on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import SECRETS, Shell
from tests.cli.wechat_host import Host, serving

SHIPPED = Path(__file__).parents[2] / "docs" / "menu.toml"
MENU = {"button": [{"type": "click", "name": "罚单", "key": "罚单"}]}
QR = {"ticket": "t/1", "url": "http://weixin.qq.com/q/kZ", "expire_seconds": 604800}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, shell: Shell) -> Iterator[Host]:
    """WeChat answers."""
    with serving(Host()) as host:
        monkeypatch.setenv("SHIMIN_WECHAT__API_BASE", host.url)
        yield host


def paths(host: Host) -> list[str]:
    return [path for path, _ in host.calls]


def test_the_shipped_menu_is_shown_and_set(shell: Shell, host: Host) -> None:
    status, out, err = shell.run("wechat", "menu", str(SHIPPED))
    assert (status, out.splitlines()[0], "menu is set" in err) == (0, "罚单 -> click 罚单", True)
    assert paths(host) == ["/cgi-bin/stable_token", "/cgi-bin/menu/create"]
    assert [button["name"] for button in host.calls[1][1]["button"]] == ["罚单", "我的", "服务"]


def test_a_dry_run_calls_nobody(shell: Shell, host: Host) -> None:
    status, out, err = shell.run("wechat", "menu", str(SHIPPED), "--dry-run")
    assert (status, "罚单" in out, "nothing was set" in err, host.calls) == (0, True, True, [])


def test_a_wrong_menu_calls_nobody(shell: Shell, host: Host) -> None:
    (shell.folder / "menu.json").write_text(json.dumps({"button": [{"name": "六个汉字啊啊"}]}))
    status, out, err = shell.run("wechat", "menu", "menu.json")
    assert (status, out, host.calls) == (1, "", [])
    assert "menu.json: button 1: name: must be 1 to 16 bytes" in err


def test_without_a_file_the_menu_that_is_set_is_shown(shell: Shell, host: Host) -> None:
    host.answers["/cgi-bin/menu/get"] = {"menu": MENU}
    assert shell.run("wechat", "menu")[:2] == (0, "罚单 -> click 罚单\n")


def test_there_may_be_none(shell: Shell, host: Host) -> None:
    host.answers["/cgi-bin/menu/get"] = {"errcode": 46003}
    assert shell.run("wechat", "menu") == (1, "", "shimin: no menu is set\n")


def test_a_menu_is_taken_away(shell: Shell, host: Host) -> None:
    assert shell.run("wechat", "menu", "--delete") == (0, "", "The menu is taken away.\n")
    assert paths(host)[-1] == "/cgi-bin/menu/delete"


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        pytest.param(("--days", "7"), {"action_name": "QR_STR_SCENE", "expire_seconds": 604800}, id="a week"),
        pytest.param(("--permanent",), {"action_name": "QR_LIMIT_STR_SCENE"}, id="for ever"),
    ],
)
def test_a_code_is_drawn(
    shell: Shell, host: Host, options: tuple[str, ...], asked: dict[str, object]
) -> None:
    host.answers["/cgi-bin/qrcode/create"] = QR
    status, out, err = shell.run("wechat", "qr", "石岐大队", *options)
    assert (status, out) == (0, "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=t/1\n")
    assert err == "office:石岐大队 is drawn in qr.svg\n"
    assert (shell.folder / "qr.svg").read_text().startswith("<?xml")
    assert host.calls[-1][1] == {**asked, "action_info": {"scene": {"scene_str": "office:石岐大队"}}}


def test_the_code_of_a_class(shell: Shell, host: Host) -> None:
    host.answers["/cgi-bin/qrcode/create"] = QR
    assert shell.run("wechat", "qr", "k7x2m9qt", "--class", "--days", "7")[0] == 0
    assert host.calls[-1][1]["action_info"] == {"scene": {"scene_str": "class:K7X2M9QT"}}


def test_a_class_is_named_by_its_code(shell: Shell, host: Host) -> None:
    status, _, err = shell.run("wechat", "qr", "3-2", "--class", "--permanent")
    assert (status, "class: must be its code" in err, host.calls) == (1, True, [])


def test_a_code_as_png(shell: Shell, host: Host) -> None:
    host.answers["/cgi-bin/qrcode/create"] = QR
    assert shell.run("wechat", "qr", "x", "--permanent", "--file", "x.png")[0] == 0
    assert (shell.folder / "x.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param((), "say either --days N or --permanent", id="neither"),
        pytest.param(("--days", "1", "--permanent"), "say either --days N or --permanent", id="both"),
        pytest.param(("--days", "31"), "days: must be 1 to 30", id="31 days"),
        pytest.param(("--permanent", "--file", "x.gif"), "x.gif: must end in .svg or .png", id="a GIF"),
    ],
)
def test_what_cannot_be_drawn(shell: Shell, host: Host, options: tuple[str, ...], says: str) -> None:
    assert shell.run("wechat", "qr", "x", *options) == (1, "", f"shimin: {says}\n")
    assert host.calls == []


def test_what_wechat_refuses_is_one_line(shell: Shell, host: Host) -> None:
    host.answers["/cgi-bin/stable_token"] = {"errcode": 40125, "errmsg": "invalid appsecret"}
    status, out, err = shell.run("wechat", "menu", "--delete")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == "shimin: WeChat refused: 40125 app secret wrong"
    assert not any(secret in err for secret in SECRETS)


def test_nobody_there_is_one_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("SHIMIN_WECHAT__API_BASE", f"http://127.0.0.1:{unused_tcp_port}")
    status, _, err = shell.run("wechat", "menu", "--delete")
    assert status == 1
    assert err.endswith("(SHIMIN_WECHAT__API_BASE): unreachable\n")
