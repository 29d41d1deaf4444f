"""`shimin demo`: make what is missing, start the sandbox as a process of its own, serve, and tell the town's story once."""

import asyncio
import contextlib
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta

import aiohttp
from rich.console import Console
from rich.panel import Panel

from bot import imports, logs
from bot.demo import account, files
from bot.demo.files import Place
from bot.demo.keys import Keys, PemFiles, make_keys, write_private
from bot.demo.story import HISTORY_DAYS, Story
from bot.roles import PortTaken, Role, run, run_coroutine
from bot.settings import Settings, load_settings
from bot.wiring import open_database
from models.base.clock import CITY_ZONE, MORNING, DemoCivic, SystemWall, at, next_morning
from models.identity import keys as api_keys
from models.migrations import upgrade

DAYTIME = (time(8, 0), time(20, 0))  # outside of it texts would wait for the morning, and so would a newcomer
REGISTERS = ("people", "licences", "vehicles", "offences", "classes", "teachers", "children")
console = Console()


def demo(place: Place, *, fresh: bool) -> None:
    """Run the town until Ctrl-C. One whose story was cut short is made again. Raises PortTaken before anything is made or forgotten."""
    _check_ports(place)
    folder = place.folder
    if folder.exists() and (fresh or not place.ready.exists()):
        shutil.rmtree(folder)
    first = not folder.exists()
    place.opened.unlink(missing_ok=True)
    keys, pems = make_keys(folder)
    with (folder / "service.log").open("a", encoding="utf-8") as log_file:
        logs.configure(log_file)
        run_coroutine(_demo(place, keys, pems, first=first))
    console.print("The town has gone to sleep; `make demo` wakes it as it was.")


def _check_ports(place: Place) -> None:
    """Whoever else listens there would be taken for our sandbox."""
    for name, port in (("PORT", place.port), ("SANDBOX_PORT", place.sandbox_port)):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as problem:
            hint = f"choose another one: make demo {name}=..."
            raise PortTaken(f"{name}: cannot listen on port {port}: {problem.strerror}; {hint}") from problem


async def _demo(place: Place, keys: Keys, pems: PemFiles, *, first: bool) -> None:
    settings, api_key = await _prepare(place, keys, pems, first=first)
    async with _sandbox(place):
        await run(settings, set(Role), beside=lambda: _open_up(place, settings, api_key, first=first))


async def _prepare(place: Place, keys: Keys, pems: PemFiles, *, first: bool) -> tuple[Settings, str]:
    """Environment, database, clock and registers."""
    key_file = place.folder / "api_key"
    environment = files.environment(place, keys, pems)
    os.environ.update(environment)
    settings = load_settings()
    await upgrade(settings.database_url)
    if first:
        console.print("Making the demo town; this takes a few seconds.")
        _set_clock_back(place)
        write_private(key_file, await _fill_registers(place, settings))
    else:
        _wake_by_day(place)
    api_key = key_file.read_text()
    files.write_env(place, environment, api_key)
    files.write_sandbox_config(place, keys, pems, api_key)
    return settings, api_key


async def _fill_registers(place: Place, settings: Settings) -> str:
    """The town's registers from its files, and the key of every machine scope."""
    database = open_database(settings)
    lists = {kind: files.TOWN / f"{kind}.csv" for kind in REGISTERS}
    lists[files.CLASSES] = files.of_this_school_year(place, SystemWall().now().astimezone(CITY_ZONE).date())
    for kind, file in lists.items():
        summary = await imports.run(database, kind, file, lambda done, total: None)
        if summary.rejected:
            raise RuntimeError(f"the town's own {kind} were rejected: {summary.rejects_file}")
    async with database.begin("operator") as work:
        key = await api_keys.create(work, "demo", list(api_keys.SCOPES))
    await database.close()
    return key


def _set_clock_back(place: Place) -> None:
    """The story ends on today's date at 10:00."""
    wall = SystemWall()
    today = wall.now().astimezone(CITY_ZONE).date()
    DemoCivic(wall, place.clock).move_to(at(today - timedelta(days=HISTORY_DAYS), MORNING))


def _wake_by_day(place: Place) -> None:
    """A town that was left at night wakes at 10:00."""
    civic = DemoCivic(SystemWall(), place.clock)
    now = civic.now()
    if not DAYTIME[0] <= now.timetz().replace(tzinfo=None) < DAYTIME[1]:
        civic.move_to(_coming_morning(now))


def _coming_morning(now: datetime) -> datetime:
    return at(now.date(), MORNING) if now.time() < MORNING else next_morning(now)


@contextlib.asynccontextmanager
async def _sandbox(place: Place) -> AsyncIterator[None]:
    """The other side of every wire, as a process of its own; it ends with us."""
    with (place.folder / "sandbox.log").open("ab") as log_file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox", str(place.sandbox_config), stdout=log_file, stderr=log_file
        )
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _open_up(place: Place, settings: Settings, api_key: str, *, first: bool) -> None:
    """Once both answer: tell the story the first time, then say what to open."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        for url in (f"{place.sandbox}/livez", f"{place.service}/livez"):
            await _wait_for(session, url)
        await account.set_menu(session, settings)
        if first:
            await Story(session, place, api_key).tell()
            place.ready.touch()
        place.opened.touch()
    console.print(_what_to_open(place))


async def _wait_for(session: aiohttp.ClientSession, url: str) -> None:
    for _ in range(400):
        with contextlib.suppress(aiohttp.ClientError):
            async with session.get(url) as response:
                if response.status == 200:
                    return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{url} does not answer; see the logs in .demo/")


def _what_to_open(place: Place) -> Panel:
    return Panel.fit(
        f"[bold]Open the phone:[/]  {place.sandbox}\n"
        "Li Ming has a new fine and a locked wallet; New Comer (林新) is not bound yet.\n"
        "Wang Fang said that Zhao Lei drove her car: be Zhao Lei, and answer.\n"
        "Chen Jie teaches class 3-2: be Chen Jie, and send 发布 3-2 and what Liu Yang is to read.\n\n"
        f"The service:      {place.service}  (its settings: {place.env})\n"
        "From a shell:     .venv/bin/shimin say 罚单 --as li-ming\n"
        "Start over:       make demo FRESH=1        Stop: Ctrl-C",
        title="市民 Shimin",
    )
