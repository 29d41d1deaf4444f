"""`kill -9` at any moment: nothing is lost, nothing is submitted twice, and what follows from a delivery follows once."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.base.audit import events
from models.base.db import Database
from models.post.outbox import outbox
from models.violations.entering import record_all
from models.violations.rules import State
from models.violations.tables import cases
from tests.conftest import START
from tests.helpers import report, town

NOTICES = 300
DEATHS = (30, 160)  # messages submitted when each worker dies


async def record(database: Database) -> None:
    """So many cases of Li Ming, whose notices are due."""
    reports = [
        report(f"R{number}", occurred_at=START - timedelta(minutes=number + 1)) for number in range(NOTICES)
    ]
    async with database.begin("api:cameras") as work:
        await record_all(work, reports)


async def a_life(url: str, book: Path, life: int, submissions: int, database: Database) -> None:
    """A worker that dies when so many messages were submitted; the last one when nothing is left to do."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scheduler.mortal", url, str(book), str(life), stdout=DEVNULL
    )
    while not await over(book, submissions, database):
        assert process.returncode is None, "it died by itself"
        await asyncio.sleep(0.01)
    process.kill()
    await process.wait()


async def over(book: Path, submissions: int, database: Database) -> bool:
    submitted = len(await asyncio.to_thread(lines, book))
    if submitted < NOTICES:
        return submitted >= submissions
    async with database.read() as work:
        left = select(func.count()).where(outbox.c.state != "sent").select_from(outbox)
        return not await work.scalar(left)


@pytest.mark.timeout(120)
async def test_a_worker_that_is_killed_again_and_again(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    book = tmp_path / "carrier"
    await town(database)
    await record(database)
    for life, submissions in enumerate((*DEATHS, NOTICES)):
        await a_life(database_url, book, life, submissions, database)
    submitted = await asyncio.to_thread(lines, book)
    async with database.read() as work:
        keys = [row.key for row in await work.all(select(outbox.c.key))]
        notified = select(func.count()).select_from(events).where(events.c.action == "case.notified")
        states = {row.state for row in await work.all(select(cases.c.state))}
        assert (await work.scalar(notified), states) == (NOTICES, {State.NOTIFIED})
    assert sorted(submitted) == sorted(keys)


def lines(book: Path) -> list[str]:
    """The keys of what was submitted."""
    return book.read_text().splitlines() if book.exists() else []
