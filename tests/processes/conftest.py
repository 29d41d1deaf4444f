"""A city whose far ends are this test, on a SQLite file; its clock stands at ten in the morning, so that no text waits for it."""

import base64
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from aiohttp import web
from blockbuster import BlockBuster

from bot.duties import KINDS
from bot.settings import load_settings
from bot.wiring import open_database
from models.base.clock import CITY_ZONE
from models.base.db import Database
from models.base.texts import LANGUAGES
from tests.conftest import TOWN_TARIFF
from tests.gateways.wechat_pay_platform import APIV3_KEY, PLATFORM_KEY_ID, Keys
from tests.helpers import Town, town
from tests.processes.far import SlowFarEnds
from tests.processes.service import Service, started
from tests.web.demo import free_ports
from tests.wechat import pushes

SECRET = "a-secret-of-twenty-letters"
Start = Callable[..., Awaitable[Service]]


@pytest.fixture(autouse=True)
def the_test_may_block(loop_never_blocks: BlockBuster) -> None:
    """It opens the service's database beside it."""
    loop_never_blocks.deactivate()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Real 2048-bit keys; making them takes a while, so once."""
    return Keys()


@pytest.fixture
def far(keys: Keys) -> SlowFarEnds:
    """What is behind every wire."""
    return SlowFarEnds(keys)


@pytest.fixture
async def environment(
    far: SlowFarEnds, migrated: Path, tmp_path: Path, aiohttp_server: Any, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """All settings; this process has them, too, and can open the same database."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", far.handle)
    url = str((await aiohttp_server(app)).make_url("")).rstrip("/")
    copy(migrated, tmp_path / "shimin.db")
    for name in [name for name in os.environ if name.startswith("SHIMIN_")]:
        monkeypatch.delenv(name)
    for name, value in settings(tmp_path, url, far.keys).items():
        monkeypatch.setenv(f"SHIMIN_{name}", value)
    return dict(os.environ)


def settings(folder: Path, far: str, keys: Keys) -> dict[str, str]:
    now = datetime.now(CITY_ZONE)
    morning = now.replace(hour=10, minute=0, second=0, microsecond=0)
    (folder / "clock.json").write_text(json.dumps({"offset_seconds": (morning - now).total_seconds()}))
    (folder / "merchant.pem").write_text(keys.merchant_pem)
    (folder / "platform.pem").write_text(keys.platform_pem)
    key = base64.b64encode(bytes(range(32))).decode()
    templates = {f"{kind.name}.{language}": "SMS_1" for kind in KINDS.kinds for language in LANGUAGES}
    return {
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'shimin.db'}",
        "PUBLIC_URL": "https://shimin.test",
        "TARIFF": str(TOWN_TARIFF),
        "LINK_KEY": key,
        "VAULT__KEYS": json.dumps({"k": key}),
        "VAULT__CURRENT": "k",
        "VAULT__INDEX_KEY": key,
        "WECHAT__APP_ID": pushes.APP_ID,
        "WECHAT__APP_SECRET": SECRET,
        "WECHAT__ORIGINAL_ID": pushes.ORIGINAL_ID,
        "WECHAT__TOKEN": pushes.TOKEN,
        "WECHAT__AES_KEY": pushes.KEY,
        "PAY__MERCHANT_ID": "1900000109",
        "PAY__MERCHANT_SERIAL": "S1",
        "PAY__MERCHANT_KEY_FILE": str(folder / "merchant.pem"),
        "PAY__API_V3_KEY": APIV3_KEY,
        "PAY__PLATFORM_KEY_ID": PLATFORM_KEY_ID,
        "PAY__PLATFORM_KEY_FILE": str(folder / "platform.pem"),
        "SMS__ACCESS_KEY_ID": "AK",
        "SMS__ACCESS_KEY_SECRET": SECRET,
        "SMS__SIGN_NAME": "示范交警",
        "SMS__CALLBACK_SECRET": SECRET,
        "SMS__TEMPLATES": json.dumps(templates),
        "WALLET__SECRET": SECRET,
        "SIM_REGISTER__SECRET": SECRET,
        "DEMO__CLOCK_KEY": SECRET,
        "DEMO__CLOCK_FILE": str(folder / "clock.json"),
    } | {f"{wire}__API_BASE": far for wire in ("WECHAT", "PAY", "SMS", "WALLET", "SIM_REGISTER")}


@pytest.fixture
async def database(environment: Mapping[str, str]) -> AsyncIterator[Database]:
    """The database of the processes."""
    database = open_database(load_settings())
    yield database
    await database.close()


@pytest.fixture
async def people(database: Database) -> Town:
    """The town is entered."""
    return await town(database)


@pytest.fixture
async def start(environment: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Start]:
    """Start a role, on a port of its own unless one is given; `more` are settings of its own."""
    async with AsyncExitStack() as stack:

        async def run(role: str, port: int = 0, **more: str) -> Service:
            own = {**environment, **{f"SHIMIN_{name}": value for name, value in more.items()}}
            free, ops_port = free_ports(2)
            return await stack.enter_async_context(started(role, own, tmp_path, (port or free, ops_port)))

        yield run
