"""The outbox: what must reach somebody, once."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, literal_column

from models.base.db import Instant, Key, metadata

DUE = "outbox"  # what sleepers are nudged with
PARAMS = "outbox.params"

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("kind", String(48), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("person_id", Key),
    Column("subject", String(64), nullable=False),
    Column("params", Text, nullable=False),
    Column("key", String(96), nullable=False, unique=True),
    Column("state", String(10), nullable=False, server_default="pending"),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_before", Boolean, nullable=False, server_default="0"),
    Column("provider_id", String(64)),
    Column("reason", String(64)),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("receipt_at", Instant),
    Column("trace", String(16), nullable=False, server_default=""),
    Index(None, "subject", "kind"),
)
Index(
    "ix_outbox_due",
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "pending",
    postgresql_where=outbox.c.state == "pending",
)
Index(
    "ix_outbox_claimed",
    outbox.c.lease_until,
    sqlite_where=outbox.c.state == "claimed",
    postgresql_where=outbox.c.state == "claimed",
)
# Written out: a prepared statement with a parameter here could not use the two partial indexes.
PENDING = outbox.c.state == literal_column("'pending'")
CLAIMED = outbox.c.state == literal_column("'claimed'")
# Of rows that are named by id or key: said so that no index can serve it. Statistics of claimed rows are always stale, and a planner
# that believes there are none looks through all of them for each id.
HELD = outbox.c.state.concat("") == "claimed"
