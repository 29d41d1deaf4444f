"""`/livez`: the loop turns. `/readyz`: this process can serve: the database answers and has the newest schema; in the demo, the town
is open."""

import asyncio
from pathlib import Path

import structlog
from aiohttp import web

from bot.services import SERVICES
from bot.settings import Demo
from models import migrations

TOWN_MADE: web.AppKey[Path | None] = web.AppKey("town_made")
log = structlog.get_logger()


def add_routes(app: web.Application, demo: Demo | None) -> None:
    app[TOWN_MADE] = demo.ready_file if demo else None
    app.router.add_get("/livez", live)
    app.router.add_get("/readyz", ready)


async def live(request: web.Request) -> web.Response:
    """Nothing but the loop."""
    del request
    return web.json_response({"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """503 with the reason while it cannot."""
    try:
        async with request.app[SERVICES].database.read() as work:
            revision = await migrations.revision_of(work)
    except Exception:
        log.exception("not_ready")
        return web.json_response({"status": "not ready", "reason": "database"}, status=503)
    if revision != await asyncio.to_thread(migrations.head):
        return web.json_response(
            {"status": "not ready", "reason": "schema: run `shimin migrate`"}, status=503
        )
    made = request.app[TOWN_MADE]
    if made and not await asyncio.to_thread(made.exists):
        return web.json_response(
            {"status": "not ready", "reason": "the demo's town is not open yet"}, status=503
        )
    return web.json_response({"status": "ready"})
