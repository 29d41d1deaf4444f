"""Entered many at once or row by row: the same outcomes, the same rejects, the same rows in every table."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.imports import KINDS, runner
from bot.imports.runner import Summary, import_file
from bot.reports import read_report
from models.base.crypto import Unopenable
from models.base.db import City, Database
from models.base.ids import Ids
from models.post.notices import unpack
from models.schema import metadata
from models.violations.acts import record
from tests.conftest import PATIENT, FixedClock
from tests.databases import Databases, kept, on_postgresql
from tests.helpers import resident_id
from tests.imports.conftest import HEADERS, HIS_CAR, HIS_LICENCE, LI_MING, RECORD, WANG_FANG, WRONG_WAY, Desk

CHEN = f"陈晓,{resident_id('18900101')},1990-01-01,13800010003,B2,2019-05-01"
HER_CAR = "粤TD12345,52,442000188708212481,2020-01-01,小型汽车"
SOLD = HIS_CAR.replace("442000188503121375,2018-05-01", "442000188708212481,2026-02-20")
NO_AMOUNT = WRONG_WAY.replace("1301", "1101").replace(",3,,200", ",,,200以上2000以下")
STRICTER = WRONG_WAY.replace("442000", "110000")

PEOPLE = {
    "new": LI_MING,
    "another": WANG_FANG,
    "again": LI_MING,
    "with a new phone": LI_MING.replace("0001,C1", "0009,C1"),
    "without a word of the licence": LI_MING.replace("C1,2015-06-01", ","),
    "another licence": LI_MING.replace("C1", "A2"),
    "another name": LI_MING.replace("李明", "李铭"),
    "born on another day": WANG_FANG.replace("1887-08-21", "1887-08-22"),
    "with a licence": WANG_FANG.replace(",,", ",C1,2020-01-01"),
    "a third": CHEN,
    "no phone": CHEN.replace("13800010003", "12800010003"),
    "no cells": "李明,4420",
}
VEHICLES = {
    "new": HIS_CAR,
    "again": HIS_CAR,
    "hers": HER_CAR,
    "sold": SOLD,
    "of another type": HIS_CAR.replace("小型汽车", "小型轿车"),
    "of two owners": HIS_CAR.replace("442000188503121375", "442000188708212481"),
    "the same number, large": HIS_CAR.replace(",02,", ",01,"),
    "of an owner nobody knows": HIS_CAR.replace("442000188503121375", resident_id("18900101")),
    "no plate": HIS_CAR.replace("粤T", "T"),
    "to come": HIS_CAR.replace("2018", "2028"),
}
VIOLATIONS = {
    "new": RECORD,
    "again": RECORD,
    "again, as typed": RECORD.replace("粤T12345", "粤t·12345").replace("+08:00", ""),
    "with another place": RECORD.replace("兴中道", "中山路"),
    "with another plate": RECORD.replace("粤T12345,02", "粤TD12345,52"),
    "another": RECORD.replace("K-1", "K-2"),
    "before it was sold": RECORD.replace("K-1", "K-3").replace("2026-03-01", "2026-02-19"),
    "on the day it was sold": RECORD.replace("K-1", "K-4").replace("2026-03-01", "2026-02-20"),
    "before anybody had it": RECORD.replace("K-1", "K-5").replace("粤T12345,02", "粤T12345,01"),
    "hers": RECORD.replace("K-1", "K-6").replace("粤T12345,02", "粤TD12345,52"),
    "without an amount": RECORD.replace("K-1", "K-7").replace("1301", "1101"),
    "unknown plate": RECORD.replace("K-1", "K-8").replace("12345", "54321"),
    "unknown code": RECORD.replace("K-1", "K-9").replace("1301", "9999"),
    "a code of another authority": RECORD.replace("K-1", "K-10").replace("442000", "120000"),
    "another authority's": RECORD.replace("442000", "110000"),
    "to come": RECORD.replace("K-1", "K-11").replace("2026", "2027"),
    "too old": RECORD.replace("K-1", "K-12").replace("2026", "2023"),
    "refused first, then mended": RECORD.replace("K-1", "K-8"),
    "no time": RECORD.replace("K-1", "K-13").replace("T08:30:00+08:00", ""),
    "cells missing": "442000,K-14",
}
LICENCES = {
    "known": HIS_LICENCE,
    "again": HIS_LICENCE,
    "new": HIS_LICENCE.replace("442000188503121375", "442000188708212481"),
    "new, in two rows": HIS_LICENCE.replace("442000188503121375", "442000188708212481").replace("C1", "A1D"),
    "suspended": HIS_LICENCE.replace("in_force", "suspended"),
    "of another day": HIS_LICENCE.replace("2015-06-01", "2016-02-29"),
    "of somebody nobody knows": HIS_LICENCE.replace("442000188503121375", resident_id("18900101")),
    "no status": HIS_LICENCE.replace("in_force", ""),
}
ROWS: Mapping[str, Sequence[str]] = {
    "people": [*PEOPLE.values()],
    "vehicles": [*VEHICLES.values()],
    "licences": [*LICENCES.values()],
    "violations": [*VIOLATIONS.values()],
}
BEFORE: Mapping[str, Mapping[str, Sequence[str]]] = {
    "people": {},
    "vehicles": {"people": [LI_MING, WANG_FANG]},
    "licences": {"people": [LI_MING, WANG_FANG]},
    "violations": {
        "people": [LI_MING, WANG_FANG],
        "vehicles": [HIS_CAR, SOLD, HER_CAR],
        "offences": [WRONG_WAY, NO_AMOUNT, STRICTER],
        "violations": [RECORD.replace("K-1", "K-2")],
    },
}
SEALED = {"name", "resident_id", "phone", "plate", "params"}


class Town:
    """A database in which a file is entered in one of the two ways, and what is in it afterwards."""

    def __init__(self, database: Database, folder: Path, *, one_by_one: bool) -> None:
        self.database = database
        self.folder = folder
        self.one_by_one = one_by_one

    async def enter(self, kind: str, rows: Sequence[str]) -> tuple[Summary, str]:
        """The summary and the rejects."""
        file = self.folder / f"{kind}.csv"
        file.write_text("\n".join([HEADERS[kind], *rows, ""]), encoding="utf-8")
        importer = replace(KINDS[kind], enter_all=None) if self.one_by_one else KINDS[kind]
        summary = await import_file(self.database, importer, file, lambda done, total: None)
        return summary, summary.rejects_file.read_text("utf-8-sig") if summary.rejects_file else ""

    async def content(self) -> dict[str, list[str]]:
        """Every table's rows, opened, but for what depends on their order alone."""
        async with self.database.read() as work:
            tables = {table.name: await work.all(select(table)) for table in metadata.sorted_tables}
            ids = {row.id: row.resident_id_index.hex() for row in tables["people"]}
            cars = {row.id: (row.plate_index.hex(), row.plate_kind) for row in tables["vehicles"]}
            numbers = {row.number: f"{row.authority} {row.record_no}" for row in tables["cases"]}
        return {
            name: sorted(self._told(self._opened(row._asdict(), ids, cars), numbers) for row in rows)
            for name, rows in tables.items()
        }

    def _told(self, values: Mapping[str, Any], numbers: Mapping[str, str]) -> str:
        """With the record in place of the number that was drawn for it."""
        told = repr(values)
        for number, record_key in numbers.items():
            told = told.replace(number, record_key)
            told = told.replace(self.database.city.links.token(number), record_key)
        return told

    def _opened(self, row: Mapping[str, Any], people: Mapping[int, str], cars: Mapping[int, Any]) -> Any:
        values = {name: value for name, value in row.items() if name != "id"}
        for name, names in (("person_id", people), ("liable_id", people), ("vehicle_id", cars)):
            if name in values:
                values[name] = names.get(values[name])
        for name in SEALED & values.keys():
            values[name] = values[name] and self._open(name, values[name])
        subject = str(values.get("subject", ""))
        if subject.startswith(("person ", "vehicle ")):
            values["subject"] = subject.split()[0]  # whose it is stands in person_id
        return values

    def _open(self, name: str, sealed: str) -> Any:
        for table in ("people", "vehicles", "outbox"):
            try:
                opened = self.database.city.vault.open(sealed, f"{table}.{name}")
            except Unopenable:
                continue
            return unpack(opened) if table == "outbox" else opened
        raise AssertionError(name)


@pytest.fixture
def town(databases: Databases, tmp_path: Path, city: City) -> Any:
    """Makes a town of its own for one of the two ways."""

    async def made(*, one_by_one: bool) -> Town:
        url = await databases.fresh()
        own = replace(city, ids=Ids(Random(7)))
        database = Database(
            url, city=own, civic=FixedClock(), wall=FixedClock(), limits=PATIENT, engines=kept
        )
        return Town(database, tmp_path, one_by_one=one_by_one)

    return made


async def both_ways(town: Any, kind: str, *files: Sequence[str]) -> list[Any]:
    """Summaries, rejects and content of one way, then of the other."""
    found = []
    for one_by_one in (True, False):
        here = await town(one_by_one=one_by_one)
        for earlier, rows in BEFORE[kind].items():
            await here.enter(earlier, rows)
        outcomes = [await here.enter(kind, rows) for rows in files]
        found.append((outcomes, await here.content()))
        await here.database.close()
    return found


@pytest.mark.parametrize("kind", ROWS)
async def test_a_file_with_everything_in_it(town: Any, kind: str) -> None:
    """New, again, changed, corrected, unknown, badly written; and then the whole file once more."""
    rows, together = await both_ways(town, kind, ROWS[kind], ROWS[kind])
    assert together == rows
    (first, _), (second, _) = together[0]
    assert (first.new > 0, first.rejected > 0, second.new) == (True, True, 0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ROWS)
async def test_any_order_and_any_batches(
    town: Any, kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shuffled, with repetitions, in small batches."""
    random = Random(seed)
    monkeypatch.setattr(runner, "BATCHES", dict.fromkeys(runner.BATCHES, random.randint(2, 9)))
    monkeypatch.setattr(runner, "TURN", 0)
    rows, together = await both_ways(town, kind, random.choices(ROWS[kind], k=30))
    assert together == rows


async def test_an_import_that_was_interrupted_is_done_again(
    town_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the batches before the accident entered is there once, and unchanged the second time."""
    monkeypatch.setattr(runner, "BATCHES", dict.fromkeys(runner.BATCHES, 4))
    rows = [RECORD.replace("K-1", f"K-{number}") for number in range(10)]

    def interrupt(done: int, total: int) -> None:
        if done > 5:
            raise KeyboardInterrupt

    file = town_desk.file("violations")
    file.write_text("\n".join([HEADERS["violations"], *rows, ""]), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        await import_file(town_desk.database, KINDS["violations"], file, interrupt)
    summary = await town_desk.give("violations", *rows)
    assert (summary.new, summary.unchanged) == (2, 8)
    async with town_desk.database.read() as work:
        counted = [await work.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("cases", "outbox")]
    assert counted == [10, 10]


async def test_a_number_that_is_taken_is_not_given_out_again(town_desk: Desk) -> None:
    """Drawn at random, it may be: the same numbers are drawn once more."""
    rows = [RECORD.replace("K-1", f"K-{number}") for number in range(6)]
    await town_desk.give("violations", *rows[:3])
    town_desk.database.city = replace(town_desk.database.city, ids=Ids(Random(7)))
    assert (await town_desk.give("violations", *rows)).new == 3


WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@on_postgresql
async def test_a_record_that_comes_in_by_another_door_at_the_same_moment(town_desk: Desk) -> None:
    """The batch waits for the other's end and is then entered row by row: that record is in already, the others are new."""
    database = town_desk.database
    rows = [RECORD.replace("K-1", f"K-{number}") for number in range(5)]
    async with database.begin("api:cameras") as work:
        fields = dict(zip(HEADERS["violations"].split(","), rows[3].split(","), strict=True))
        await record(work, read_report(fields))
        importing = asyncio.create_task(town_desk.give("violations", *rows))
        async with database.read() as other:
            while not await other.scalar(WAITING):
                await asyncio.sleep(0.01)
    summary = await importing
    assert (summary.new, summary.unchanged, summary.rejected) == (4, 1, 0)
