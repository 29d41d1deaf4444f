"""Settings from the environment: prefix `SHIMIN_`, nested with `__`. A wrong or missing one is one clear line that names it.

There are no default secrets; the demo writes its own into `.demo/env`.
"""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


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


def _no_trailing_slash(url: str) -> str:
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("must be https:// (http:// on loopback only)")
    return url.rstrip("/")


KeyBytes = Annotated[bytes, BeforeValidator(_key_bytes)]
Url = Annotated[str, AfterValidator(_no_trailing_slash)]


class WeChat(BaseModel):
    """The service account."""

    app_id: str
    app_secret: SecretStr
    original_id: str
    token: SecretStr
    aes_key: SecretStr = Field(min_length=43, max_length=43)
    previous_aes_key: SecretStr = SecretStr("")
    mode: Literal["safe", "compat", "plaintext"] = "safe"
    api_base: Url = "https://api.weixin.qq.com"
    open_base: Url = "https://open.weixin.qq.com"
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
    templates: dict[str, str]


class Signed(BaseModel):
    """A wire of ours (docs/wires.md)."""

    api_base: Url
    secret: SecretStr = Field(min_length=20)


class Vault(BaseModel):
    """Sealing keys by id, the id of the current one, and the indexing key; 32 bytes in base64 each."""

    keys: dict[str, KeyBytes] = Field(repr=False)
    current: str
    index_key: KeyBytes = Field(repr=False)


class Demo(BaseModel):
    """The demo's own: the movable clock. A city leaves this out."""

    clock_key: SecretStr = Field(min_length=20)
    clock_file: Path


class Settings(BaseSettings):
    """All of it."""

    model_config = SettingsConfigDict(env_prefix="SHIMIN_", env_nested_delimiter="__", extra="ignore")

    database_url: str
    redis_url: str = ""
    public_url: Url
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    tariff: Path | None = None
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
