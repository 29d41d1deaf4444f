"""One `grep` of a trace follows what came in to what came of it: entered, sent, receipted."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs

from bot.app import make_app
from bot.logs import traced
from bot.metrics import Prometheus
from bot.wiring import Shimin
from models.base import trace
from models.base.db import Database
from models.base.ports import Receipt, ReceiptStatus
from models.identity import keys
from tests.api.conftest import PATH, RECORD
from tests.conftest import START, FixedClock
from tests.helpers import town
from tests.ops.conftest import figures
from tests.service import Fakes


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """Every line, with the trace it belongs to."""
    with capture_logs(processors=[traced]) as entries:
        yield entries


@pytest.fixture
def app(shimin: Shimin) -> web.Application:
    """Made before the loop runs: templates are read from files."""
    return make_app(shimin)


@pytest.fixture
async def http(app: web.Application, database: Database, aiohttp_client: Any) -> TestClient[Any, Any]:
    """A caller with a key."""
    await town(database)
    async with database.begin("operator") as work:
        key = await keys.create(work, "cameras", ["violations:write"])
    client: TestClient[Any, Any] = await aiohttp_client(app, headers={"Authorization": f"Bearer {key}"})
    return client


async def enter(http: TestClient[Any, Any], key: str, **fields: Any) -> None:
    answer = await http.post(PATH, json=RECORD | fields, headers={"Idempotency-Key": key})
    assert answer.status in (200, 201)


def grep(logged: list[Any], wanted: str) -> list[str]:
    return [entry["event"] for entry in logged if entry.get("trace") == wanted]


def traces(logged: list[Any], event: str) -> list[str]:
    return [entry["trace"] for entry in logged if entry["event"] == event]


async def test_from_the_call_to_the_receipt(
    shimin: Shimin, http: TestClient[Any, Any], fakes: Fakes, logged: list[Any]
) -> None:
    await enter(http, "k-1")
    await enter(http, "k-2", record_no="R-2", occurred_at="2026-03-01T09:30:00+08:00")
    first, second = traces(logged, "violation_entered")
    assert first != second
    await shimin.delivery.drain()
    fakes.sms.reported = [
        Receipt("biz", sms.key, ReceiptStatus.DELIVERED, START + timedelta(seconds=3))
        for sms in fakes.sms.sent
    ]
    assert (await http.post(f"/callbacks/sms/{fakes.sms.secret}", data=b"[]")).status == 200
    for each in (first, second):
        assert grep(logged, each) == ["violation_entered", "sent", "receipt"]


async def test_a_key_has_its_trace_for_its_own_caller(
    http: TestClient[Any, Any], database: Database, logged: list[Any]
) -> None:
    """Two may choose the same key."""
    await enter(http, "k-1")
    async with database.begin("operator") as work:
        another = await keys.create(work, "more cameras", ["violations:write"])
    headers = {"Authorization": f"Bearer {another}", "Idempotency-Key": "k-1"}
    await http.post(PATH, json=RECORD, headers=headers)
    first, second = traces(logged, "violation_entered")
    assert first != second


async def test_each_run_of_a_job_is_a_trace(
    shimin: Shimin, http: TestClient[Any, Any], logged: list[Any], civic: FixedClock, wall: FixedClock
) -> None:
    """On the twentieth day after its notice a case is remembered to its owner."""
    await enter(http, "k-1")
    await shimin.delivery.drain()
    for clock in (civic, wall):
        clock.move(days=20)
    await shimin.scheduler.tick()
    await shimin.delivery.drain()
    ran = {entry["slot"]: entry["trace"] for entry in logged if entry.get("slot") and entry["touched"]}
    assert len(ran) == len(set(ran.values())) == 1
    assert grep(logged, *ran.values()) == ["job_ran", "sent"]
    assert trace.current() == ""


async def test_what_did_not_arrive_is_told_and_counted(
    shimin: Shimin, http: TestClient[Any, Any], fakes: Fakes, logged: list[Any], metrics: Prometheus
) -> None:
    await enter(http, "k-1")
    await shimin.delivery.drain()
    [sms] = fakes.sms.sent
    fakes.sms.reported = [Receipt("biz", sms.key, ReceiptStatus.FAILED, START, "MK:0001")]
    await http.post(f"/callbacks/sms/{fakes.sms.secret}", data=b"[]")
    [receipt] = [entry for entry in logged if entry["event"] == "receipt"]
    assert (receipt["status"], receipt["reason"]) == (ReceiptStatus.FAILED, "MK:0001")
    assert receipt["trace"] == traces(logged, "violation_entered")[0]
    seen = await figures(metrics)
    assert (seen["shimin_sends_total{sms,sent,sms}"], seen["shimin_receipts_total{failed}"]) == (1, 1)
