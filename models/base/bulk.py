"""Many rows at once: found in one statement, written in one go, in the unit of work that is open.

PostgreSQL gets arrays (one prepared statement, however many values) and COPY, SQLite lists and `executemany`.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, JSON, ColumnElement, Select, bindparam, func, insert, select, tuple_
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.schema import Column, Table

from models.base.db import Work

BEGUN = select(1)


def on_postgresql(work: Work) -> bool:
    """Whether this unit of work writes to PostgreSQL."""
    return isinstance(work.connection, AsyncConnection) and work.connection.dialect.name == "postgresql"


def among(work: Work, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """The column has one of these values."""
    if on_postgresql(work):
        return column == func.any(array(column, values))
    return column.in_(list(values))


def among_found(work: Work, column: Column[Any], found: Select[Any]) -> ColumnElement[bool]:
    """The column has one of the few values that this statement finds. It is run once, and each is looked up by index, whatever the
    planner thinks of how many there are."""
    if on_postgresql(work):
        return column == func.any(func.array(found.scalar_subquery()))
    return column.in_(found)


def pairs_among(
    work: Work, first: Column[Any], second: Column[Any], values: Collection[tuple[Any, Any]]
) -> ColumnElement[bool]:
    """The two columns together have one of these pairs of values."""
    if not on_postgresql(work):
        return tuple_(first, second).in_(list(values))
    return tuple_(first, second).in_(select(given(first, second, rows=values)))


def array(column: Column[Any], values: Iterable[Any]) -> ColumnElement[Any]:
    """These values as one parameter (PostgreSQL)."""
    return bindparam(None, list(values), ARRAY(column.type), unique=True)


def given(*columns: Column[Any], rows: Collection[Sequence[Any]]) -> Any:
    """A table of these rows, its columns named and typed as the given ones (PostgreSQL)."""
    arrays = [array(column, map(itemgetter(place), rows)) for place, column in enumerate(columns)]
    names = [column.name for column in columns]
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


async def append(work: Work, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that are all new, and all have the same columns. Raises IntegrityError or DataError for one that cannot go in."""
    if not rows:
        return
    if not on_postgresql(work):
        await work.run_many(insert(table), rows)
        return
    await work.run(BEGUN)  # the transaction begins with the first statement that SQLAlchemy hears of
    names = list(rows[0])
    driver = (await work.writing.get_raw_connection()).driver_connection
    written = [name for name in names if isinstance(table.c[name].type, JSON)]
    if written:
        rows = [{**row, **{name: json.dumps(row[name]) for name in written}} for row in rows]
    records = map(itemgetter(*names), rows)
    with work.watch, _told_as_sqlalchemy_does():
        await driver.copy_records_to_table(table.name, records=records, columns=names)  # type: ignore[union-attr]


@contextmanager
def _told_as_sqlalchemy_does() -> Iterator[None]:
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as problem:
        raise IntegrityError("COPY", None, problem) from problem
    except asyncpg.DataError as problem:
        raise DataError("COPY", None, problem) from problem
