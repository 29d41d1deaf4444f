"""The operators' own port: `/metrics`, and `/livez` and `/readyz`, which processes without a web role have nowhere else."""

import asyncio

from aiohttp import web

from bot import health
from bot.metrics import Prometheus
from bot.services import SERVICES
from bot.wiring import Shimin

METRICS: web.AppKey[Prometheus] = web.AppKey("metrics", Prometheus)


def make_ops(shimin: Shimin, metrics: Prometheus) -> web.Application:
    """All routes of it; none changes anything."""
    app = web.Application()
    app[SERVICES] = shimin.services
    app[METRICS] = metrics
    health.add_routes(app, shimin.settings.demo, for_operators=True)
    app.router.add_get("/metrics", told)
    return app


async def told(request: web.Request) -> web.Response:
    """In Prometheus' text format."""
    body = await asyncio.to_thread(request.app[METRICS].told)
    return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
