"""A missing or wrong setting is exactly one line that names it and shows no secret."""

from collections.abc import Mapping

import pytest

from bot.settings import WrongSettings, load_settings
from tests.cli.conftest import SECRETS, Shell

REQUIRED = [
    "DATABASE_URL",
    "PUBLIC_URL",
    "LINK_KEY",
    "VAULT__KEYS",
    "VAULT__CURRENT",
    "VAULT__INDEX_KEY",
    "WECHAT__APP_ID",
    "WECHAT__APP_SECRET",
    "WECHAT__ORIGINAL_ID",
    "WECHAT__TOKEN",
    "WECHAT__AES_KEY",
    "PAY__MERCHANT_ID",
    "PAY__MERCHANT_SERIAL",
    "PAY__MERCHANT_KEY_FILE",
    "PAY__API_V3_KEY",
    "PAY__PLATFORM_KEY_ID",
    "PAY__PLATFORM_KEY_FILE",
    "SMS__ACCESS_KEY_ID",
    "SMS__ACCESS_KEY_SECRET",
    "SMS__SIGN_NAME",
    "SMS__CALLBACK_SECRET",
    "SMS__TEMPLATES",
    "WALLET__API_BASE",
    "WALLET__SECRET",
    "SIM_REGISTER__API_BASE",
    "SIM_REGISTER__SECRET",
]


def complaint() -> str:
    with pytest.raises(WrongSettings) as caught:
        load_settings()
    return str(caught.value)


def test_what_is_set_is_enough(environment: Mapping[str, str]) -> None:
    settings = load_settings()
    assert (settings.port, settings.wechat.mode, settings.demo) == (8080, "safe", None)
    assert {f"SHIMIN_{name}" for name in REQUIRED} == set(environment)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_one(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(f"SHIMIN_{name}")
    assert complaint() == f"SHIMIN_{name}: is missing"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("DATABASE_URL", "", "must be sqlite+aiosqlite", id="no database"),
        pytest.param("DATABASE_URL", "sqlite:///x.db", "must be sqlite+aiosqlite", id="a driver that blocks"),
        pytest.param("DATABASE_URL", "the-password", "must be sqlite+aiosqlite", id="no database url"),
        pytest.param("REDIS_URL", "localhost:6379", "should match", id="no redis url"),
        pytest.param("PUBLIC_URL", "http://city.test", "must be https://", id="a public url in the clear"),
        pytest.param(
            "PUBLIC_URL", "http://localhost.evil.test", "must be https://", id="looks like loopback"
        ),
        pytest.param("PUBLIC_URL", "city.test", "must be https://", id="a host alone"),
        pytest.param("PORT", "http", "valid integer", id="a port by name"),
        pytest.param("PORT", "0", "greater than or equal to 1", id="no port"),
        pytest.param("PORT", "65536", "less than or equal to 65535", id="too high a port"),
        pytest.param("METRICS_PORT", "-1", "greater than or equal to 0", id="no port for metrics"),
        pytest.param("DRAIN_SECONDS", "6", "less than or equal to 5", id="too long a farewell"),
        pytest.param("REUSE_PORT", "perhaps", "valid boolean", id="neither yes nor no"),
        pytest.param("LINK_KEY", "not base64!", "is not base64", id="a key that is no base64"),
        pytest.param("LINK_KEY", "c2hvcnQ=", "must be 32 bytes", id="a short key"),
        pytest.param("VAULT__KEYS", "the-password", "is not JSON", id="keys that are no JSON"),
        pytest.param("VAULT__KEYS", "[]", "valid dictionary", id="keys without ids"),
        pytest.param("VAULT__CURRENT", "k2", "is not the id of one of", id="a current key that is not there"),
        pytest.param("VAULT", "the-password", "valid dictionary", id="a group as one value"),
        pytest.param("WECHAT__AES_KEY", "k" * 42, "43 characters", id="a short EncodingAESKey"),
        pytest.param("WECHAT__AES_KEY", "密" * 43, "43 characters", id="an EncodingAESKey that is no base64"),
        pytest.param("WECHAT__AES_KEY", "", "43 characters", id="no EncodingAESKey"),
        pytest.param("WECHAT__PREVIOUS_AES_KEY", "k", "43 characters", id="a short previous one"),
        pytest.param("WECHAT__MODE", "plain", "'safe', 'compat' or 'plaintext'", id="an unknown mode"),
        pytest.param("WECHAT__API_BASE", "http://wx.test", "must be https://", id="WeChat in the clear"),
        pytest.param("PAY__API_V3_KEY", "v" * 31, "at least 32", id="a short APIv3 key"),
        pytest.param("SMS__TEMPLATES", "the-password", "is not JSON", id="templates that are no JSON"),
        pytest.param("SMS__CALLBACK_SECRET", "short", "at least 20", id="a callback secret to be guessed"),
        pytest.param("WALLET__SECRET", "short", "at least 20", id="a wallet secret to be guessed"),
        pytest.param("WALLET__API_BASE", "http://wallet.test", "must be https://", id="wallet in the clear"),
        pytest.param("SIM_REGISTER__SECRET", "short", "at least 20", id="a register secret to be guessed"),
        pytest.param("DEMO__CLOCK_KEY", "k" * 20, "DEMO__CLOCK_FILE: is missing", id="half a demo"),
    ],
)
def test_a_wrong_one(
    environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"SHIMIN_{name}", value)
    said = complaint()
    assert "\n" not in said
    assert said.startswith(f"SHIMIN_{name.partition('__')[0]}")
    assert name.split("__")[-1] in said or "is missing" in said
    assert says in said
    assert not [secret for secret in SECRETS if secret in said]


def test_a_wrong_key_of_the_vault_is_named_by_its_id(
    environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIMIN_VAULT__KEYS", '{"k1": "the-password"}')
    assert complaint() == "SHIMIN_VAULT__KEYS__K1: is not base64"


def test_each_of_many_has_its_line(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIMIN_LINK_KEY")
    monkeypatch.setenv("SHIMIN_PORT", "x")
    assert [line.split(":")[0] for line in complaint().splitlines()] == ["SHIMIN_PORT", "SHIMIN_LINK_KEY"]


def test_no_secret_shows_in_the_settings(
    environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIMIN_DATABASE_URL", "postgresql+asyncpg://shimin:the-password@db/shimin")
    monkeypatch.setenv("SHIMIN_REDIS_URL", "redis://:the-password@redis/0")
    settings = load_settings()
    shown = f"{settings!r} {settings}"
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("SHIMIN_PAY__MERCHANT_KEY_FILE", "nowhere.pem", "nowhere.pem", id="no key file"),
        pytest.param("SHIMIN_PAY__PLATFORM_KEY_FILE", __file__, "cannot be loaded", id="no key in it"),
        pytest.param("SHIMIN_TARIFF", "nowhere.toml", "nowhere.toml", id="no tariff"),
        pytest.param("SHIMIN_WECHAT__TEMPLATES", "nowhere.toml", "nowhere.toml", id="no templates"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_as_well(
    desk: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.logs.configure", lambda: None)
    status, _, err = desk.run("serve")
    assert (status, err.count("\n")) == (1, 1), err
    assert says in err
    assert name in err or "tariff" in err
