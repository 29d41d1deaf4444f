"""`/livez`: the loop turns. `/readyz`: this process can serve, and wants to: the database answers within a second and has the schema
this code knows, or a newer one that serves it, too; in the demo, the town is open.

Ready without something that can be done without is ready, and says `degraded`. Who was asked to end is not ready any more, so that a
balancer sends nothing new.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from bot.services import SERVICES, Services
from bot.settings import Demo
from models import migrations
from models.base import leases
from models.base.db import Work

ANSWER_SECONDS = 1.0
TOWN_MADE: web.AppKey[Path | None] = web.AppKey("town_made")
Look = Callable[[Work], Awaitable[Mapping[str, Any]]]
log = structlog.get_logger()


class NotReady(Exception):
    """The message is the reason, for an operator."""


def add_routes(app: web.Application, demo: Demo | None, *, for_operators: bool = False) -> None:
    """The two; on the operators' own port `/readyz` says who leads, too."""
    app[TOWN_MADE] = demo.ready_file if demo else None
    app.router.add_get("/livez", live)
    app.router.add_get("/readyz", ready_with_leases if for_operators else ready)


async def live(request: web.Request) -> web.Response:
    """Nothing but the loop."""
    del request
    return web.json_response({"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """503 with the reason while it is not."""
    return await _answer(request, _nothing)


async def ready_with_leases(request: web.Request) -> web.Response:
    """The same, and who leads until when (wall)."""
    return await _answer(request, _leases)


async def _answer(request: web.Request, look: Look) -> web.Response:
    services, made = request.app[SERVICES], request.app[TOWN_MADE]
    try:
        seen = await _examine(services, look)
        await _find_town(made)
    except NotReady as problem:
        return web.json_response({"status": "not ready", "reason": str(problem)}, status=503)
    return web.json_response({"status": "ready", **await _degraded(services), **seen})


async def _examine(services: Services, look: Look) -> Mapping[str, Any]:
    if services.life.draining:
        raise NotReady("draining")
    try:
        async with asyncio.timeout(ANSWER_SECONDS), services.database.read() as work:
            revision = await migrations.revision_of(work)
            seen = await look(work)
    except Exception as problem:
        log.warning("not_ready", reason="database", problem=type(problem).__name__)
        raise NotReady("database") from problem
    known = str(await asyncio.to_thread(migrations.head))
    if not migrations.serves(revision, known):
        what = "upgrade this version" if migrations.newer(revision, known) else "run `shimin migrate`"
        raise NotReady(f"schema: {what}")
    return seen


async def _find_town(made: Path | None) -> None:
    if made and not await asyncio.to_thread(made.exists):
        raise NotReady("the demo's town is not open yet")


async def _degraded(services: Services) -> Mapping[str, Any]:
    """Asked just now: that Redis is away is noticed by whoever asks it something."""
    await services.ephemeral.get("ready")
    return {"degraded": ["redis"]} if services.ephemeral.away else {}


async def _nothing(work: Work) -> Mapping[str, Any]:
    del work
    return {}


async def _leases(work: Work) -> Mapping[str, Any]:
    told = [
        {"name": lease.name, "holder": lease.holder, "until": lease.until.isoformat(timespec="seconds")}
        for lease in await leases.every(work)
        if lease.until > work.wall
    ]
    return {"leases": told}
