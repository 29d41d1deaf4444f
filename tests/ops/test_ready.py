"""`/readyz`: ready while it can serve and wants to; degraded is ready; the operators are told who leads."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlalchemy import text
from structlog.testing import capture_logs

from bot import health
from bot.gateways.redis_ephemeral import ForgivingEphemeral, RedisEphemeral
from bot.services import SERVICES
from bot.wiring import Shimin
from models import migrations
from models.base.db import Database
from models.base.ephemeral import MemoryEphemeral
from scheduler.service import LEASE_LENGTH
from tests.conftest import START, FixedClock
from tests.databases import on_postgresql
from tests.service import Fakes

NEWEST = migrations.head()
UTC_START = "2026-03-02T02:00:30+00:00"  # 10:00:30 in the city


@pytest.fixture
async def web_port(shimin: Shimin, aiohttp_client: Any) -> TestClient[Any, Any]:
    """The port that everybody reaches."""
    app = web.Application()
    app[SERVICES] = shimin.services
    health.add_routes(app, None)
    client: TestClient[Any, Any] = await aiohttp_client(app)
    return client


async def ask(client: TestClient[Any, Any]) -> tuple[int, Any]:
    answer = await client.get("/readyz")
    return answer.status, await answer.json()


def not_ready(reason: str) -> tuple[int, Any]:
    return 503, {"status": "not ready", "reason": reason}


async def change(database: Database, statement: str) -> None:
    async with database.begin("system:test") as work:
        await work.run(text(statement))


async def test_it_is_ready(web_port: TestClient[Any, Any]) -> None:
    assert await ask(web_port) == (200, {"status": "ready"})


async def test_who_was_asked_to_end_is_alive_and_not_ready(
    shimin: Shimin, web_port: TestClient[Any, Any]
) -> None:
    shimin.services.life.draining = True
    assert await ask(web_port) == not_ready("draining")
    assert (await web_port.get("/livez")).status == 200


async def test_another_schema_is_not_ours(database: Database, web_port: TestClient[Any, Any]) -> None:
    await change(database, "UPDATE alembic_version SET version_num = '0000'")
    try:
        assert await ask(web_port) == not_ready("schema: run `shimin migrate`")
    finally:
        await change(database, f"UPDATE alembic_version SET version_num = '{NEWEST}'")


async def test_a_database_without_tables_is_none(database: Database, web_port: TestClient[Any, Any]) -> None:
    await change(database, "ALTER TABLE alembic_version RENAME TO hidden")
    try:
        with capture_logs() as logged:
            assert await ask(web_port) == not_ready("database")
        assert [entry["event"] for entry in logged] == ["not_ready"]
    finally:
        await change(database, "ALTER TABLE hidden RENAME TO alembic_version")


@on_postgresql
async def test_a_database_that_does_not_answer_in_time(
    database: Database, web_port: TestClient[Any, Any]
) -> None:
    async with database.begin("system:test") as work:
        await work.run(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        assert await ask(web_port) == not_ready("database")
    assert (await ask(web_port))[0] == 200


@pytest.fixture
def fakes(request: pytest.FixtureRequest, unused_tcp_port: int) -> Fakes:
    """Redis is away for the test that says so."""
    if "degraded" not in request.node.name:
        return Fakes()
    away = RedisEphemeral(f"redis://127.0.0.1:{unused_tcp_port}/0")
    return Fakes(ephemeral=ForgivingEphemeral(away, MemoryEphemeral()))


async def test_degraded_is_ready(web_port: TestClient[Any, Any]) -> None:
    assert await ask(web_port) == (200, {"status": "ready", "degraded": ["redis"]})


async def test_operators_are_told_who_leads_and_until_when(
    shimin: Shimin, ops: TestClient[Any, Any], web_port: TestClient[Any, Any], wall: FixedClock
) -> None:
    assert await ask(ops) == (200, {"status": "ready", "leases": []})
    await shimin.scheduler.tick()
    status, told = await ask(ops)
    [lease] = told["leases"]
    assert (status, lease["name"], lease["until"]) == (200, "scheduler", UTC_START)
    assert lease["holder"]
    assert await ask(web_port) == (200, {"status": "ready"})
    wall.instant = START + LEASE_LENGTH
    assert (await ask(ops))[1]["leases"] == []
