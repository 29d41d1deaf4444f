"""From the rows of a file to acts: short batches, each row on its own within them, and a note of what was not taken.

A batch is one unit of work; it is kept short because SQLite has one writer, and between two of them the others get their turn.
Only one batch is in memory at a time.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError

from bot.imports.rejects import LINE, REASON, Rejects
from bot.imports.table import Row, Table
from bot.reasons import reason
from models.base.db import Database, Work
from models.base.errors import BadInput, Refusal
from models.identity.acts import ENTRY_CHANGED, ENTRY_NEW, ENTRY_UNCHANGED

BATCH = 200
TURN = 0.12  # seconds; whoever waits for SQLite's one writer looks every 0.1 s at the latest
REJECTED = "rejected"

Progress = Callable[[int, int], None]
"""Told after each batch: lines done, lines in all."""


@dataclass(frozen=True, slots=True)
class Importer:
    """What a kind of file needs: its columns, and the act that enters one row and says `new`, `changed` or `unchanged`."""

    kind: str
    columns: Sequence[str]
    enter: Callable[[Work, Mapping[str, str]], Awaitable[str]]


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
    while rows := await asyncio.to_thread(table.take, BATCH):
        refused = []
        async with database.begin(f"import:{importer.kind}") as work:
            for row in rows:
                try:
                    outcome = await _enter(work, importer, row)
                except Refusal as refusal:
                    outcome = REJECTED
                    refused.append({**row.cells, LINE: row.line, REASON: reason(refusal)})
                counts[outcome] += 1
        await asyncio.to_thread(rejects.add, refused)
        progress(table.line, table.lines)
        if database.dialect == "sqlite" and len(rows) == BATCH:
            await asyncio.sleep(TURN)
    return counts


async def _enter(work: Work, importer: Importer, row: Row) -> str:
    """One row in a savepoint: whatever goes wrong with it leaves the others as they are. Raises Refusal."""
    if row.problem:
        raise row.problem
    try:
        async with work.attempt():
            return await importer.enter(work, row.cells)
    except (DataError, IntegrityError) as problem:
        raise BadInput("row.conflict") from problem
