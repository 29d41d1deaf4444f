"""`shimin doctor`: one line for each check, what is wrong and how to mend it; exit status 1 when something does not work."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from shutil import copy

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from bot.doctor import days, keys
from bot.doctor.examination import CHECKS, examine
from bot.doctor.finding import Check, Finding, Level, ok
from bot.doctor.sms import needed
from bot.settings import Settings, Vault, load_settings
from tests.cli.conftest import SECRETS, Shell
from tests.cli.wechat_host import Host
from tests.conftest import TOWN_TARIFF


def of(shell: Shell, check: str) -> tuple[int, str]:
    """The exit status, and the lines of one check."""
    status, out, err = shell.run("doctor")
    assert not any(secret in out + err for secret in SECRETS)
    return status, "\n".join(line for line in out.splitlines() if line.split()[1] == check)


def test_a_healthy_city(desk: Shell, city: Host) -> None:
    status, out, err = desk.run("doctor")
    lines = [line.split(maxsplit=2) for line in out.splitlines()]
    assert (status, err) == (0, ""), out
    assert list(dict.fromkeys(name for _, name, _ in lines)) == list(CHECKS)
    assert {level for level, name, _ in lines if name != "calendar"} == {"ok"}, out
    assert "verified; 2 of 25 message templates" in out


def test_a_missing_setting_is_a_line_like_the_others(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIMIN_WECHAT__APP_ID")
    monkeypatch.setenv("SHIMIN_PORT", "x")
    status, out, _ = shell.run("doctor")
    assert (status, len(out.splitlines())) == (1, 2)
    assert "fail  settings  SHIMIN_WECHAT__APP_ID: is missing -> set it" in out


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        pytest.param("WECHAT__MODE", "plaintext", "can forge any citizen", id="plaintext"),
        pytest.param("PUBLIC_URL", "http://127.0.0.1:8080", "no phone reaches", id="a loopback address"),
    ],
)
def test_what_is_allowed_and_not_for_a_city(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"SHIMIN_{setting}", value)
    status, line = of(desk, "settings")
    assert (status, line.startswith("warn"), says in line) == (0, True, True)


def test_the_demos_clock(desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIMIN_DEMO__CLOCK_KEY", "k" * 20)
    monkeypatch.setenv("SHIMIN_DEMO__CLOCK_FILE", "clock.json")
    monkeypatch.setenv("SHIMIN_DEMO__READY_FILE", "ready")
    assert "movable clock is on" in of(desk, "settings")[1]


def curve_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("setting", "content", "says"),
    [
        pytest.param("MERCHANT", b"no key", "MERCHANT_KEY_FILE is not an RSA private key", id="no key"),
        pytest.param("MERCHANT", curve_key(), "MERCHANT_KEY_FILE is not an RSA private key", id="no RSA"),
        pytest.param("MERCHANT", None, "MERCHANT_KEY_FILE is not an RSA private key", id="no file"),
        pytest.param("PLATFORM", b"no key", "PLATFORM_KEY_FILE is not an RSA public key", id="no public key"),
        pytest.param("PLATFORM", None, "PLATFORM_KEY_FILE is not an RSA public key", id="no public file"),
    ],
)
def test_keys_that_cannot_be_read(
    desk: Shell,
    city: Host,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    content: bytes | None,
    says: str,
) -> None:
    file = desk.folder / "key.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(f"SHIMIN_PAY__{setting}_KEY_FILE", str(file))
    status, lines = of(desk, "keys")
    assert (status, says in lines) == (1, True), lines


def test_the_merchants_own_public_key_is_not_the_platforms(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, pems: tuple[Path, Path]
) -> None:
    own = load_pem_private_key(pems[0].read_bytes(), None).public_key()
    file = desk.folder / "platform.pem"
    file.write_bytes(own.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.setenv("SHIMIN_PAY__PLATFORM_KEY_FILE", str(file))
    assert "is the merchant's own" in of(desk, "keys")[1]


def test_a_vault_whose_current_key_is_not_there(desk: Shell) -> None:
    """The settings refuse it, too; this is about what is sealed."""
    vault = Vault.model_construct(keys={"k1": bytes(32)}, current="k2", index_key=bytes(32))
    found = asyncio.run(examine(load_settings().model_copy(update={"vault": vault}), {"keys": keys.look}))
    assert [finding.level for _, finding in found] == [Level.OK, Level.FAIL]
    assert found[1][1].says == "SHIMIN_VAULT__CURRENT opens nothing"


def test_texts_without_a_template(desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = needed()
    monkeypatch.setenv("SHIMIN_SMS__TEMPLATES", json.dumps(dict.fromkeys([*rest, "flown.en"], "SMS_1")))
    status, lines = of(desk, "sms")
    assert (status, lines.splitlines()[0].startswith(f"fail  sms       no template for {first} ->")) == (
        1,
        True,
    )
    assert "warn  sms       no such notice: flown.en" in lines


@pytest.mark.parametrize(
    ("today", "level", "says"),
    [
        pytest.param(date(2025, 5, 1), Level.OK, "of 2025 and 2026 are known", id="both known"),
        pytest.param(
            date(2026, 5, 1), Level.WARN, "of 2027 are not known: Monday to Friday", id="next is not"
        ),
        pytest.param(date(2040, 5, 1), Level.WARN, "of 2040 and 2041 are not known", id="neither"),
    ],
)
def test_the_calendar(today: date, level: Level, says: str) -> None:
    finding = days.coverage(today)
    assert (finding.level, says in finding.says) == (level, True)


def test_an_inert_measure_is_said(desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIMIN_TARIFF")
    status, lines = of(desk, "tariff")
    assert (status, "warn  tariff    the measure wallet is inert" in lines) == (0, True)


def test_a_wrong_tariff(desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    copy(TOWN_TARIFF, desk.folder / "tariff.toml")
    with (desk.folder / "tariff.toml").open("a") as file:
        file.write("\nrate = 3\n")
    monkeypatch.setenv("SHIMIN_TARIFF", "tariff.toml")
    status, line = of(desk, "tariff")
    assert (status, "rate" in line) == (1, True)


async def well(settings: Settings) -> Sequence[Finding]:
    del settings
    return [ok("well")]


async def silent(settings: Settings) -> Sequence[Finding]:
    del settings
    await asyncio.sleep(30)
    return []


async def broken(settings: Settings) -> Sequence[Finding]:
    raise KeyError(settings.wechat.app_secret.get_secret_value())


@pytest.mark.parametrize(
    ("check", "says"),
    [
        pytest.param(silent, "no answer within 0.05 s", id="silent"),
        pytest.param(broken, "the check itself broke: KeyError", id="broken"),
    ],
)
def test_one_check_holds_up_no_other(desk: Shell, check: Check, says: str) -> None:
    found = asyncio.run(examine(load_settings(), {"a": check, "b": well}, seconds=0.05))
    assert [(name, finding.level, finding.says) for name, finding in found] == [
        ("a", Level.FAIL, says),
        ("b", Level.OK, "well"),
    ]
