"""The levers: people, clock, camera, mishaps; and what is refused with a clear sentence."""

from dataclasses import replace

import pytest
from aiohttp import ClientError
from aiohttp.test_utils import TestClient
from yarl import URL

from sandbox.config import Config
from tests.sandbox.conftest import Starts, said, shown
from tests.sandbox.service import APP_ID, Service
from tests.sandbox.test_carrier import TEXT
from tests.sandbox.test_carrier import call as carrier
from tests.sandbox.test_signed_wires import LOCK, PERSON
from tests.sandbox.test_signed_wires import call as signed

TOKEN = {"grant_type": "client_credential", "appid": APP_ID, "secret": "app-secret"}


async def test_people_in_town_order(sandbox: TestClient):
    assert [(one["slug"], one["name"]) for one in await shown(sandbox, "people")] == [
        ("li-ming", "李明"),
        ("wang-fang", "王芳"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "messages?as=nobody", None, 404, id="unknown-person"),
        pytest.param("GET", "sms", None, 404, id="no-person"),
        pytest.param("POST", "say", b'{"as":"nobody","text":"x"}', 404, id="unknown-speaker"),
        pytest.param("POST", "say", b'{"as":"li-ming"}', 400, id="no-text"),
        pytest.param("POST", "say", b'{"as":"li-ming","text":5}', 400, id="text-not-a-string"),
        pytest.param("POST", "say", b"{", 400, id="not-json"),
        pytest.param("POST", "say", b"\xff", 400, id="not-utf8"),
        pytest.param("POST", "say", b"[" * 60000, 400, id="deep-nesting"),
        pytest.param("POST", "say", b'"' + b"x" * 70000 + b'"', 413, id="too-large"),
        pytest.param("POST", "event", b'{"as":"li-ming","event":"subscribe","key":1}', 400, id="key"),
        pytest.param("POST", "message", b'{"as":"li-ming","type":"image","fields":[]}', 400, id="fields"),
        pytest.param(
            "POST", "message", b'{"as":"li-ming","type":"image","fields":{"a b":1}}', 400, id="field-name"
        ),
        pytest.param("POST", "pay", b'{"as":"li-ming","package":"prepay_id=1"}', 400, id="pay-fields"),
        pytest.param("POST", "camera", b'{"as":"wang-fang"}', 400, id="no-vehicle"),
        pytest.param("POST", "camera", b"{}", 400, id="no-plate"),
        pytest.param("POST", "faults", b'{"wire":"fax","what":"fail","times":1}', 400, id="unknown-wire"),
        pytest.param("POST", "faults", b'{"wire":"sms","what":"repeat","times":1}', 400, id="unknown-fault"),
        pytest.param("POST", "faults", b'{"wire":"sms","what":"fail","times":0}', 400, id="times"),
        pytest.param(
            "POST", "faults", b'{"wire":"sms","what":"late","times":1,"seconds":-1}', 400, id="seconds"
        ),
    ],
)
async def test_bad_asking(sandbox: TestClient, method: str, path: str, body: bytes | None, status: int):
    async with sandbox.request(method, f"/control/{path}", data=body) as response:
        assert response.status == status
        if status != 413:
            assert (await response.json())["error"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        pytest.param("", 200, id="the-same"),
        pytest.param("https://elsewhere.example", 403, id="another-site"),
        pytest.param("null", 403, id="none"),
    ],
)
async def test_only_the_sandboxs_own_page_pulls_levers(sandbox: TestClient, origin: str, status: int):
    own = str(sandbox.make_url("/")).rstrip("/")
    async with sandbox.get("/control/people", headers={"Origin": origin or own}) as response:
        assert response.status == status


async def test_the_towns_clock(sandbox: TestClient, service: Service):
    assert (await shown(sandbox, "clock"))["today"] == "2026-12-01"
    assert (await said(sandbox, "clock", days=7))["today"] == "2026-12-01"
    assert service.moved == [7]
    async with sandbox.post("/control/clock", json={"days": 0}) as response:
        assert (response.status, (await response.json())["code"]) == (400, "days")


async def test_a_service_that_is_down(start: Starts, config: Config):
    client = await start(clock=replace(config.clock, url="http://127.0.0.1:1/demo/clock"))
    for path in ("clock", "camera"):
        async with client.post(f"/control/{path}", json={"days": 1, "plate": "粤T12345"}) as response:
            assert response.status == 502


@pytest.mark.parametrize(
    ("body", "plate", "kind", "offence"),
    [
        pytest.param({"as": "李明"}, "粤T12345", "02", "1344", id="somebodys-car"),
        pytest.param(
            {"plate": "粤TD12345", "plate_kind": "52", "offence": "1625"},
            "粤TD12345",
            "52",
            "1625",
            id="a-plate",
        ),
        pytest.param({"plate": "粤T99999"}, "粤T99999", "02", "1344", id="a-plate-alone"),
    ],
)
async def test_the_camera(
    sandbox: TestClient, service: Service, body: dict, plate: str, kind: str, offence: str
):
    for _ in range(2):
        async with sandbox.post("/control/camera", json=body) as response:
            assert (response.status, await response.json()) == (201, {"case_no": "442012003481"})
    first, second = service.records
    assert first["record_no"] != second.pop("record_no")
    assert second == {
        "authority": "442000",
        "plate": plate,
        "plate_kind": kind,
        "offence": offence,
        "occurred_at": "2026-12-01T08:00:00+08:00",
        "place": "兴中道",
    }


async def ask(client: TestClient, wire: str):
    """One call on this wire: HTTP status and what it answered."""
    if wire == "sms":
        return await carrier(client, "SendSms", TEXT)
    if wire == "wallet":
        return await signed(client, "PUT", "/v1/locks/L-1", LOCK)
    if wire == "sim":
        return await signed(client, "POST", "/v1/verify", PERSON, "sim-secret")
    path = "/cgi-bin/stable_token" if wire == "wechat_api" else "/v3/pay/transactions/native"
    async with client.post(path, json=TOKEN) as response:
        return response.status, await response.json()


WIRES = [pytest.param(wire, id=wire) for wire in ("sms", "wallet", "sim", "wechat_api", "pay")]


@pytest.mark.parametrize("wire", WIRES)
async def test_calls_fail_as_often_as_ordered(sandbox: TestClient, wire: str):
    usual = (await ask(sandbox, wire))[0]
    await said(sandbox, "faults", wire=wire, what="fail", times=2)
    for _ in range(2):
        status, answer = await ask(sandbox, wire)
        assert status == 500 or answer["errcode"] == -1
    status, answer = await ask(sandbox, wire)
    assert status == usual
    assert answer.get("errcode") != -1


@pytest.mark.parametrize("wire", WIRES)
async def test_a_dropped_call_gets_no_answer(sandbox: TestClient, wire: str):
    await said(sandbox, "faults", wire=wire, what="drop", times=1)
    with pytest.raises(ClientError):
        await ask(sandbox, wire)
    await ask(sandbox, wire)


async def test_a_dropped_call_has_taken_effect(sandbox: TestClient):
    await said(sandbox, "faults", wire="sms", what="drop", times=1)
    with pytest.raises(ClientError):
        await ask(sandbox, "sms")
    assert len(await shown(sandbox, "sms")) == 1


async def test_a_late_call_is_answered_later(sandbox: TestClient):
    await said(sandbox, "faults", wire="sim", what="late", times=1, seconds=0.05)
    assert await ask(sandbox, "sim") == (200, {"match": True})


async def test_faults_are_cleared(sandbox: TestClient):
    await said(sandbox, "faults", wire="sim", what="fail", times=5)
    async with sandbox.delete("/control/faults") as response:
        assert response.status == 200
    assert (await ask(sandbox, "sim"))[0] == 200


@pytest.mark.parametrize(
    ("what", "arrived", "forged"),
    [
        pytest.param("fail", 1, 1, id="first-try-badly-signed"),
        pytest.param("drop", 2, 0, id="first-answer-lost"),
        pytest.param("repeat", 2, 0, id="comes-twice"),
        pytest.param("late", 1, 0, id="comes-late"),
    ],
)
async def test_pushes_that_go_wrong(
    sandbox: TestClient, service: Service, what: str, arrived: int, forged: int
):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    service.messages.clear()
    await said(sandbox, "faults", wire="wechat_push", what=what, times=1, seconds=0.02)
    answer = await said(sandbox, "say", **{"as": "li-ming", "text": "罚单"})
    assert [reply["text"] for reply in answer["replies"]] == ["罚单"]
    assert (len(service.messages), service.forged) == (arrived, forged)
    assert len({message.id for message in service.messages}) == 1


async def test_the_chat_survives_a_restart(start: Starts, service: Service):
    first = await start()
    await said(first, "say", **{"as": "li-ming", "text": "罚单"})
    before = await shown(first, "messages")
    await first.close()
    second = await start()
    assert await shown(second, "messages") == before
    service.messages.clear()
    await said(second, "say", **{"as": "li-ming", "text": "罚单"})
    assert [message.type for message in service.messages] == ["text"]  # still a follower
    assert [line["id"] for line in await shown(second, "messages")] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/livez", 200, id="sign-of-life"),
        pytest.param("/", 200, id="the-phone"),
        pytest.param("/phone/phone.js", 200, id="its-script"),
        pytest.param("/jweixin.js", 200, id="wechats-script"),
        pytest.param("/phone/nothing.js", 404, id="no-such-file"),
        pytest.param("/phone/..%2fconfig.py", 404, id="outside"),
    ],
)
async def test_pages(sandbox: TestClient, path: str, status: int):
    async with sandbox.get(URL(path, encoded=True)) as response:
        assert response.status == status
