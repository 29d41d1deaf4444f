"""All that the town has on record, read in plain SQL: what the machine of `test_any_town.py` looks at shares no query with the service."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol

import asyncpg
from sqlalchemy import make_url

from tests.databases import connect

Row = Any  # a namespace: whole numbers, and texts; a day as 2026-03-02
DAYS = frozenset(
    (
        *(
            "notified_on",
            "decided_on",
            "served_on",
            "due_on",
            "closed_on",
            "handle_by",
            "filed_on",
            "asked_on",
        ),
        *("expires_on", "since", "day", "paid_on", "ended_on", "passed_on", "announced_until"),
    )
)
# Table: (key, columns). What ends with `?` is 1 or 0: whether that column has a value.
READ = {
    "cases": (
        "number",
        "number liable_id vehicle_id state fine points handle_by notified_on decided_on served_on due_on closed_on",
    ),
    "challenges": ("id", "id case_number person_id kind state filed_on closed_on"),
    "payment_plans": ("id", "id case_number person_id kind state asked_on closed_on paid_before"),
    "plan_instalments": ("", "plan_id position due_on amount"),
    "nominations": ("id", "id case_number owner_id driver_id vehicle_id state filed_on expires_on"),
    "restriction_warnings": ("basis", "basis person_id served_on ended_at?"),
    "restrictions": ("id", "id person_id basis reference since lifted_at?"),
    "lock_requests": ("id", "id act case_number state asked_by"),
    "point_holds": ("id", "id person_id since passed_on ended_on outcome"),
    "point_postings": ("id", "id from_account to_account amount day reason reference"),
    "fine_postings": ("id", "id from_account to_account amount reason reference"),
    "payment_orders": ("number", "number case_number total state"),
    "payment_parts": (
        "",
        "order_number case_number principal surcharge whole? paid_on paid_principal paid_surcharge surplus",
    ),
    "payments": ("transaction_id", "transaction_id order_number amount surplus"),
    "refunds": ("number", "number transaction_id case_number amount reason state code"),
    "silent_owners": ("id", "id person_id vehicle_id state announced_until"),
    "silent_cases": ("", "silence_id case_number"),
    "officer_acts": ("id", "id case_number act"),
}
# Which rows are about one case; of the other tables those that name it in `case_number`, and of some none.
ABOUT = {
    "cases": "number = '{0}'",
    "restriction_warnings": "basis = 'case {0}'",
    "restrictions": "basis = 'case {0}'",
    "point_postings": "reference = '{0}'",
    "fine_postings": "'fine:{0}' IN (from_account, to_account)",
    **dict.fromkeys(("plan_instalments", "point_holds", "payments", "silent_owners"), "1 = 0"),
}
BY = {  # else by their key: PostgreSQL gives rows as they lie, and who acts next is drawn from them
    "point_postings": "day, id",
    "plan_instalments": "plan_id, position",
    "payment_parts": "order_number, case_number",
    "silent_cases": "silence_id, case_number",
}


def _column(written: str) -> str:
    if written == "whole?":
        return "CASE WHEN whole THEN 1 ELSE 0 END"
    if written.endswith("?"):
        return f"CASE WHEN {written[:-1]} IS NULL THEN 0 ELSE 1 END"
    return f"CAST({written} AS TEXT)" if written in DAYS else written


def _statement(table: str, key: str, columns: str) -> str:
    """With a place for a condition."""
    wanted = ", ".join(map(_column, columns.split()))
    return f"SELECT {wanted} FROM {table} {{}} ORDER BY {BY.get(table, key)}"


STATEMENTS = {
    table: (_statement(table, key, columns), columns.replace("?", "").split(), key)
    for table, (key, columns) in READ.items()
}
EVENTS = "SELECT id, action, subject FROM audit_events WHERE id > {} ORDER BY id"
TOLD = "SELECT kind, subject, channel, COUNT(*) FROM outbox WHERE state <> 'dropped' GROUP BY kind, subject, channel"


class Reader(Protocol):
    """A connection of the machine's own."""

    async def rows(self, statement: str) -> Sequence[Sequence[Any]]: ...
    async def close(self) -> None: ...


@dataclass
class SqliteReader:
    """Rows as they are in the file."""

    connection: sqlite3.Connection

    async def rows(self, statement: str) -> Sequence[Sequence[Any]]:
        return self.connection.execute(statement).fetchall()

    async def close(self) -> None:
        self.connection.close()


@dataclass
class PostgresqlReader:
    """The same, from the server."""

    connection: asyncpg.Connection

    async def rows(self, statement: str) -> Sequence[Sequence[Any]]:
        found: Sequence[Sequence[Any]] = await self.connection.fetch(statement)
        return found

    async def close(self) -> None:
        await self.connection.close()


async def reader(url: str) -> Reader:
    """For the database of this url."""
    made = make_url(url)
    if made.drivername.startswith("sqlite"):
        return SqliteReader(sqlite3.connect(str(made.database)))
    return PostgresqlReader(await connect(made))


@dataclass
class Facts:
    """One look at the whole town. `events` are those since the look before: subject -> actions."""

    tables: dict[str, Any]
    events: dict[str, list[str]] = field(default_factory=dict)
    last_event: int = 0

    def __getattr__(self, table: str) -> Any:
        try:
            return self.tables[table]
        except KeyError as unknown:
            raise AttributeError(table) from unknown

    def same(self, other: "Facts") -> bool:
        """Nothing that is read here has changed."""
        return self.tables == other.tables

    def of(self, table: str, number: str) -> list[Row]:
        """The rows of a case."""
        rows = self.tables[table]
        return [
            row for row in (rows.values() if isinstance(rows, dict) else rows) if row.case_number == number
        ]

    def paused(self, number: str) -> bool:
        """An objection or review is open, or a plan is asked for or runs."""
        return any(each.state == "open" for each in self.of("challenges", number)) or any(
            each.state in {"asked", "granted"} for each in self.of("payment_plans", number)
        )

    def nominated(self, number: str) -> Row | None:
        """The nomination for which the case waits."""
        live = [each for each in self.of("nominations", number) if each.state in {"open", "consented"}]
        return live[0] if live else None

    def locks(self, person: int | None = None) -> list[Row]:
        """What is in force."""
        return [
            each
            for each in self.restrictions.values()
            if not each.lifted_at and person in (None, each.person_id)
        ]

    def held(self, person: int) -> Row | None:
        """The open hold of a licence."""
        return next(
            (each for each in self.point_holds.values() if each.person_id == person and not each.ended_on),
            None,
        )

    def lots(self, person: int) -> dict[str, int]:
        """What stands in a driver's account, by what it came from."""
        mine, found = f"driver:{person}", Counter[str]()
        for each in self.point_postings.values():
            signed = each.amount * ((each.to_account == mine) - (each.from_account == mine))
            found[each.reference.partition("@")[0]] += signed
        return {name: points for name, points in found.items() if points}

    def money(self, account: str) -> int:
        """What came into an account less what went out of it, in fen."""
        return sum(
            each.amount * ((each.to_account == account) - (each.from_account == account))
            for each in self.fine_postings.values()
        )


async def look(through: Reader, since: int = 0) -> Facts:
    """Everything as it is now; events after this one."""
    events: dict[str, list[str]] = defaultdict(list)
    fresh = await through.rows(EVENTS.format(since))
    for _, action, subject in fresh:
        events[subject].append(action)
    last = fresh[-1][0] if fresh else since
    return Facts(await _tables(through, lambda table: ""), dict(events), last)


async def look_at(through: Reader, number: str) -> Facts:
    """What is about one case."""

    def about(table: str) -> str:
        return "WHERE " + ABOUT.get(table, "case_number = '{0}'").format(number)

    return Facts(await _tables(through, about))


async def _tables(through: Reader, where: Callable[[str], str]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for table, (statement, names, key) in STATEMENTS.items():
        found = await through.rows(statement.format(where(table)))
        rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found]
        tables[table] = {getattr(row, key): row for row in rows} if key else rows
    return tables
