"""Statements that are built once and read often: compiled once for a dialect, without what SQLAlchemy does anew for each execution.

    OPEN_OF = Prepared(select(cases).where(cases.c.liable_id == bindparam("person")))
    await work.all(OPEN_OF, {"person": 7})

In a writing unit of work the plain statement runs on its connection; it is also the oracle of the tests.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

SQLITE = sqlite.dialect()
Process = Callable[[Any], Any] | None


class Plan:
    """A compiled statement: its text, how parameters go in, how rows come out."""

    def __init__(self, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=SQLITE)
        unset = [name for name, bind in compiled.binds.items() if bind.required]
        written = compiled.construct_expanded_state(dict.fromkeys(unset))  # IN lists written out
        self.sql = written.statement
        constants = written.parameters
        into: Mapping[str, Any] = written.processors
        self._required = frozenset(unset)
        self._inputs = [(name, constants[name], into.get(name)) for name in written.positiontup or ()]
        columns = list(statement.selected_columns)
        self._row = namedtuple("Row", [str(column.key) for column in columns])  # type: ignore[misc]  # noqa: PYI024
        self._outputs: list[Process] = [
            column.type.dialect_impl(SQLITE).result_processor(SQLITE, None) for column in columns
        ]

    def values(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters in their places. Raises KeyError for one that is missing, or not the statement's."""
        if params.keys() != self._required:
            raise KeyError(*(params.keys() ^ self._required))
        given = ((params.get(name, constant), process) for name, constant, process in self._inputs)
        return [process(value) if process else value for value, process in given]

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """Rows with names, their values as the tables' types say."""
        return [
            self._row(
                *(
                    process(value) if process else value
                    for value, process in zip(row, self._outputs, strict=True)
                )
            )
            for row in found
        ]


class Prepared:
    """A statement and, for SQLite, its plan."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement

    @cached_property
    def plan(self) -> Plan:
        """Compiled at its first use."""
        return Plan(self.statement)
