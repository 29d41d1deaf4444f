"""SMS reports: unsigned, so they come to an address with a secret; read whole or not at all."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from models.base.db import Database
from models.post.outbox import outbox
from tests.callbacks.conftest import SMS_SECRET
from tests.helpers import recorded_case, town

URL = f"/callbacks/sms/{SMS_SECRET}"


@pytest.fixture
async def key(database: Database, http: TestClient[Any, Any]) -> str:
    """The key of a notice that was sent."""
    await town(database)
    async with database.begin("api:cameras") as work:
        await recorded_case(work)
        await work.run(update(outbox).values(state="sent"))
        return str(await work.scalar(select(outbox.c.key)))


async def state(database: Database) -> str:
    async with database.read() as work:
        return str(await work.scalar(select(outbox.c.state)))


def report(key: str, **changes: Any) -> dict[str, Any]:
    told = {"biz_id": "9006^0", "out_id": key, "success": True, "report_time": "2026-03-02 10:00:07"}
    return told | changes


@pytest.mark.parametrize(
    ("changes", "then"),
    [
        pytest.param({}, "delivered", id="delivered"),
        pytest.param({"success": False, "err_code": "MK:0001"}, "failed", id="failed"),
    ],
)
async def test_a_report_is_recorded(
    database: Database, http: TestClient[Any, Any], key: str, changes: dict[str, Any], then: str
) -> None:
    for _ in range(2):  # carriers repeat
        answer = await http.post(URL, json=[report("of somebody else"), report(key, **changes)])
        assert (answer.status, await answer.json()) == (200, {"code": 0, "msg": "OK"})
        assert await state(database) == then


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("wrong", id="another"),
        pytest.param(SMS_SECRET[:-1], id="shorter"),
        pytest.param(SMS_SECRET + "x", id="longer"),
        pytest.param(SMS_SECRET.upper(), id="in capitals"),
        pytest.param("%E7%A7%98", id="not ASCII"),
    ],
)
async def test_without_the_secret(
    database: Database, http: TestClient[Any, Any], key: str, secret: str
) -> None:
    answer = await http.post(f"/callbacks/sms/{secret}", json=[report(key)])
    assert (answer.status, await state(database)) == (401, "sent")
    assert SMS_SECRET not in await answer.text()


async def test_an_address_without_any_secret_does_not_exist(http: TestClient[Any, Any]) -> None:
    assert (await http.post("/callbacks/sms/", json=[])).status == 404


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken off"),
        pytest.param(b"{}", id="not a list"),
        pytest.param(b"[{}]", id="an item without its fields"),
        pytest.param(
            json.dumps([report("k"), report("k", report_time="soon")]).encode(), id="one wrong time"
        ),
        pytest.param(json.dumps([report("k", success="true")]).encode(), id="a truth value as text"),
    ],
)
async def test_what_cannot_be_read(
    database: Database, http: TestClient[Any, Any], key: str, body: bytes
) -> None:
    answer = await http.post(URL, data=body.replace(b'"k"', json.dumps(key).encode()))
    assert (answer.status, await state(database)) == (400, "sent")
