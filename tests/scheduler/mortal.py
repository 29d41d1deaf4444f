"""A worker in a process of its own, to be killed: `python -m tests.scheduler.mortal DATABASE_URL BOOK LIFE`.

Its carrier is a book, a line for each submission with the message's key. Each life begins three minutes after the last one, so that the
leases of the dead have run out.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

from models.base.calendar import StateCalendar
from models.base.crypto import Links, Vault
from models.base.db import City, Database
from models.base.ids import Ids
from models.base.ports import Outcome, Receipt, SendResult
from models.base.tariff import load_tariff
from models.base.texts import read_all
from models.post.notices import Channel, Kinds
from models.violations import notices
from scheduler.delivery import Delivery
from scheduler.senders import SmsSender
from tests.conftest import START, TOWN_TARIFF, FixedClock

PER_LIFE = timedelta(minutes=3)


class BookSms:
    """Takes every message, after a moment, and writes it down, all or nothing, before it says so."""

    name = "book"

    def __init__(self, book: Path) -> None:
        self._book = book
        self._pen = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._random = Random(7)

    async def send(
        self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
    ) -> SendResult:
        del phone, template, locale, params
        await asyncio.sleep(self._random.random() / 100)
        os.write(self._pen, f"{key}\n".encode())
        await asyncio.sleep(self._random.random() / 100)
        return SendResult(Outcome.SENT, key[-8:])

    async def find(self, *, phone: str, key: str, day: date) -> SendResult | None:
        del phone, day
        return SendResult(Outcome.SENT) if key in self._book.read_text().splitlines() else None

    def receipts(self, secret: str, body: bytes) -> list[Receipt]:
        del secret, body
        return []


def opened(url: str, life: int) -> Database:
    """The town's database, at the time of this life."""
    vault = Vault({"t1": bytes(range(32))}, current="t1", index_key=bytes(32))
    links = Links(bytes(range(32, 64)))
    city = City(load_tariff(TOWN_TARIFF), StateCalendar(), vault, links, Ids(), "https://shimin.test")
    now = START + life * PER_LIFE
    return Database(url, city=city, civic=FixedClock(now), wall=FixedClock(now))


async def live(url: str, book: Path, life: int) -> None:
    """Until killed."""
    database = opened(url, life)
    sender = SmsSender(BookSms(book), database.wall)
    await Delivery(database, Kinds(notices.KINDS), {Channel.SMS: sender}).run()


if __name__ == "__main__":
    read_all()
    asyncio.run(live(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
