"""A shell in an empty folder with a city's settings."""

import base64
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import pytest
import structlog
from blockbuster import BlockBuster

from bot.cli import main
from bot.doctor.sms import needed
from tests.cli.wechat_host import Host, serving
from tests.conftest import TOWN_TARIFF
from tests.gateways.wechat_pay_platform import Keys

KEY = base64.b64encode(bytes(range(32))).decode()
SECRET = "a-secret-that-nobody-may-read"
ORDER = "/v3/pay/transactions/out-trade-no/doctor0000000000"
CARRIER, LOCK, HOLDERS = "/", "/v1/locks/doctor", "/v1/verify"
MENU = {"button": [{"type": "click", "name": "罚单", "key": "罚单"}]}
WELL = {
    "/cgi-bin/getcallbackip": {"ip_list": ["101.226.103.61", "101.226.103.62"]},
    "/cgi-bin/template/get_all_private_template": {"template_list": [{}, {}]},
    "/cgi-bin/openapi/quota/get": {"errcode": 0, "quota": {"daily_limit": 1000, "used": 1, "remain": 999}},
    "/cgi-bin/menu/get": {"menu": MENU},
    ORDER: {"code": "ORDER_NOT_EXIST", "message": "no order"},
    CARRIER: {"Code": "OK", "TotalCount": 0, "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}},
    LOCK: {"code": "unknown", "message": "no lock"},
    HOLDERS: {"code": "invalid", "message": "no name"},
}
SECRETS = (SECRET, KEY, "k" * 43, "v" * 32, "the-password")


@pytest.fixture(autouse=True)
def a_command_may_block(loop_never_blocks: BlockBuster) -> None:
    """It has its loop for itself."""
    loop_never_blocks.deactivate()


@pytest.fixture(scope="session")
def pems(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The merchant's private key and the platform's public one."""
    folder, keys = tmp_path_factory.mktemp("pems"), Keys()
    files = folder / "merchant.pem", folder / "platform.pem"
    for file, pem in zip(files, (keys.merchant_pem, keys.platform_pem), strict=True):
        file.write_text(pem)
    return files


@pytest.fixture
def environment(
    pems: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """All that must be set, set; nothing of the machine's own."""
    for name in [name for name in os.environ if name.startswith("SHIMIN_")]:
        monkeypatch.delenv(name)
    values = good(pems, tmp_path / "shimin.db")
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return values


def good(pems: tuple[Path, Path], database: Path) -> dict[str, str]:
    wires = {
        "WECHAT__APP_ID": "wx-town",
        "WECHAT__APP_SECRET": SECRET,
        "WECHAT__ORIGINAL_ID": "gh_town",
        "WECHAT__TOKEN": SECRET,
        "WECHAT__AES_KEY": "k" * 43,
        "PAY__MERCHANT_ID": "1900000001",
        "PAY__MERCHANT_SERIAL": "S1",
        "PAY__MERCHANT_KEY_FILE": str(pems[0]),
        "PAY__API_V3_KEY": "v" * 32,
        "PAY__PLATFORM_KEY_ID": "PUB_KEY_ID_1",
        "PAY__PLATFORM_KEY_FILE": str(pems[1]),
        "SMS__ACCESS_KEY_ID": "AK",
        "SMS__ACCESS_KEY_SECRET": SECRET,
        "SMS__SIGN_NAME": "示范交警",
        "SMS__CALLBACK_SECRET": SECRET,
        "SMS__TEMPLATES": "{}",
        "WALLET__API_BASE": "https://wallet.test",
        "WALLET__SECRET": SECRET,
        "SIM_REGISTER__API_BASE": "https://sim.test",
        "SIM_REGISTER__SECRET": SECRET,
    }
    own = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "PUBLIC_URL": "https://shimin.test",
        "LINK_KEY": KEY,
        "VAULT__KEYS": json.dumps({"k1": KEY}),
        "VAULT__CURRENT": "k1",
        "VAULT__INDEX_KEY": KEY,
    }
    return {f"SHIMIN_{name}": value for name, value in (own | wires).items()}


@dataclass
class Shell:
    """`run` is what a command said: exit status, standard output, standard error."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        self.monkeypatch.setattr(sys, "argv", ["shimin", *arguments])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def shell(
    environment: Mapping[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """No database yet."""
    return Shell(tmp_path, monkeypatch, capsys)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Some commands silence what is logged."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def desk(shell: Shell, migrated: Path) -> Shell:
    """With a migrated database."""
    copy(migrated, shell.folder / "shimin.db")
    return shell


@pytest.fixture
def city(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """All is well: every wire answers, every text has a template, the tariff gives a legal basis."""
    with serving(Host()) as host:
        host.answers |= WELL
        host.statuses |= {ORDER: 404, LOCK: 404, HOLDERS: 400}
        for wire in ("WECHAT", "PAY", "SMS", "WALLET", "SIM_REGISTER"):
            monkeypatch.setenv(f"SHIMIN_{wire}__API_BASE", host.url)
        monkeypatch.setenv("SHIMIN_SMS__TEMPLATES", json.dumps(dict.fromkeys(needed(), "SMS_1")))
        monkeypatch.setenv("SHIMIN_TARIFF", str(TOWN_TARIFF))
        yield host
