"""The service put together as in `bot/wiring.py`, on the wires of `tests/fakes.py`.

fakes = Fakes()
shimin = assembled(database, fakes)       then `bot.app.make_app(shimin)`
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.commands import ROUTER
from bot.duties import DAILY, KINDS
from bot.inbox import Inbox
from bot.memory import Memory
from bot.services import Services
from bot.wechat.webhook import Webhook
from bot.wiring import Shimin
from handlers.routing import Outside, Router
from models.base.db import Database
from models.base.ephemeral import Ephemeral, MemoryEphemeral
from models.base.metrics import Metrics
from scheduler.delivery import Delivery
from scheduler.jobs import remove_photos, seal_audit_events
from scheduler.jobs.query_silent_orders import SilentOrders
from scheduler.senders import senders
from scheduler.service import Scheduler
from tests.acts.queries import counts
from tests.fake_files import FakeBlobs, FakeMedia
from tests.fakes import (
    FakeChat,
    FakeLogin,
    FakePayments,
    FakeSimRegister,
    FakeSms,
    FakeWallet,
)
from tests.pages.settings import SETTINGS
from tests.wechat import pushes


@dataclass(frozen=True, slots=True)
class Fakes:
    """All wires, and what may be lost."""

    sms: FakeSms = field(default_factory=FakeSms)
    chat: FakeChat = field(default_factory=FakeChat)
    media: FakeMedia = field(default_factory=FakeMedia)
    blobs: FakeBlobs = field(default_factory=FakeBlobs)
    login: FakeLogin = field(default_factory=FakeLogin)
    payments: FakePayments = field(default_factory=FakePayments)
    wallet: FakeWallet = field(default_factory=FakeWallet)
    sim_register: FakeSimRegister = field(default_factory=FakeSimRegister)
    ephemeral: Ephemeral = field(default_factory=MemoryEphemeral)


@contextmanager
def accidents() -> Iterator[list[BaseException]]:
    """The exceptions that were logged within. Nothing is printed: a traceback reads files, which no event loop may."""
    met: list[BaseException] = []

    def keep(logger: Any, method: str, event: Any) -> Any:
        del logger, method
        if event.get("exc_info") and (problem := sys.exception()):
            met.append(problem)
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[keep])
    yield met
    structlog.configure(processors=before)


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    async with database.read() as work:
        return await counts(work)


def services(database: Database, fakes: Fakes) -> Services:
    """What the doors are given."""
    return Services(
        database=database,
        ephemeral=fakes.ephemeral,
        kinds=KINDS,
        sms=fakes.sms,
        chat=fakes.chat,
        media=fakes.media,
        blobs=fakes.blobs,
        login=fakes.login,
        payments=fakes.payments,
        wallet=fakes.wallet,
        sim_register=fakes.sim_register,
    )


def inbox(database: Database, fakes: Fakes, router: Router = ROUTER) -> Inbox:
    """The chat, without a channel; one for each process."""
    memory = Memory(fakes.ephemeral, database.city.vault, database.wall)
    outside = Outside(fakes.sim_register, fakes.media, fakes.blobs)
    return Inbox(database, memory, router, outside, Metrics())


def delivery(database: Database, fakes: Fakes) -> Delivery:
    """A delivery; several may work on one database."""
    channels = senders(fakes.sms, fakes.chat, fakes.wallet, fakes.payments, database.wall)
    return Delivery(database, KINDS, channels)


def scheduler(database: Database, fakes: Fakes) -> Scheduler:
    """A scheduler with all jobs; several may compete for the lead."""
    orders = SilentOrders(database, fakes.payments)
    photos = remove_photos.job(database, fakes.blobs)
    return Scheduler(database, DAILY, (orders.job(), seal_audit_events.job(database), photos))


def assembled(
    database: Database, fakes: Fakes, *, router: Router = ROUTER, seconds_to_answer: float = 4.0
) -> Shimin:
    """All of it, under the settings of `tests/pages/settings.py`; pushes are those of `tests/wechat/pushes.py`."""
    chat = inbox(database, fakes, router)
    webhook = Webhook(pushes.codec(), chat, fakes.chat, fakes.ephemeral, set(), seconds_to_answer)
    return Shimin(
        settings=SETTINGS,
        services=services(database, fakes),
        delivery=delivery(database, fakes),
        scheduler=scheduler(database, fakes),
        webhook=webhook,
        demo_clock=None,
    )
