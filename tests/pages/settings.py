"""Settings under which the pages are shown in tests."""

from pathlib import Path
from typing import Any

from bot.settings import Settings

SECRET = "a secret of at least twenty characters"
KEY = bytes(32)
WECHAT: dict[str, Any] = {
    "app_id": "wx-town",
    "app_secret": SECRET,
    "original_id": "gh_town",
    "token": SECRET,
    "aes_key": "k" * 43,
}


def settings(**wechat: str) -> Settings:
    """The town's, with these differences in the account's."""
    return Settings(
        database_url="sqlite+aiosqlite://",
        public_url="https://shimin.test",
        link_key=KEY,
        vault={"keys": {"t1": KEY}, "current": "t1", "index_key": KEY},
        wechat=WECHAT | wechat,
        pay={
            "merchant_id": "1900000001",
            "merchant_serial": "S",
            "merchant_key_file": Path("merchant.pem"),
            "api_v3_key": "k" * 32,
            "platform_key_id": "PUB_KEY_ID_1",
            "platform_key_file": Path("platform.pem"),
        },
        sms={
            "access_key_id": "AK",
            "access_key_secret": SECRET,
            "sign_name": "示范市交警",
            "callback_secret": SECRET,
            "templates": {},
        },
        wallet={"api_base": "https://wallet.test", "secret": SECRET},
        sim_register={"api_base": "https://sim.test", "secret": SECRET},
    )


SETTINGS = settings()
