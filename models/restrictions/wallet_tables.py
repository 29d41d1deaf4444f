"""What the wallet holds, compared with what we hold: each night that was compared, and what differed."""

from sqlalchemy import Column, Date, Integer, String, Table, UniqueConstraint

from models.base.db import Instant, Key, metadata

comparisons = Table(
    "wallet_comparisons",
    metadata,
    Column("day", Date, primary_key=True),
    Column("held_there", Integer, nullable=False),
    Column("held_here", Integer, nullable=False),
    Column("compared_at", Instant, nullable=False),
)
differences = Table(
    "wallet_differences",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reference", String(64), nullable=False, index=True),
    Column("found_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("outcome", String(16)),
    Column("ticket", String(8)),
    UniqueConstraint("day", "kind", "reference"),
)
