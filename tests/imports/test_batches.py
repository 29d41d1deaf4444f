"""Batches are short, and a row that goes wrong, however badly, takes no other with it."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.imports import runner
from bot.imports.runner import Importer, import_file
from bot.reasons import SENTENCES
from models.base import audit
from models.base.audit import events
from models.base.db import Database, Work
from models.base.errors import BadInput
from models.identity.acts import ENTRY_NEW
from models.identity.tables import people
from tests.imports.conftest import LI_MING, WANG_FANG, Desk


def read(row: Mapping[str, str], today: date) -> str:
    del today
    if row["number"] == "unreadable":
        raise BadInput("error.phone")
    return row["number"]


async def enter(work: Work, number: str) -> str:
    """Writes, and then fails for some rows: as an act never should."""
    await audit.record(work, "number.entered", f"number {number}")
    if number == "unlucky":
        raise BadInput("error.name")
    if number == "clashing":
        await work.run(insert(people).values(name=None))
    if number == "crash":
        raise ZeroDivisionError
    return ENTRY_NEW


NUMBERS = Importer("numbers", ("number",), read, enter)


async def entered(database: Database) -> list[str]:
    async with database.read() as work:
        return [row.subject for row in await work.all(select(events.c.subject).order_by(events.c.id))]


async def give(database: Database, file: Path, *numbers: str) -> tuple[runner.Summary, list[tuple[int, int]]]:
    heard: list[tuple[int, int]] = []
    file.write_text("\n".join(["number", *numbers, ""]), encoding="utf-8")
    summary = await import_file(database, NUMBERS, file, lambda done, total: heard.append((done, total)))
    return summary, heard


async def test_what_a_bad_row_wrote_is_undone_and_nothing_else(database: Database, tmp_path: Path):
    summary, _ = await give(database, tmp_path / "n.csv", "1", "unlucky", "2", "clashing", "3")
    assert (summary.new, summary.rejected) == (3, 2)
    assert await entered(database) == ["number 1", "number 2", "number 3"]
    with (tmp_path / "n.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1:] == [
            ["unlucky", "3", SENTENCES["error.name"]],
            ["clashing", "5", SENTENCES["row.conflict"]],
        ]


async def test_a_file_longer_than_a_batch_is_told_of_batch_by_batch(database: Database, tmp_path: Path):
    count = runner.BATCHES[database.dialect] + 1
    summary, heard = await give(database, tmp_path / "n.csv", *(str(number) for number in range(count)))
    assert (summary.new, summary.rejected) == (count, 0)
    assert heard == [(count, count + 1), (count + 1, count + 1)]


async def test_a_crash_keeps_the_batches_before_it(database: Database, tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        await give(
            database,
            tmp_path / "n.csv",
            *(str(number) for number in range(runner.BATCHES[database.dialect] + 5)),
            "crash",
        )
    assert len(await entered(database)) == runner.BATCHES[database.dialect]


async def test_the_audit_names_the_import(desk: Desk):
    await desk.give("people", LI_MING, WANG_FANG)
    async with desk.database.read() as work:
        actors = await work.all(select(events.c.actor, func.count()).group_by(events.c.actor))
    assert [tuple(row) for row in actors] == [("import:people", 2)]
