"""The two files of the demo: the service's environment (`.demo/env`) and the sandbox's configuration. Both are made anew at each start,
so that ports may change; the secrets stay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.demo import account
from bot.demo.keys import Keys, PemFiles, write_private
from bot.duties import KINDS
from models.base.texts import LANGUAGES, Texts
from models.base.texts import texts as sentences
from models.post.notices import Channel

SCHOOL_YEAR_BEGINS = 9  # the month; it ends with the one before
CLASSES = "classes"
TOWN = Path(__file__).parents[2] / "sandbox" / "town"
APP_ID = "wxshimindemo00001"
ORIGINAL_ID = "gh_shimin"
MERCHANT_ID = "1900000001"
PLATFORM_KEY_ID = "PUB_KEY_ID_0119000000012026"
SMS_KEY_ID = "LTAIshimindemo"
SIGN_NAME = "示范交警"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo lives."""

    folder: Path
    port: int
    sandbox_port: int

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def env(self) -> Path:
        return self.folder / "env"

    @property
    def sandbox_config(self) -> Path:
        return self.folder / "sandbox" / "config.json"

    @property
    def clock(self) -> Path:
        return self.folder / "clock.json"

    @property
    def ready(self) -> Path:
        """There once the town's story has been told."""
        return self.folder / "ready"

    @property
    def opened(self) -> Path:
        """There while the town runs and everybody in it answers."""
        return self.folder / "open"


def sms_templates() -> tuple[dict[str, str], dict[str, str]]:
    """What an operator registers at the carrier: our name -> template code, template code -> text with `${variables}`."""
    codes, bodies = {}, {}
    names = [kind.name for kind in KINDS.kinds if Channel.SMS in kind.channels or kind.chat_else_sms]
    for number, (name, language) in enumerate(((n, lang) for n in names for lang in LANGUAGES), 1):
        code = f"SMS_{100000000 + number}"
        codes[f"{name}.{language}"] = code
        bodies[code] = carrier_text(sentences(language), f"sms.{name}")
    return codes, bodies


def carrier_text(texts: Texts, key: str) -> str:
    """A sentence in the carrier's notation: `{x}` becomes `${x}`."""
    return texts.template(key).replace("{", "${")


def environment(place: Place, keys: Keys, pems: PemFiles) -> dict[str, str]:
    """The `SHIMIN_*` settings of the demo's service."""
    return _service(place, keys) | _wires(place, keys, pems) | account.settings() | _demo(place, keys)


def write_env(place: Place, settings: Mapping[str, str], api_key: str) -> None:
    """Write `.demo/env`: the settings, and what a shell needs to take part in the town."""
    values = {**settings, "DEMO_API_KEY": api_key, "DEMO_SANDBOX_URL": place.sandbox}
    lines = [f"{name}='{value}'" for name, value in values.items()]
    write_private(place.env, "\n".join(lines) + "\n")


def write_sandbox_config(place: Place, keys: Keys, pems: PemFiles, api_key: str) -> None:
    """Write the sandbox's configuration."""
    config: dict[str, Any] = {
        "port": place.sandbox_port,
        "state_dir": str(place.folder / "sandbox"),
        "wechat": {
            "app_id": APP_ID,
            "app_secret": keys.wechat_secret,
            "original_id": ORIGINAL_ID,
            "token": keys.wechat_token,
            "aes_key": keys.wechat_aes_key,
            "push_url": f"{place.service}/wechat",
            "templates": account.granted(),
        },
        "pay": {
            "merchant_id": MERCHANT_ID,
            "app_id": APP_ID,
            "apiv3_key": keys.pay_api_v3_key,
            "merchant_serial": keys.merchant_serial,
            "merchant_public_key": pems.merchant_public.read_text(),
            "platform_key_id": PLATFORM_KEY_ID,
            "platform_private_key": pems.platform_private.read_text(),
        },
        "sms": {
            "access_key_id": SMS_KEY_ID,
            "access_key_secret": keys.sms_secret,
            "sign_name": SIGN_NAME,
            "report_url": f"{place.service}/callbacks/sms/{keys.sms_callback_secret}",
            "templates": sms_templates()[1],
        },
        "sim_register": {"secret": keys.sim_secret},
        "wallet": {"secret": keys.wallet_secret},
        "clock": {"url": f"{place.service}/demo/clock", "key": keys.clock_key},
        "police": {"url": f"{place.service}/api/v1/violations", "key": api_key},
    }
    place.sandbox_config.parent.mkdir(parents=True, exist_ok=True)
    write_private(place.sandbox_config, json.dumps(config, ensure_ascii=False, indent=1))


def _service(place: Place, keys: Keys) -> dict[str, str]:
    return {
        "SHIMIN_DATABASE_URL": f"sqlite+aiosqlite:///{place.folder.resolve() / 'shimin.db'}",
        "SHIMIN_PUBLIC_URL": place.service,
        "SHIMIN_PORT": str(place.port),
        "SHIMIN_TARIFF": str(TOWN / "tariff.toml"),
        "SHIMIN_BLOBS": str(place.folder.resolve() / "blobs"),
        "SHIMIN_LINK_KEY": keys.link_key,
        "SHIMIN_VAULT__KEYS": json.dumps({"demo1": keys.vault_key}),
        "SHIMIN_VAULT__CURRENT": "demo1",
        "SHIMIN_VAULT__INDEX_KEY": keys.index_key,
    }


def _wires(place: Place, keys: Keys, pems: PemFiles) -> dict[str, str]:
    return {
        "SHIMIN_WECHAT__APP_ID": APP_ID,
        "SHIMIN_WECHAT__APP_SECRET": keys.wechat_secret,
        "SHIMIN_WECHAT__ORIGINAL_ID": ORIGINAL_ID,
        "SHIMIN_WECHAT__TOKEN": keys.wechat_token,
        "SHIMIN_WECHAT__AES_KEY": keys.wechat_aes_key,
        "SHIMIN_WECHAT__MODE": "safe",
        "SHIMIN_WECHAT__API_BASE": place.sandbox,
        "SHIMIN_WECHAT__OPEN_BASE": place.sandbox,
        "SHIMIN_WECHAT__JS_SDK_URL": f"{place.sandbox}/jweixin.js",
        "SHIMIN_WECHAT__FRAME_ANCESTORS": f"{place.sandbox} http://localhost:{place.sandbox_port}",
        "SHIMIN_PAY__MERCHANT_ID": MERCHANT_ID,
        "SHIMIN_PAY__MERCHANT_SERIAL": keys.merchant_serial,
        "SHIMIN_PAY__MERCHANT_KEY_FILE": str(pems.merchant_private.resolve()),
        "SHIMIN_PAY__API_V3_KEY": keys.pay_api_v3_key,
        "SHIMIN_PAY__PLATFORM_KEY_ID": PLATFORM_KEY_ID,
        "SHIMIN_PAY__PLATFORM_KEY_FILE": str(pems.platform_public.resolve()),
        "SHIMIN_PAY__API_BASE": place.sandbox,
        "SHIMIN_SMS__API_BASE": place.sandbox,
        "SHIMIN_SMS__ACCESS_KEY_ID": SMS_KEY_ID,
        "SHIMIN_SMS__ACCESS_KEY_SECRET": keys.sms_secret,
        "SHIMIN_SMS__SIGN_NAME": SIGN_NAME,
        "SHIMIN_SMS__CALLBACK_SECRET": keys.sms_callback_secret,
        "SHIMIN_SMS__TEMPLATES": json.dumps(sms_templates()[0]),
        "SHIMIN_WALLET__API_BASE": place.sandbox,
        "SHIMIN_WALLET__SECRET": keys.wallet_secret,
        "SHIMIN_SIM_REGISTER__API_BASE": place.sandbox,
        "SHIMIN_SIM_REGISTER__SECRET": keys.sim_secret,
    }


def _demo(place: Place, keys: Keys) -> dict[str, str]:
    return {
        "SHIMIN_DEMO__CLOCK_KEY": keys.clock_key,
        "SHIMIN_DEMO__CLOCK_FILE": str(place.clock.resolve()),
        "SHIMIN_DEMO__READY_FILE": str(place.opened.resolve()),
    }


def of_this_school_year(place: Place, today: date) -> Path:
    """The town's classes, of the school year that is under way."""
    begins = today.year if today.month >= SCHOOL_YEAR_BEGINS else today.year - 1
    here = place.folder / f"{CLASSES}.csv"
    here.write_text(
        (TOWN / f"{CLASSES}.csv").read_text("utf-8").format(begins=begins, ends=begins + 1), "utf-8"
    )
    return here
