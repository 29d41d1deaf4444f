"""The SMS carrier: signed calls, texts on the phone, receipts, questions."""

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from sandbox import wall
from tests.sandbox import acs3
from tests.sandbox.conftest import Starts, said, shown, until
from tests.sandbox.service import Service

TEXT = {
    "PhoneNumbers": "13800010001",
    "SignName": "中山交警",
    "TemplateCode": "SMS_1",
    "TemplateParam": '{"plate":"粤T·***45","n":"1"}',
    "OutId": "key 1/*~",
}


async def call(
    client: TestClient,
    action: str,
    params: dict[str, str],
    *,
    in_query: bool = False,
    spoil: Any = None,
    **how: Any,
) -> tuple[int, dict[str, Any]]:
    url = client.make_url("/")
    path, body, headers = acs3.signed(f"{url.host}:{url.port}", action, params, in_query=in_query, **how)
    if spoil:
        path, body, headers = spoil(path, body, headers)
    async with client.post(URL(path, encoded=True), data=body, headers=headers) as response:
        return response.status, await response.json()


def details(**more: str) -> dict[str, str]:
    asked = {
        "PhoneNumber": "13800010001",
        "SendDate": f"{wall.now():%Y%m%d}",
        "PageSize": "50",
        "CurrentPage": "1",
    }
    return asked | more


@pytest.mark.parametrize(
    "in_query", [pytest.param(True, id="in-the-query"), pytest.param(False, id="in-a-form")]
)
async def test_a_text_arrives_and_is_reported(sandbox: TestClient, service: Service, in_query: bool):
    status, answer = await call(sandbox, "SendSms", TEXT, in_query=in_query)
    assert (status, answer["Code"]) == (200, "OK")
    (text,) = await shown(sandbox, "sms")
    assert (text["text"], text["biz_id"]) == ("【中山交警】您的粤T·***45有新的违章,1件。", answer["BizId"])
    assert await shown(sandbox, "sms", "wang-fang") == []
    await until(lambda: service.receipts)
    ((receipt,),) = service.receipts
    assert (receipt["success"], receipt["biz_id"], receipt["out_id"]) == (True, answer["BizId"], "key 1/*~")
    assert (await shown(sandbox, "sms"))[0]["status"] == "delivered"


async def test_what_became_of_a_text(sandbox: TestClient, service: Service):
    _, answer = await call(sandbox, "SendSms", TEXT)
    await call(sandbox, "SendSms", TEXT | {"OutId": "key 2"})
    await until(lambda: len(service.receipts) == 2)
    _, page = await call(sandbox, "QuerySendDetails", details(PageSize="1", CurrentPage="2"))
    assert page["TotalCount"] == 2
    (found,) = page["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (found["OutId"], found["SendStatus"], found["TemplateCode"]) == ("key 1/*~", 3, "SMS_1")
    _, one = await call(sandbox, "QuerySendDetails", details(BizId=answer["BizId"]))
    assert one["TotalCount"] == 1
    _, none = await call(sandbox, "QuerySendDetails", details(PhoneNumber="13800010002"))
    assert (none["Code"], none["TotalCount"]) == ("OK", 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"PhoneNumbers": "12800010001"}, "isv.MOBILE_NUMBER_ILLEGAL", id="number"),
        pytest.param({"PhoneNumbers": ""}, "isv.MOBILE_NUMBER_ILLEGAL", id="no-number"),
        pytest.param({"SignName": "别人"}, "isv.SMS_SIGNATURE_ILLEGAL", id="signature"),
        pytest.param({"TemplateCode": "SMS_9"}, "isv.SMS_TEMPLATE_ILLEGAL", id="template"),
        pytest.param(
            {"TemplateParam": '{"plate":"x"}'}, "isv.TEMPLATE_MISSING_PARAMETERS", id="variable-missing"
        ),
        pytest.param({"TemplateParam": "{"}, "isv.INVALID_JSON_PARAM", id="not-json"),
        pytest.param({"TemplateParam": '{"plate":[],"n":"1"}'}, "isv.INVALID_JSON_PARAM", id="not-strings"),
        pytest.param(
            {"TemplateParam": json.dumps({"plate": "😀" * 250, "n": "1"})},
            "isv.CONTENT_LENGTH_LIMIT",
            id="too-long",
        ),
    ],
)
async def test_a_text_is_not_taken(sandbox: TestClient, change: dict, code: str):
    status, answer = await call(sandbox, "SendSms", TEXT | change)
    assert (status, answer["Code"]) == (200, code)
    assert await shown(sandbox, "sms") == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"SendDate": "2026-12-01"}, id="date"),
        pytest.param({"SendDate": "20200101"}, id="more-than-30-days-back"),
        pytest.param({"PageSize": "51"}, id="page-size"),
        pytest.param({"CurrentPage": "0"}, id="page"),
    ],
)
async def test_a_question_is_not_understood(sandbox: TestClient, change: dict):
    _, answer = await call(sandbox, "QuerySendDetails", details(**change))
    assert answer["Code"] == "isv.INVALID_PARAMETERS"


def _other_body(path: str, body: bytes, headers: dict) -> tuple:
    return path, body + b"&x=1", headers


def _other_query(path: str, body: bytes, headers: dict) -> tuple:
    return f"{path}?SignName=x", body, headers


def _other_action(path: str, body: bytes, headers: dict) -> tuple:
    return path, body, headers | {"x-acs-action": "QuerySendDetails"}


def _unsigned(path: str, body: bytes, headers: dict) -> tuple:
    return path, body, {name: value for name, value in headers.items() if name != "Authorization"}


def _date_left_out(path: str, body: bytes, headers: dict) -> tuple:
    return path, body, headers | {"Authorization": headers["Authorization"].replace("x-acs-date;", "")}


@pytest.mark.parametrize(
    ("how", "code"),
    [
        pytest.param({"secret": "guess"}, "SignatureDoesNotMatch", id="another-secret"),
        pytest.param({"key": "LTAI-other"}, "InvalidAccessKeyId.NotFound", id="another-key"),
        pytest.param({"age": timedelta(minutes=16)}, "InvalidTimeStamp.Expired", id="old"),
        pytest.param({"age": -timedelta(minutes=16)}, "InvalidTimeStamp.Expired", id="early"),
        pytest.param({"spoil": _other_body}, "InvalidContentSha256", id="another-body"),
        pytest.param({"spoil": _other_query}, "SignatureDoesNotMatch", id="another-query"),
        pytest.param({"spoil": _other_action}, "SignatureDoesNotMatch", id="another-action"),
        pytest.param({"spoil": _unsigned}, "IncompleteSignature", id="unsigned"),
        pytest.param({"spoil": _date_left_out}, "IncompleteSignature", id="date-not-signed"),
    ],
)
async def test_a_broken_signature_is_refused(sandbox: TestClient, how: dict, code: str):
    status, answer = await call(sandbox, "SendSms", TEXT, **how)
    assert status in (400, 404)
    assert answer["Code"] == code
    assert await shown(sandbox, "sms") == []


async def test_a_call_does_not_come_twice(sandbox: TestClient):
    url = sandbox.make_url("/")
    path, body, headers = acs3.signed(f"{url.host}:{url.port}", "SendSms", TEXT, in_query=False)
    codes = []
    for _ in range(2):
        async with sandbox.post(path, data=body, headers=headers) as response:
            codes.append((await response.json())["Code"])
    assert codes == ["OK", "SignatureNonceUsed"]


async def test_an_unknown_action(sandbox: TestClient):
    assert (await call(sandbox, "SendFax", TEXT))[1]["Code"] == "InvalidAction.NotFound"


async def test_a_receipt_is_repeated_until_it_is_taken(sandbox: TestClient, service: Service):
    service.statuses = [500, 503]
    await call(sandbox, "SendSms", TEXT)
    await until(lambda: len(service.receipts) == 3)


@pytest.mark.parametrize(
    ("what", "receipts", "status"),
    [
        pytest.param("fail", [False], 2, id="says-failed"),
        pytest.param("repeat", [True, True], 3, id="comes-twice"),
        pytest.param("drop", [], 3, id="never-comes-but-can-be-asked"),
        pytest.param("late", [True], 3, id="comes-late"),
    ],
)
async def test_receipts_that_go_wrong(
    sandbox: TestClient, service: Service, what: str, receipts: list, status: int
):
    await said(sandbox, "faults", wire="sms_receipt", what=what, times=1, seconds=0.02)
    await call(sandbox, "SendSms", TEXT)
    await call(sandbox, "SendSms", TEXT | {"PhoneNumbers": "13800010002"})  # an ordinary one after it
    await until(lambda: len(service.receipts) == len(receipts) + 1)
    ours = [one["success"] for (one,) in service.receipts if one["phone_number"] == "13800010001"]
    assert ours == receipts
    _, answer = await call(sandbox, "QuerySendDetails", details())
    assert answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"][0]["SendStatus"] == status


async def test_a_waiting_text_is_reported_after_a_restart(start: Starts, service: Service):
    first = await start(wall.Timing())
    await call(first, "SendSms", TEXT)
    assert (await shown(first, "sms"))[0]["status"] == "waiting"
    await first.close()
    await start()
    await until(lambda: service.receipts)
