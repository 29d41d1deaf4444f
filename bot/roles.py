"""What a process does: serve the web, deliver notices, schedule jobs, or all of it. SIGTERM and SIGINT end it cleanly."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from enum import StrEnum
from typing import Any

import structlog
from aiohttp import web

from bot.app import make_app
from bot.settings import Settings
from bot.wiring import Shimin, assemble
from models.base.texts import read_all

DRAIN_SECONDS = 8.0
# New objects between two looks for circles: a message makes a few hundred, and hardly a circle.
GC_EVERY = 20_000
# A connection without a whole request head for so long is closed: slow ones must not fill the house.
IDLE_SECONDS = 8.0
LINGER_SECONDS = 1.0  # for the rest of a body that was refused
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


@contextlib.asynccontextmanager
async def started(shimin: Shimin, roles: Collection[Role]) -> AsyncIterator[None]:
    """All parts of the roles, stopped in the reverse order: first the doors, then delivery and jobs."""
    async with contextlib.AsyncExitStack() as stack:
        if Role.WORKER in roles:
            await stack.enter_async_context(_background(shimin.delivery.run()))
        if Role.SCHEDULER in roles:
            shimin.scheduler.start()
            stack.push_async_callback(shimin.scheduler.stop)
        if Role.WEB in roles:
            await stack.enter_async_context(_serving(shimin))
        gc.freeze()  # what lives as long as the process need not be looked at again
        gc.set_threshold(GC_EVERY, 20, 50)
        yield


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


def runner(app: web.Application) -> web.AppRunner:
    """The application with the limits of a server that strangers can reach."""
    return web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=DRAIN_SECONDS,
        keepalive_timeout=IDLE_SECONDS,
        lingering_time=LINGER_SECONDS,
        auto_decompress=False,  # nobody who calls us compresses; what cannot be unpacked would be an accident
    )


@contextlib.asynccontextmanager
async def _serving(shimin: Shimin) -> AsyncIterator[None]:
    served = runner(make_app(shimin))
    await served.setup()
    site = web.TCPSite(served, shimin.settings.host, shimin.settings.port, backlog=1024)
    try:
        await site.start()
    except OSError as problem:
        await served.cleanup()
        raise PortTaken(f"SHIMIN_PORT: cannot listen on {site.name}: {problem.strerror}") from problem
    try:
        yield
    finally:
        await served.cleanup()


@contextlib.asynccontextmanager
async def _background(coroutine: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(coroutine)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on uvloop, where there is one."""
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.run(coroutine)
    return uvloop.run(coroutine)
