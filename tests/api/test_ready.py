"""`/readyz` while the demo's town is not open yet: whoever waits for it finds everybody at home."""

from pathlib import Path

from aiohttp import web

from bot import health
from bot.services import SERVICES
from bot.settings import Demo
from models.base.db import Database
from tests.service import Fakes, assembled


async def test_the_demo_is_ready_once_its_town_is_made(database: Database, tmp_path: Path, aiohttp_client):
    app = web.Application()
    app[SERVICES] = assembled(database, Fakes()).services
    made = tmp_path / "ready"
    demo = Demo.model_validate({"clock_key": "k" * 20, "clock_file": tmp_path / "clock", "ready_file": made})
    health.add_routes(app, demo)
    client = await aiohttp_client(app)
    assert (await client.get("/livez")).status == 200
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["reason"]) == (503, "the demo's town is not open yet")
    made.touch()
    assert (await client.get("/readyz")).status == 200
