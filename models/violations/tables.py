"""Offences by version, cases, payment orders, payments, and the ledger of fines."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.base.db import Instant, Key, metadata
from models.base.ledger import Ledger

offences = Table(
    "offences",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("authority", String(6), nullable=False),
    Column("code", String(6), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("conduct", Text, nullable=False),
    Column("conduct_en", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("fine_low", Integer),
    Column("fine_high", Integer),
    Column("fine_words", Text, nullable=False),
    Column("points", Integer),
    Column("measures", Text, nullable=False),
    UniqueConstraint("authority", "code", "valid_from"),
)
cases = Table(
    "cases",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("authority", String(6), nullable=False),
    Column("record_no", String(32), nullable=False),
    Column("report_print", LargeBinary(32), nullable=False),
    Column("vehicle_id", Key, ForeignKey("vehicles.id"), nullable=False),
    Column("liable_id", Key, ForeignKey("people.id"), nullable=False),
    Column("offence_id", Key, ForeignKey("offences.id"), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("fine", Integer),
    Column("points", Integer),
    Column("recorded_at", Instant, nullable=False),
    Column("handle_by", Date, nullable=False),
    Column("notified_on", Date),
    Column("decided_on", Date),
    Column("served_on", Date),
    Column("due_on", Date),
    Column("closed_on", Date),
    UniqueConstraint("authority", "record_no"),
    Index(None, "liable_id", "recorded_at"),
    Index(None, "state", "due_on"),
    Index(None, "state", "notified_on"),
)
orders = Table(
    "payment_orders",
    metadata,
    Column("number", String(32), primary_key=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False),
    Column("openid", String(64), nullable=False),
    Column("total", Integer, nullable=False),
    Column("surcharge", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("handle", Text),
    Column("expires_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index(None, "case_number"),
    Index(None, "state", "made_at"),
)
payments = Table(
    "payments",
    metadata,
    Column("transaction_id", String(32), primary_key=True),
    Column("order_number", String(32), ForeignKey("payment_orders.number"), nullable=False, unique=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("surplus", Integer, nullable=False),
    Column("paid_at", Instant, nullable=False),
    Column("booked_at", Instant, nullable=False),
)
ledger = Ledger("fine_postings")
