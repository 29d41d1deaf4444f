"""The whole application; payments and text messages through the gateways a city uses, everything else in memory."""

from dataclasses import replace
from datetime import date
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.app import make_app
from bot.gateways.sms_aliyun import AliyunSms
from models.base.db import Database
from models.base.texts import LANGUAGES, texts
from tests.callbacks.till import Till
from tests.conftest import FixedClock
from tests.gateways.conftest import gateway
from tests.gateways.wechat_pay_platform import Keys
from tests.helpers import town
from tests.service import Fakes, assembled

SMS_SECRET = "a secret that stands in the path"

for language in LANGUAGES:
    texts(language).show(date.min)  # read from files before any event loop runs


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Real 2048-bit keys; making them takes a while, so once."""
    return Keys()


@pytest.fixture
def sms() -> AliyunSms:
    """Reads reports; it has no connection to send by."""
    session: Any = aiohttp.ClientSession
    return AliyunSms(
        session=session,
        endpoint="https://sms.test",
        access_key_id="AK",
        access_key_secret="secret",
        sign_name="示范交警",
        templates={},
        callback_secret=SMS_SECRET,
    )


@pytest.fixture
def app(database: Database, keys: Keys, sms: AliyunSms) -> web.Application:
    """Made before the loop runs: templates are read from files."""
    shimin = assembled(database, Fakes())
    services = replace(shimin.services, payments=gateway(keys, "https://pay.test"), sms=sms)
    return make_app(replace(shimin, services=services))


@pytest.fixture
async def http(app: web.Application, aiohttp_client: Any) -> TestClient[Any, Any]:
    client: TestClient[Any, Any] = await aiohttp_client(app)
    return client


@pytest.fixture
async def till(database: Database, http: TestClient[Any, Any], keys: Keys, wall: FixedClock) -> Till:
    """A decided case of 200 yuan, and an order for it that the provider knows."""
    till = Till(database, http, keys, wall, await town(database))
    await till.open_order()
    return till
