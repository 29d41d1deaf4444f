"""WeChat Pay's daily bills: what was read of each day, the lines while they are compared, what differed; and receipts."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from models.base.db import Instant, Key, metadata

bills = Table(
    "bills",
    metadata,
    Column("day", Date, primary_key=True),
    Column("payments", Integer, nullable=False),
    Column("paid", Key, nullable=False),
    Column("refunds", Integer, nullable=False),
    Column("refunded", Key, nullable=False),
    Column("reconciled_at", Instant, nullable=False),
)
# Of one reading of a day's bill; gone once it is compared.
lines = Table(
    "bill_lines",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("what", String(8), nullable=False),
    Column("number", String(64), nullable=False),
    Column("order_number", String(64), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("read_at", Instant, nullable=False),
    Index(None, "run", "what", "number"),
    Index(None, "read_at"),
)
differences = Table(
    "bill_differences",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("what", String(8), nullable=False),
    Column("number", String(64), nullable=False),
    Column("order_number", String(64), nullable=False),
    Column("ours", Integer),
    Column("theirs", Integer),
    Column("our_state", String(16)),
    Column("their_state", String(16)),
    Column("run", String(32), nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("outcome", String(16)),
    Column("ticket", String(8)),
    UniqueConstraint("day", "kind", "what", "number"),
    Index(None, "number"),
)
receipts = Table(
    "receipts",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("principal", Integer, nullable=False),
    Column("surcharge", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("payments", JSON, nullable=False),
    Column("paid_at", Instant, nullable=False),
    Column("issued_at", Instant, nullable=False),
    UniqueConstraint("case_number", "total"),
)
