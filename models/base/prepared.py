"""Statements that are built once and read often: compiled once for a dialect, without what SQLAlchemy does anew for each execution.

    OPEN_OF = Prepared(select(cases).where(cases.c.liable_id == bindparam("person")))
    await work.all(OPEN_OF, {"person": 7})

In a writing unit of work the plain statement runs on its connection; it is also the oracle of the tests. So it does where an IN list
is a parameter: then there is no one text to compile.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Dialect,
    Enum,
    Select,
    String,
    TypeDecorator,
    bindparam,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import NullType, TypeEngine

SQLITE = sqlite.dialect()
POSTGRESQL: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
Values = Sequence[Any]
Make = Callable[[Iterable[Any]], Any]


class Plan:
    """A compiled statement: its text, how parameters go in, how rows come out."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        unset = [name for name, bind in compiled.binds.items() if bind.required]
        written = compiled.construct_expanded_state(dict.fromkeys(unset))  # IN lists written out
        self.sql = written.statement
        self.names = list(written.positiontup or ())  # of the parameters, in their places
        self.binds = {name: compiled.binds[name] for name in unset}
        self._dialect = dialect
        self._required = self.binds.keys()
        into = _processors(compiled, written, dialect)
        self._given = [
            (place, name, into[name]) for place, name in enumerate(self.names) if name in self.binds
        ]
        constants = (
            (written.parameters[name], into.get(name)) for name in self.names if name not in self.binds
        )
        self._constants = [process(value) if process else value for value, process in constants]
        self._columns = list(statement.selected_columns)
        self._row: Any = namedtuple("Row", [str(column.key) for column in self._columns])  # type: ignore[misc]  # noqa: PYI024

    def values(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters in their places. Raises KeyError for one that is missing, or not the statement's."""
        if params.keys() != self._required:
            raise KeyError(*(params.keys() ^ self._required))
        values = self._constants.copy()
        for place, name, process in self._given:
            values.insert(place, process(params[name]) if process else params[name])
        return values

    def maker(self, kinds: Iterable[Any]) -> Make:
        """What makes of a found row one with names, its values as the tables' types say; `kinds` are the driver's types."""
        make: Make = self._row._make
        into = [
            (place, process)
            for place, (column, kind) in enumerate(zip(self._columns, kinds, strict=True))
            if (process := _type(column, self._dialect).result_processor(self._dialect, kind))
        ]
        if not into:
            return make

        def processed(row: Iterable[Any]) -> Any:
            values = list(row)
            for place, process in into:
                values[place] = process(values[place])
            return make(values)

        return processed

    @cached_property
    def make(self) -> Make:
        """The same for a driver that tells no types."""
        return self.maker([None] * len(self._columns))


class Merged:
    """The same statement for many at once, on PostgreSQL: their parameters go in as columns, their rows come out each behind the place
    of who asked, in the statement's own order."""

    def __init__(self, statement: Select[Any], alone: Plan) -> None:
        compiled = _for_many(statement, alone.binds).compile(dialect=POSTGRESQL)
        written = compiled.construct_expanded_state(dict.fromkeys(alone.binds))
        self.sql = written.statement
        into = _processors(compiled, written, POSTGRESQL)
        self._inputs = []
        for name in written.positiontup or ():
            place = alone.names.index(name) if name in alone.binds else None
            constant, process = written.parameters[name], into.get(name)
            self._inputs.append((place, process(constant) if process and place is None else constant))

    def values(self, many: Sequence[Values]) -> list[Any]:
        """What many asked with, as columns; constants as they are."""
        return [
            constant if place is None else [values[place] for values in many]
            for place, constant in self._inputs
        ]


class Prepared:
    """A statement and its plans, each compiled at its first use."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement

    @cached_property
    def fixed(self) -> bool:
        """Whether there is one text for it."""
        binds = self.statement.compile(dialect=SQLITE).binds.values()
        return not any(bind.required and bind.expanding for bind in binds)

    @cached_property
    def plan(self) -> Plan:
        """For SQLite."""
        return Plan(self.statement, SQLITE)

    @cached_property
    def alone(self) -> Plan:
        """For PostgreSQL, one at a time."""
        return Plan(self.statement, POSTGRESQL)

    @cached_property
    def merged(self) -> Merged | None:
        """For PostgreSQL, many at a time; None where that would not be the same (then each is asked alone)."""
        special = self.statement._distinct or self.statement._for_update_arg is not None  # noqa: SLF001
        single = any(isinstance(bind.type, ARRAY | NullType) for bind in self.alone.binds.values())
        return None if special or single else Merged(self.statement, self.alone)


def _for_many(statement: Select[Any], binds: Mapping[str, BindParameter[Any]]) -> Select[Any]:
    """`asked` has a row for each who asks; the statement runs beside each, its rows numbered in its own order."""
    columns = {
        name: literal_column(f"asked.p{place}", bind.type) for place, (name, bind) in enumerate(binds.items())
    }

    def replace(element: Any, **kw: Any) -> ColumnElement[Any] | None:
        del kw
        return columns.get(element.key) if isinstance(element, BindParameter) and element.required else None

    order = func.row_number().over(order_by=list(statement._order_by_clauses) or None)  # noqa: SLF001
    numbered: Any = replacement_traverse(statement.add_columns(order), {}, replace)
    beside = numbered.lateral("answer")
    given = func.unnest(*(bindparam(name, type_=ARRAY(_element(bind.type))) for name, bind in binds.items()))
    names = [f"p{place}" for place in range(len(binds))]
    asked = given.table_valued(*names, with_ordinality="place", name="asked").render_derived(name="asked")
    *wanted, number = beside.c
    found = select(asked.c.place, *wanted).select_from(asked.join(beside, true()))
    return found.order_by(asked.c.place, number)


def _processors(compiled: SQLCompiler, written: ExpandedState, dialect: Dialect) -> dict[str, Any]:
    """What makes of a parameter what the driver takes, or None; by name, those of the IN lists included."""
    own = {name: _type(bind, dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    return own | dict(written.processors)


def _type(element: ColumnElement[Any], dialect: Dialect) -> TypeEngine[Any]:
    """As this dialect has it."""
    return element.type.dialect_impl(dialect)


def _element(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a column of parameters, which are values of the driver already. Text has no length: a cast would cut it."""
    if isinstance(kind, TypeDecorator):
        return _element(kind.impl_instance)
    return String() if isinstance(kind, String) and not isinstance(kind, Enum) else kind
