"""The service's own SMS gateway against the sandbox's carrier, over HTTP."""

import json
import time
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient

from bot.gateways.sms_aliyun import AliyunSms
from models.base.clock import CITY_ZONE
from models.base.ports import GatewayDown, Malformed, Outcome, ReceiptStatus, Unauthentic
from sandbox.config import Config
from tests.sandbox.conftest import said, shown, until
from tests.sandbox.service import Service

PHONE, SECRET = "13800010001", "receipts-secret"
NOTICE: dict[str, Any] = {
    "phone": PHONE,
    "template": "recorded",
    "locale": "zh_CN",
    "params": {"plate": "粤T·***45", "n": "2"},
    "key": "notice-7",
}


@pytest.fixture
async def settings(sandbox: TestClient, config: Config) -> AsyncIterator[dict[str, Any]]:
    """What a city configures, for this sandbox."""
    async with aiohttp.ClientSession() as session:
        yield {
            "session": session,
            "endpoint": str(sandbox.make_url("/")),
            "access_key_id": config.sms.access_key_id,
            "access_key_secret": config.sms.access_key_secret,
            "sign_name": config.sms.sign_name,
            "templates": {"recorded.zh_CN": "SMS_1"},
            "callback_secret": SECRET,
        }


@pytest.fixture
def sms(settings: dict[str, Any]) -> AliyunSms:
    return AliyunSms(**settings)


def today() -> date:
    return datetime.now(CITY_ZONE).date()


async def test_a_text_arrives_is_found_and_reported(sms: AliyunSms, sandbox: TestClient, service: Service):
    sent = await sms.send(**NOTICE)
    assert (sent.outcome, sent.reason) == (Outcome.SENT, "")
    await until(lambda: service.receipts)
    (text,) = await shown(sandbox, "sms")
    assert (text["text"], text["biz_id"], text["status"]) == (
        "【中山交警】您的粤T·***45有新的违章,2件。",
        sent.provider_id,
        "delivered",
    )
    found = await sms.find(phone=PHONE, key="notice-7", day=today())
    assert found
    assert found.outcome is Outcome.SENT
    assert await sms.find(phone=PHONE, key="notice-8", day=today()) is None
    (receipt,) = sms.receipts(SECRET, json.dumps(service.receipts[0]).encode())
    assert (receipt.provider_id, receipt.key, receipt.status) == (
        *(sent.provider_id, "notice-7"),
        ReceiptStatus.DELIVERED,
    )
    assert abs(receipt.at.timestamp() - time.time()) < 60


async def test_a_text_that_does_not_reach_its_phone(sms: AliyunSms, sandbox: TestClient, service: Service):
    await said(sandbox, "faults", wire="sms_receipt", what="fail", times=1)
    await sms.send(**NOTICE)
    await until(lambda: service.receipts)
    (receipt,) = sms.receipts(SECRET, json.dumps(service.receipts[0]).encode())
    assert (receipt.status, receipt.reason) == (ReceiptStatus.FAILED, "MOBILE_NOT_ON_SERVICE")


async def test_a_lost_answer_is_in_doubt_until_it_is_looked_up(sms: AliyunSms, sandbox: TestClient):
    await said(sandbox, "faults", wire="sms", what="drop", times=1)
    assert (await sms.send(**NOTICE)).outcome is Outcome.UNKNOWN
    found = await sms.find(phone=PHONE, key="notice-7", day=today())
    assert found
    assert found.outcome is Outcome.SENT


@pytest.mark.parametrize(
    "ours",
    [
        pytest.param({"access_key_secret": "another"}, id="secret"),
        pytest.param({"access_key_id": "LTAI-another"}, id="key-id"),
        pytest.param({"wall": lambda: time.time() - 1000}, id="clock"),
    ],
)
async def test_a_call_whose_signature_is_wrong(
    settings: dict[str, Any], sandbox: TestClient, ours: dict[str, Any]
):
    stranger = AliyunSms(**(settings | ours))
    assert (await stranger.send(**NOTICE)).outcome is not Outcome.SENT
    with pytest.raises(GatewayDown):
        await stranger.find(phone=PHONE, key="notice-7", day=today())
    assert await shown(sandbox, "sms") == []


@pytest.mark.parametrize(
    ("secret", "body", "error"),
    [
        pytest.param("another", b"[]", Unauthentic, id="another-secret"),
        pytest.param(SECRET, b"{", Malformed, id="broken-off"),
    ],
)
def test_a_report_that_is_not_the_carriers(sms: AliyunSms, secret: str, body: bytes, error: type[Exception]):
    with pytest.raises(error):
        sms.receipts(secret, body)
