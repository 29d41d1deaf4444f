"""Settings from the environment: prefix `SHIMIN_`, nested with `__`. A wrong or missing one is one clear line that names it.

There are no default secrets; the demo writes its own into `.demo/env`.
"""

import base64
import binascii
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_OR_SECURE = re.compile(r"https://[^/]|http://(?:127\.0\.0\.1|localhost)(?=[:/]|$)")

HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")


class WrongSettings(ValueError):
    """One line for each wrong or missing setting, naming it."""


def _key_bytes(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise ValueError("is not base64") from problem
    if len(raw) != 32:
        raise ValueError("must be 32 bytes in base64")
    return raw


def _from_json(value: Any) -> Any:
    """Read here and not by pydantic-settings, whose own error names the group instead of the variable."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as problem:
        raise ValueError("is not JSON") from problem


def _aes_key(key: SecretStr) -> SecretStr:
    if re.fullmatch("[0-9A-Za-z+/]{43}", key.get_secret_value()) is None:
        raise ValueError("must be the 43 characters of an EncodingAESKey")
    return key


def _aes_key_or_none(key: SecretStr) -> SecretStr:
    return _aes_key(key) if key.get_secret_value() else key


def _no_trailing_slash(url: str) -> str:
    if not LOOPBACK_OR_SECURE.match(url):
        raise ValueError("must be https:// (http:// on loopback only)")
    return url.rstrip("/")


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise ValueError("must be sqlite+aiosqlite:// or postgresql+asyncpg://")
    return url


def _hosts(value: Any) -> Any:
    """`a.test, b.test:8443`: names, and never a pattern."""
    if not isinstance(value, str):
        return value
    hosts = [host.strip().lower() for host in value.split(",") if host.strip()]
    if any(not HOST.fullmatch(host) for host in hosts):
        raise ValueError("must be host names with commas between")
    return hosts


KeyBytes = Annotated[bytes, BeforeValidator(_key_bytes)]
Url = Annotated[str, AfterValidator(_no_trailing_slash)]


class WeChat(BaseModel):
    """The service account. `menu` and `templates` are files (docs/menu.toml, docs/templates.toml)."""

    app_id: str
    app_secret: SecretStr
    original_id: str
    token: SecretStr
    aes_key: Annotated[SecretStr, AfterValidator(_aes_key)]
    previous_aes_key: Annotated[SecretStr, AfterValidator(_aes_key_or_none)] = SecretStr("")
    mode: Literal["safe", "compat", "plaintext"] = "safe"
    api_base: Url = "https://api.weixin.qq.com"
    open_base: Url = "https://open.weixin.qq.com"
    menu: Path | None = None
    templates: Path | None = None
    js_sdk_url: str = ""
    frame_ancestors: str = "'none'"


class Pay(BaseModel):
    """The treasury's merchant account at WeChat Pay."""

    merchant_id: str
    merchant_serial: str
    merchant_key_file: Path
    api_v3_key: SecretStr = Field(min_length=32, max_length=32)
    platform_key_id: str
    platform_key_file: Path
    api_base: Url = "https://api.mch.weixin.qq.com"


class Sms(BaseModel):
    """The carrier of text messages (Aliyun's API). `templates`: `<kind>.<language>` -> template code, as JSON."""

    api_base: Url = "https://dysmsapi.aliyuncs.com"
    access_key_id: str
    access_key_secret: SecretStr
    sign_name: str
    callback_secret: SecretStr = Field(min_length=20)
    templates: Annotated[dict[str, str], BeforeValidator(_from_json)]


class Signed(BaseModel):
    """A wire of ours (docs/wires.md)."""

    api_base: Url
    secret: SecretStr = Field(min_length=20)


class Vault(BaseModel):
    """Sealing keys by id, the id of the current one, and the indexing key; 32 bytes in base64 each."""

    keys: Annotated[dict[str, KeyBytes], BeforeValidator(_from_json)] = Field(repr=False)
    current: str
    index_key: KeyBytes = Field(repr=False)

    @field_validator("current")
    @classmethod
    def _is_one_of_them(cls, current: str, info: ValidationInfo) -> str:
        if current not in info.data.get("keys", {current}):
            raise ValueError("is not the id of one of SHIMIN_VAULT__KEYS")
        return current


class Demo(BaseModel):
    """The demo's own: the movable clock, and the sign that its town is made. A city leaves this out."""

    clock_key: SecretStr = Field(min_length=20)
    clock_file: Path
    ready_file: Path | None = None


class Settings(BaseSettings):
    """All of it."""

    model_config = SettingsConfigDict(
        env_prefix="SHIMIN_", env_nested_delimiter="__", extra="ignore", enable_decoding=False
    )

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(repr=False)  # may hold a password
    redis_url: str = Field("", pattern=r"^$|^rediss?://|^unix://", repr=False)
    public_url: Url
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    reuse_port: bool = False
    drain_seconds: float = Field(1.0, ge=0, le=5)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(0, ge=0, le=65535)
    tariff: Path | None = None
    blobs: Path = Path("blobs")
    evidence_hosts: Annotated[frozenset[str], BeforeValidator(_hosts)] = frozenset()
    link_key: KeyBytes = Field(repr=False)
    vault: Vault
    wechat: WeChat
    pay: Pay
    sms: Sms
    wallet: Signed
    sim_register: Signed
    demo: Demo | None = None


def load_settings() -> Settings:
    """Read the environment. Raises WrongSettings."""
    try:
        return Settings()
    except ValidationError as problem:
        lines = (
            f"{_variable(error['loc'])}: {_explain(error['msg'], error['type'])}"
            for error in problem.errors()
        )
        raise WrongSettings("\n".join(lines)) from None


def _variable(path: tuple[int | str, ...]) -> str:
    return "SHIMIN_" + "__".join(str(part).upper() for part in path)


def _explain(message: str, kind: str) -> str:
    return "is missing" if kind == "missing" else message.removeprefix("Value error, ")
