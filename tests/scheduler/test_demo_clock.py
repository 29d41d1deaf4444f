"""The town's clock over HTTP (docs/wires.md): who may move it, and that each day is lived through."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copy
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.app import make_app
from bot.demo_clock import DemoClock
from models.base.clock import DemoCivic
from models.base.db import City, Database
from models.base.ids import Ids
from models.identity import acts as identity
from models.violations import payments, store
from scheduler.jobs.query_silent_orders import SilentOrders
from tests.conftest import PATIENT, FixedClock
from tests.helpers import decided_case, town
from tests.service import Fakes, assembled

KEY = "the key of the town's clock"
RIGHT = {"Authorization": f"Bearer {KEY}"}


@dataclass
class Demo:
    """A demo town behind HTTP."""

    database: Database
    fakes: Fakes
    http: TestClient[Any, Any]

    async def move(self, days: object) -> dict[str, str]:
        answer = await self.http.post("/demo/clock", json={"days": days}, headers=RIGHT)
        assert answer.status == 200, await answer.text()
        told: dict[str, str] = await answer.json()
        return told

    def diary(self) -> list[tuple[str, dict[str, str]]]:
        """What was texted, in order."""
        return [(sms.template, dict(sms.params)) for sms in self.fakes.sms.sent]


Towns = list[tuple[Database, Fakes, web.Application]]


@pytest.fixture
def towns(migrated: Path, tmp_path: Path, city: City, wall: FixedClock) -> Towns:
    """Two towns that begin alike, each with a database, a clock and seeded ids of its own."""
    return [open_town(migrated, tmp_path / name, city, wall) for name in ("first", "second")]


def open_town(
    migrated: Path, place: Path, city: City, wall: FixedClock
) -> tuple[Database, Fakes, web.Application]:
    copy(migrated, place.with_suffix(".db"))
    civic = DemoCivic(wall, place.with_suffix(".json"))
    url = f"sqlite+aiosqlite:///{place}.db"
    database = Database(url, city=replace(city, ids=Ids(Random(7))), civic=civic, wall=wall, limits=PATIENT)
    fakes = Fakes()
    shimin = assembled(database, fakes)
    orders = SilentOrders(database, fakes.payments)
    clock = DemoClock(civic, KEY, shimin.scheduler, shimin.delivery, orders)
    return database, fakes, make_app(replace(shimin, demo_clock=clock))


@pytest.fixture
async def demos(towns: Towns, aiohttp_client: Any) -> AsyncIterator[list[Demo]]:
    yield [Demo(database, fakes, await aiohttp_client(app)) for database, fakes, app in towns]
    for database, _, _ in towns:
        await database.close()


@pytest.fixture
def demo(demos: list[Demo]) -> Demo:
    return demos[0]


async def test_it_tells_the_time(demo: Demo) -> None:
    answer = await demo.http.get("/demo/clock", headers=RIGHT)
    assert (answer.status, await answer.json()) == (
        200,
        {"now": "2026-03-02T10:00:00+08:00", "today": "2026-03-02"},
    )


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no key"),
        pytest.param({"Authorization": ""}, id="an empty header"),
        pytest.param({"Authorization": "Bearer"}, id="a scheme alone"),
        pytest.param({"Authorization": "Bearer wrong"}, id="another key"),
        pytest.param({"Authorization": f"Bearer {KEY}x"}, id="a longer key"),
        pytest.param({"Authorization": f"Bearer {KEY[:-1]}"}, id="a shorter key"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_key_it_neither_tells_nor_moves(
    demo: Demo, headers: dict[str, str], method: str
) -> None:
    before = demo.database.civic.now()
    answer = await demo.http.request(method, "/demo/clock", headers=headers, data=b'{"days": 1}')
    assert (answer.status, (await answer.json())["code"]) == (401, "key")
    assert demo.database.civic.now() == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken off"),
        pytest.param(b"[" * 10_000, id="too deep"),
        pytest.param(b"\xff", id="not text"),
        pytest.param(b"7", id="a number alone"),
        pytest.param(b"[7]", id="a list"),
        pytest.param(b"{}", id="no days"),
        pytest.param(b'{"days": "1"}', id="a text"),
        pytest.param(b'{"days": 1.0}', id="a fraction"),
        pytest.param(b'{"days": true}', id="a truth value"),
        pytest.param(b'{"days": null}', id="null"),
        pytest.param(b'{"days": 0}', id="no day"),
        pytest.param(b'{"days": -1}', id="time does not go back"),
        pytest.param(b'{"days": 401}', id="too far"),
    ],
)
async def test_what_is_no_number_of_days(demo: Demo, body: bytes) -> None:
    before = demo.database.civic.now()
    answer = await demo.http.post("/demo/clock", data=body, headers=RIGHT)
    assert (answer.status, (await answer.json())["code"]) == (400, "days")
    assert demo.database.civic.now() == before


async def test_each_day_lands_at_ten(demo: Demo, wall: FixedClock) -> None:
    wall.move(hours=3)
    assert await demo.move(1) == {"now": "2026-03-03T10:00:00+08:00", "today": "2026-03-03"}
    assert await demo.move(7) == {"now": "2026-03-10T10:00:00+08:00", "today": "2026-03-10"}


async def live(demo: Demo) -> str:
    """A case decided and served today: due on 17 March, overdue on the 18th, locked a week after the warning."""
    people = await town(demo.database)
    async with demo.database.begin("citizen") as work:
        await identity.set_consent(work, people.li_ming, given=True)
        return await decided_case(work, people.li_ming)


async def test_the_days_are_lived_through(demo: Demo) -> None:
    await live(demo)
    await demo.move(24)
    assert [kind for kind, _ in demo.diary()] == [
        "decision_made",
        "due_reminder",
        "due_reminder",
        "overdue_warning",
        "wallet_locked",
    ]
    assert len(demo.fakes.wallet.locks) == 1


async def test_seven_days_at_once_end_as_seven_times_one(demos: list[Demo]) -> None:
    for each in demos:
        await live(each)
    at_once, one_by_one = demos
    for _ in range(4):
        weekly = await at_once.move(7)
        daily = [await one_by_one.move(1) for _ in range(7)]
        assert daily[-1] == weekly
    assert at_once.diary() == one_by_one.diary()
    assert len(at_once.diary()) == 5


async def test_open_orders_are_closed_before_the_day_changes(demo: Demo) -> None:
    number = await live(demo)
    async with demo.database.begin("citizen") as work:
        case = await store.case(work, number)
        assert case is not None
        order = await payments.prepare_order(work, case, payments.BY_CODE)
    await demo.move(1)
    assert demo.fakes.payments.closed == [order.number]
    async with demo.database.read() as work:
        closed = await payments.order(work, order.number)
    assert closed is not None
    assert closed.state is payments.OrderState.CLOSED


async def test_the_clock_is_kept(demo: Demo, tmp_path: Path, wall: FixedClock) -> None:
    await demo.move(3)
    again = await asyncio.to_thread(DemoCivic, wall, tmp_path / "first.json")
    assert again.now() - wall.now() == timedelta(days=3)


@pytest.fixture
def city_app(database: Database) -> web.Application:
    """The service of a city: no demo in its settings."""
    return make_app(assembled(database, Fakes()))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_city_has_no_such_route(city_app: web.Application, aiohttp_client: Any, method: str) -> None:
    http = await aiohttp_client(city_app)
    assert (await http.request(method, "/demo/clock", headers=RIGHT)).status == 404
