"""QR codes: kinds, limits, the picture, and what a scan tells the service."""

import struct
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sandbox.state import QrCode
from sandbox.wechat import qr_codes
from tests.sandbox.account import call, follow, state_of, wechatpys
from tests.sandbox.conftest import said
from tests.sandbox.service import Service

CREATE = "qrcode/create"


def code(name: str, scene: dict, **more: Any) -> dict:
    return {"action_name": name, "action_info": {"scene": scene}, **more}


OFFICE = code("QR_LIMIT_STR_SCENE", {"scene_str": "office-7"})


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        pytest.param(code("QR_SCENE", {"scene_id": 12}), 60, id="a-minute-unless-said"),
        pytest.param(
            code("QR_SCENE", {"scene_id": 2**32 - 1}, expire_seconds=2592000), 2592000, id="30-days"
        ),
        pytest.param(code("QR_SCENE", {"scene_id": 1}, expire_seconds=2592001), 40035, id="over-30-days"),
        pytest.param(code("QR_SCENE", {"scene_id": 1}, expire_seconds=0), 40035, id="no-time"),
        pytest.param(code("QR_SCENE", {"scene_id": 0}), 40053, id="scene-0"),
        pytest.param(code("QR_SCENE", {"scene_str": "x"}), 40053, id="text-for-a-number"),
        pytest.param(code("QR_STR_SCENE", {"scene_str": "x" * 64}), 60, id="scene-of-64"),
        pytest.param(code("QR_STR_SCENE", {"scene_str": "x" * 65}), 40053, id="scene-of-65"),
        pytest.param(code("QR_STR_SCENE", {"scene_str": ""}), 40053, id="empty-scene"),
        pytest.param(code("QR_LIMIT_SCENE", {"scene_id": 100000}), None, id="permanent"),
        pytest.param(code("QR_LIMIT_SCENE", {"scene_id": 100001}), 40053, id="permanent-over-100000"),
        pytest.param(OFFICE, None, id="permanent-text"),
        pytest.param(code("QR", {"scene_id": 1}), 40052, id="unknown-action"),
        pytest.param({"action_name": "QR_SCENE"}, 47001, id="no-scene"),
    ],
)
async def test_limits(sandbox: TestClient, body: dict, answer: int | None):
    made = await call(sandbox, CREATE, body)
    assert made.get("errcode", made.get("expire_seconds")) == answer
    assert ("ticket" in made) == ("errcode" not in made)


async def test_no_more_than_100000_for_ever(sandbox: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(qr_codes, "MOST_PERMANENT", 1)
    assert "ticket" in await call(sandbox, CREATE, OFFICE)
    assert (await call(sandbox, CREATE, OFFICE))["errcode"] == 45029
    assert "ticket" in await call(sandbox, CREATE, code("QR_STR_SCENE", {"scene_str": "x"}))


async def test_its_picture(sandbox: TestClient):
    made = await wechatpys(sandbox, lambda wechat: wechat.qrcode.create(OFFICE))
    async with sandbox.get("/cgi-bin/showqrcode", params={"ticket": made["ticket"]}) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        picture = await response.read()
    width, height = struct.unpack(">II", picture[16:24])
    assert picture.startswith(b"\x89PNG")
    assert width == height >= 8 * 29
    async with sandbox.get("/cgi-bin/showqrcode", params={"ticket": "gQnone"}) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("follows", "event"),
    [
        pytest.param(True, "scan", id="a-follower"),
        pytest.param(False, "subscribe_scan", id="a-stranger-follows"),  # by its qrscene_,
    ],
)
async def test_a_scan(sandbox: TestClient, service: Service, follows: bool, event: str):
    made = await call(sandbox, CREATE, OFFICE)
    if follows:
        await follow(sandbox, "li-ming")
    await said(sandbox, "scan", **{"as": "li-ming", "ticket": made["ticket"]})
    told = service.messages[-1]
    assert (told.event, told.scene_id, told.ticket) == (event, "office-7", made["ticket"])


async def test_an_expired_code_is_not_scanned(sandbox: TestClient):
    state_of(sandbox).qr_codes.put(QrCode("gQold", "office-7", "http://weixin.qq.com/q/old", expires=1.0))
    async with sandbox.post("/control/scan", json={"as": "li-ming", "ticket": "gQold"}) as response:
        assert response.status == 400
