"""The whole application on a port, in a thread with a loop of its own: for what calls it from outside, as another system does."""

import asyncio
from collections.abc import Coroutine
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from threading import Thread
from typing import Any, TypeVar

from bot.app import make_app
from bot.server import runner
from models.base.db import Database
from models.identity import keys, staff
from models.identity.staff import Role
from tests.conftest import PATIENT, FixedClock
from tests.helpers import AUTHORITY, town
from tests.races.corner import make_city
from tests.service import Fakes, assembled

T = TypeVar("T")


@dataclass(frozen=True)
class Served:
    """Where it is, and a key of each kind, by the document's names of them."""

    url: str
    keys: dict[str, str]


class Loop(Thread):
    """Runs coroutines for another thread."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.loop = asyncio.new_event_loop()

    def run(self) -> None:
        self.loop.run_forever()

    def do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.join()
        self.loop.close()


@contextmanager
def served(migrated: Path, folder: Path, port: int):
    """A town with a case in each state that an officer may meet, served until the end."""
    url = f"sqlite+aiosqlite:///{copy(migrated, folder / 'shimin.db')}"
    database = Database(url, city=make_city(7), civic=FixedClock(), wall=FixedClock(), limits=PATIENT)
    app, loop = make_app(assembled(database, Fakes())), Loop()
    loop.start()
    server = runner(app, 1.0)
    try:
        made = loop.do(_opened(database))
        loop.do(_listening(server, port))
        yield Served(f"http://127.0.0.1:{port}", made)
    finally:
        loop.do(server.cleanup())
        loop.do(database.close())
        loop.end()


async def _opened(database: Database) -> dict[str, str]:
    await town(database)
    async with database.begin("operator") as work:
        system = await keys.create(work, "everything", list(keys.SCOPES))
        _, officer = await staff.add(work, "赵警官", AUTHORITY, [Role.SUPERVISOR])
    return {"systems": system, "officers": officer}


async def _listening(server: Any, port: int) -> None:
    from aiohttp import web

    await server.setup()
    await web.TCPSite(server, "127.0.0.1", port).start()
