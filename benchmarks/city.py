"""The service with a small city in it, for measuring: people bound to accounts, each with a car and two open cases."""

import asyncio
import logging
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog
from stdnum.cn import ric

from benchmarks.pushes import AES_KEY, APP_ID, ORIGINAL_ID, TOKEN
from bot.demo.files import Place, environment
from bot.demo.keys import make_keys
from bot.roles import Role, started
from bot.settings import Settings, load_settings
from bot.wiring import assemble, open_database
from models.base.db import Work
from models.flows import registration
from models.identity import acts as identity
from models.identity import store
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.migrations import upgrade
from models.violations import acts as violations
from models.violations import catalogue
from models.violations.acts import Report
from models.violations.catalogue import Offence, read_fine

PEOPLE = 1000
AUTHORITY = "442000"


def openid(number: int) -> str:
    """The account of a person of the benchmark's city."""
    return f"oBenchmark{number:018d}"


def settings(folder: Path, database_url: str = "", redis_url: str = "") -> Settings:
    """The service's settings, in a folder of the benchmark's own; on other servers where they are given."""
    place = Place(folder, int(os.environ.get("SHIMIN_PORT", "1")), 1)
    keys, pems = make_keys(folder)
    wechat = {"APP_ID": APP_ID, "ORIGINAL_ID": ORIGINAL_ID, "TOKEN": TOKEN, "AES_KEY": AES_KEY}
    os.environ.update(environment(place, keys, pems) | {f"SHIMIN_WECHAT__{k}": v for k, v in wechat.items()})
    if database_url:
        os.environ |= {"SHIMIN_DATABASE_URL": database_url, "SHIMIN_REDIS_URL": redis_url}
    return load_settings()


async def fill(folder: Path) -> None:
    """Make the city, once."""
    here = settings(folder)
    await upgrade(here.database_url)
    database = open_database(here)
    async with database.begin("benchmark") as work:
        await catalogue.enter(work, _offence())
    for start in range(0, PEOPLE, 100):
        async with database.begin("benchmark") as work:
            for number in range(start + 1, start + 101):
                await _settle_in(work, number)
    await database.close()


async def serve_city(port: int, folder: Path, database_url: str = "", redis_url: str = "") -> None:
    """The web role, logging nothing below a warning, until killed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    os.environ["SHIMIN_PORT"] = str(port)
    async with assemble(settings(folder, database_url, redis_url)) as shimin, started(shimin, {Role.WEB}):
        await asyncio.Event().wait()


async def _settle_in(work: Work, number: int) -> None:
    body = f"44200018{50 + number // 365 % 50:02d}{number % 12 + 1:02d}{number % 28 + 1:02d}{number:03d}"
    claim = Claim("李明", body + ric.calc_check_digit(body + "0"), f"138{number:08d}")
    await registration.enter_person(
        work, PersonEntry(claim, date(1985, 1, 1)), registration.Licence("C1", date(2015, 6, 1))
    )
    plate = Plate("02", f"粤T{number:05d}")
    await identity.enter_vehicle(work, VehicleEntry(plate, "小型汽车", claim.resident_id, date(2020, 1, 1)))
    known = await store.person_by_resident_id(work, claim.resident_id)
    assert known is not None
    await store.save_account(work, openid(number), person_id=known[0])
    for case in range(2):
        occurred: datetime = work.now - timedelta(days=case + 1)
        await violations.record(
            work, Report(AUTHORITY, f"B{number}-{case}", plate, "1301", occurred, "兴中道")
        )


def _offence() -> Offence:
    fine = read_fine("200")
    return Offence(AUTHORITY, "1301", date(2022, 4, 1), "机动车逆向行驶", "wrong way", "第35条", fine, 3, "")
