"""From the rows of a file to acts: short batches, each row on its own within them, and a note of what was not taken.

A batch is one unit of work. Where a kind can be entered many rows at once it is; a batch in which that fails is entered row by row, so
that only the bad ones are left out. SQLite has one writer: there batches are small, and between two of them the others get their turn.
While one batch is entered the next one is read; no more are in memory.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from bot.imports.rejects import LINE, REASON, Rejects
from bot.imports.table import Row, Table
from bot.reasons import reason
from models.base.db import Database, Work
from models.base.errors import BadInput, Refusal
from models.identity.acts import ENTRY_CHANGED, ENTRY_NEW, ENTRY_UNCHANGED

BATCHES = {"sqlite": 200, "postgresql": 2000}  # rows
TURN = 0.12  # seconds; whoever waits for SQLite's one writer looks every 0.1 s at the latest
PATIENCE = 60.0  # seconds for a statement that writes a whole batch
REJECTED = "rejected"
log = structlog.get_logger()

Outcome = str | Refusal
Progress = Callable[[int, int], None]
"""Told after each batch: lines done, lines in all."""


@dataclass(frozen=True, slots=True)
class Importer:
    """What a kind of file needs: its columns; how a row is read (in a thread, it may be slow; `today` is civic); the act that enters
    one entry and says `new`, `changed` or `unchanged`; and the one that enters many, where there is one: its outcomes are those of the
    entries one after the other."""

    kind: str
    columns: Sequence[str]
    read: Callable[[Mapping[str, str], date], Any]
    enter: Callable[[Work, Any], Awaitable[str]]
    enter_all: Callable[[Work, Sequence[Any]], Awaitable[list[Outcome]]] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows, each with its entry or why it has none, and the line up to which they go."""

    rows: Sequence[Row]
    entries: Sequence[Any]
    line: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the rows; `rejects_file` is there when some were rejected."""

    new: int
    changed: int
    unchanged: int
    rejected: int
    rejects_file: Path | None


async def import_file(database: Database, importer: Importer, file: Path, progress: Progress) -> Summary:
    """Enter all rows that can be. Raises UnreadableFile before anything was entered, and OSError."""
    table = await asyncio.to_thread(Table, file, importer.columns)
    rejects = Rejects(file, table.columns)
    try:
        counts = await _import_rows(database, importer, table, rejects, progress)
    finally:
        await asyncio.to_thread(rejects.close)
        await asyncio.to_thread(table.close)
    rejected = counts[REJECTED]
    left = rejects.path if rejected else None
    return Summary(counts[ENTRY_NEW], counts[ENTRY_CHANGED], counts[ENTRY_UNCHANGED], rejected, left)


async def _import_rows(
    database: Database, importer: Importer, table: Table, rejects: Rejects, progress: Progress
) -> Counter[str]:
    counts: Counter[str] = Counter()
    await asyncio.to_thread(rejects.clear)
    async for batch in _batches(database, importer, table):
        async with database.begin(f"import:{importer.kind}", patience=PATIENCE) as work:
            outcomes = await _enter_batch(work, importer, batch.entries)
        counts.update(REJECTED if isinstance(each, Refusal) else each for each in outcomes)
        notes = [
            {**row.cells, LINE: row.line, REASON: reason(each)}
            for row, each in zip(batch.rows, outcomes, strict=True)
            if isinstance(each, Refusal)
        ]
        await asyncio.to_thread(rejects.add, notes)
        progress(batch.line, table.lines)
        if database.dialect == "sqlite" and batch.line < table.lines:
            await asyncio.sleep(TURN)
    return counts


async def _batches(database: Database, importer: Importer, table: Table) -> AsyncIterator[Batch]:
    """Batch after batch; the next one is read while this one is entered."""

    def read() -> Batch:
        rows = table.take(BATCHES[database.dialect])
        today = database.civic.now().date()
        return Batch(rows, [_read(importer, row, today) for row in rows], table.line)

    ahead = asyncio.create_task(asyncio.to_thread(read))
    try:
        while (batch := await ahead).rows:
            ahead = asyncio.create_task(asyncio.to_thread(read))
            yield batch
    finally:
        await asyncio.wait([ahead])  # the file is closed next


def _read(importer: Importer, row: Row, today: date) -> Any:
    if row.problem:
        return row.problem
    try:
        return importer.read(row.cells, today)
    except Refusal as refusal:
        return refusal


async def _enter_batch(work: Work, importer: Importer, entries: Sequence[Any]) -> list[Outcome]:
    if importer.enter_all:
        try:
            async with work.attempt():
                sound = [entry for entry in entries if not isinstance(entry, Refusal)]
                outcomes = iter(await importer.enter_all(work, sound))
                return [entry if isinstance(entry, Refusal) else next(outcomes) for entry in entries]
        except (DataError, IntegrityError) as problem:
            log.info("batch_entered_one_by_one", kind=importer.kind, problem=type(problem).__name__)
    return [await _enter(work, importer, entry) for entry in entries]


async def _enter(work: Work, importer: Importer, entry: Any) -> Outcome:
    """One entry in a savepoint: whatever goes wrong with it leaves the others as they are."""
    if isinstance(entry, Refusal):
        return entry
    try:
        async with work.attempt():
            return await importer.enter(work, entry)
    except Refusal as refusal:
        return refusal
    except (DataError, IntegrityError):
        return BadInput("row.conflict")
