"""Append-only double entry, one table for each system that keeps a ledger (money of fines, licence points): never one for two.

An entry moves an amount from one account to another; corrections are new entries; a balance is always the sum of its entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    case,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.sql import Select

from models.base import bulk
from models.base.db import Instant, Key, Work, metadata


@dataclass(frozen=True, slots=True)
class Posting:
    """One entry to be made: `amount` (> 0, whole fen or points) moves from `source` to `target`, on the day to which it belongs."""

    source: str
    target: str
    amount: int
    reason: str
    reference: str
    day: date


class Ledger:
    """The ledger of one system. Account names: `driver:7`, `issued`."""

    def __init__(self, name: str) -> None:
        self.table = Table(
            name,
            metadata,
            Column("id", Key, primary_key=True, autoincrement=True),
            Column("from_account", String(48), nullable=False),
            Column("to_account", String(48), nullable=False),
            Column("amount", Integer, nullable=False),
            Column("day", Date, nullable=False),
            Column("reason", String(48), nullable=False),
            Column("reference", String(48), nullable=False),
            Column("at", Instant, nullable=False),
            UniqueConstraint("reason", "reference"),
            Index(None, "to_account", "day"),
            Index(None, "from_account", "day"),
        )

    async def post(
        self,
        work: Work,
        *,
        source: str,
        target: str,
        amount: int,
        reason: str,
        reference: str,
        day: date | None = None,
    ) -> None:
        """Move `amount` (> 0, whole fen or points) on the civic day, or on `day`, to which a correction belongs.

        The same reason and reference twice is an IntegrityError.
        """
        posting = Posting(source, target, amount, reason, reference, day or work.today)
        await work.run(insert(self.table), _row(work, posting))

    async def post_all(self, work: Work, postings: Sequence[Posting]) -> None:
        """The same for many."""
        await bulk.append(work, self.table, [_row(work, posting) for posting in postings])

    def entries(self, account: str) -> Select[tuple[int, ...]]:
        """Entries of one account, oldest first, `change` signed from its point of view."""
        table = self.table
        change = case((table.c.to_account == account, table.c.amount), else_=-table.c.amount)
        mine = or_(table.c.to_account == account, table.c.from_account == account)
        return select(table, change.label("change")).where(mine).order_by(table.c.day, table.c.id)

    async def balance(self, work: Work, account: str) -> int:
        """What came in less what went out."""
        entries = self.entries(account).order_by(None).subquery()
        return int(await work.scalar(select(func.coalesce(func.sum(entries.c.change), 0))) or 0)


def _row(work: Work, posting: Posting) -> dict[str, object]:
    if posting.amount <= 0:
        raise ValueError("an entry moves something")
    return {
        "from_account": posting.source,
        "to_account": posting.target,
        "amount": posting.amount,
        "day": posting.day,
        "reason": posting.reason,
        "reference": posting.reference,
        "at": work.now,
    }
