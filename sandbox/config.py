"""What the sandbox must know before it starts: one JSON file, read into frozen values."""

from dataclasses import field
from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")
TOWN = Path(__file__).with_name("town")


class BadConfig(ValueError):
    """The configuration cannot be used; the message is one line that names the key (never its value)."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TemplateConfig:
    """A message template: its fields (`thing1`, `car_number2`), what the card calls them, and what a `const` may say.

    `one_time`: a subscription notice, which citizens agree to one by one; else a template message.
    """

    fields: list[str]
    title: str = "服务通知"
    labels: dict[str, str] = field(default_factory=dict)
    consts: dict[str, list[str]] = field(default_factory=dict)
    one_time: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WeChatConfig:
    """The service account, where its service listens (`push_url`), and the templates it was granted, by their ids."""

    app_id: str
    app_secret: str = Field(repr=False)
    original_id: str
    token: str = Field(repr=False)
    aes_key: str = Field(repr=False, pattern=r"^[0-9A-Za-z+/]{43}$")
    push_url: str
    templates: dict[str, TemplateConfig] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PayConfig:
    """A merchant of WeChat Pay and the platform's key; PEM texts. Where to notify stands in each order."""

    merchant_id: str
    app_id: str
    apiv3_key: str = Field(repr=False, pattern=r"^[\x21-\x7e]{32}$")
    merchant_serial: str
    merchant_public_key: str = Field(repr=False)
    platform_key_id: str
    platform_private_key: str = Field(repr=False)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SmsConfig:
    """A customer of the carrier. `templates` maps the carrier's template code to its text with `${variables}`."""

    access_key_id: str
    access_key_secret: str = Field(repr=False)
    sign_name: str
    report_url: str
    templates: dict[str, str]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SecretConfig:
    """The shared secret of a wire of `docs/wires.md`."""

    secret: str = Field(repr=False, min_length=1)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DoorConfig:
    """A route of the service that the town's people press a button for, and the Bearer key that opens it."""

    url: str
    key: str = Field(repr=False)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Config:
    """The whole file. `state_dir` holds what survives a restart."""

    port: int = Field(ge=0, le=65535)
    state_dir: Path
    wechat: WeChatConfig
    pay: PayConfig
    sms: SmsConfig
    sim_register: SecretConfig
    wallet: SecretConfig
    clock: DoorConfig
    police: DoorConfig
    town_dir: Path = TOWN


def load(path: Path) -> Config:
    """Read the file. Raises BadConfig for a file that is not there, is not JSON, or lacks or misspells a key."""
    try:
        return TypeAdapter(Config).validate_json(path.read_bytes())
    except OSError as error:
        raise BadConfig(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadConfig(f"{path}: {where}: {first['msg']}") from None
