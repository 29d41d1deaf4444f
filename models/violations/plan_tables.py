"""Payment plans: deferrals and instalments, as they were asked for and granted."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, literal_column

from models.base.db import Instant, Key, metadata

plans = Table(
    "payment_plans",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False, index=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("state", String(10), nullable=False),
    Column("wished", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("decided_by", String(64)),
    Column("answer", Text),
    Column("paid_before", Integer),
    Column("closed_on", Date),
    Index(None, "state"),
)
# Written out, as in the outbox: a parameter here could not use the index.
PLANNED = plans.c.state.in_([literal_column("'asked'"), literal_column("'granted'")])
# One of a case that is asked for or runs, whoever asks at the same moment.
Index(
    "uq_payment_plans_open",
    plans.c.case_number,
    unique=True,
    sqlite_where=PLANNED,
    postgresql_where=PLANNED,
)
instalments = Table(
    "plan_instalments",
    metadata,
    Column("plan_id", Key, ForeignKey("payment_plans.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("due_on", Date, nullable=False),
    Column("amount", Integer, nullable=False),
)
