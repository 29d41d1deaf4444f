"""What a process does: serve the web, deliver notices, schedule jobs, or all of it. SIGTERM and SIGINT end it within ten seconds:

`/readyz` answers 503    for `drain_seconds`, so that a balancer sends nothing new
doors, post and jobs     stop together: what is under way is finished; what takes too long is cut, and left to its lease or a repetition
the operators' port      closes last
"""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from enum import StrEnum
from typing import Any

import structlog
from aiohttp import web

from bot.app import make_app
from bot.metrics import Prometheus
from bot.ops import make_ops
from bot.server import runner
from bot.settings import Settings
from bot.watch import Watch
from bot.wiring import Shimin, assemble
from models.base.texts import read_all

# Counted from the signal: until then the parts may finish, until then the process lives, whatever hangs.
DRAIN_SECONDS = 9.0
END_SECONDS = 10.0
# New objects between two looks for circles: a message makes a few hundred, and hardly a circle.
GC_EVERY = 20_000
Stop = Callable[[], Awaitable[None]]
log = structlog.get_logger()


class PortTaken(Exception):
    """Another program listens there; the message names the setting."""


class Role(StrEnum):
    """One process may have several."""

    WEB = "web"
    WORKER = "worker"
    SCHEDULER = "scheduler"


async def run(
    settings: Settings, roles: Collection[Role], *, beside: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Run until a signal ends it. `beside` runs once everything is up; its failure ends the process, too."""
    await asyncio.to_thread(read_all)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with assemble(settings) as shimin, started(shimin, roles):
        log.info("started", roles=sorted(roles), port=settings.port)
        if shimin.services.database.city.tariff.measures.wallet.inert:
            log.warning(
                "measure_inert", measure="wallet", why="the tariff names no legal basis, so nothing is locked"
            )
        await _until(stop, beside)
        log.info("stopping")
        loop.call_later(END_SECONDS, _end)
        shimin.services.life.draining = True
        if Role.WEB in roles:
            await asyncio.sleep(settings.drain_seconds)


@contextlib.asynccontextmanager
async def started(shimin: Shimin, roles: Collection[Role]) -> AsyncIterator[None]:
    """All parts of the roles."""
    stops: dict[str, Stop] = {}
    async with _operated(shimin):
        try:
            if Role.WORKER in roles:
                stops["post"] = _background(shimin.delivery.run())
            if Role.SCHEDULER in roles:
                shimin.scheduler.start()
                stops["jobs"] = shimin.scheduler.stop
            if Role.WEB in roles:
                stops["doors"] = await _serve(shimin)
            gc.freeze()  # what lives as long as the process need not be looked at again
            gc.set_threshold(GC_EVERY, 20, 50)
            yield
        finally:
            await _stop(stops, DRAIN_SECONDS - shimin.settings.drain_seconds)


async def _until(stop: asyncio.Event, beside: Callable[[], Awaitable[None]] | None) -> None:
    waiting = asyncio.ensure_future(stop.wait())
    if beside is None:
        await waiting
        return
    task = asyncio.ensure_future(beside())
    await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task  # raises what went wrong
        await waiting
    else:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _stop(stops: Mapping[str, Stop], seconds: float) -> None:
    """All of them at once; none keeps another from ending well."""
    stopping = {name: asyncio.ensure_future(stop()) for name, stop in stops.items()}
    if stopping:
        await asyncio.wait(stopping.values(), timeout=seconds)
    for part, task in stopping.items():
        if not task.done():
            log.warning("cut_short", part=part)
            task.cancel()
        elif problem := task.exception():
            log.error("stop_failed", part=part, exc_info=problem)


def _end() -> None:
    """Nothing may be lost by it: a process can die at any moment."""
    log.error("ended_hard")
    os._exit(1)


async def _serve(shimin: Shimin) -> Stop:
    settings = shimin.settings
    served = runner(make_app(shimin), DRAIN_SECONDS)
    await _listen(served, "SHIMIN_PORT", settings.host, settings.port, reuse_port=settings.reuse_port)
    return served.cleanup


async def _listen(
    served: web.AppRunner, setting: str, host: str, port: int, *, reuse_port: bool = False
) -> None:
    await served.setup()
    site = web.TCPSite(served, host, port, backlog=1024, reuse_port=reuse_port)
    try:
        await site.start()
    except OSError as problem:
        await served.cleanup()
        raise PortTaken(f"{setting}: cannot listen on {site.name}: {problem.strerror}") from problem


@contextlib.asynccontextmanager
async def _operated(shimin: Shimin) -> AsyncIterator[None]:
    """The port for operators and what it tells, where one is set."""
    metrics, settings = shimin.services.metrics, shimin.settings
    if not isinstance(metrics, Prometheus):
        yield
        return
    metrics.ask_for_connections(lambda: shimin.services.database.in_use)
    served = web.AppRunner(make_ops(shimin, metrics), access_log=None, shutdown_timeout=0.5)
    await _listen(served, "SHIMIN_METRICS_PORT", settings.metrics_host, settings.metrics_port)
    stop_watch = _background(Watch(shimin.services, shimin.scheduler, metrics).run())
    try:
        yield
    finally:
        await stop_watch()
        await served.cleanup()


def _background(coroutine: Coroutine[Any, Any, None]) -> Stop:
    """Run it; what comes back stops it and waits until it has ended in its own way."""
    task = asyncio.create_task(coroutine)

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return stop


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on uvloop, where there is one."""
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.run(coroutine)
    return uvloop.run(coroutine)
