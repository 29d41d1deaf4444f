"""Offences by version, cases, payment orders, payments, and the ledger of fines."""

from sqlalchemy import (
    JSON,
    Boolean,
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
    false,
    literal_column,
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
    Column("remark", Text, nullable=False, server_default=""),
    Column("valid_to", Date),
    Column("undated", Boolean, nullable=False, server_default=false()),
    Column("grave", Boolean, nullable=False, server_default=false()),
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
    Column("paid_at", Instant, nullable=False, index=True),
    Column("booked_at", Instant, nullable=False),
    Column("till", String(8), nullable=False, server_default="wechat"),
)
# What an order pays on each of its cases, and, once it is booked, what was taken of that. `case_number` of an order is its first case.
parts = Table(
    "payment_parts",
    metadata,
    Column("order_number", String(32), ForeignKey("payment_orders.number"), primary_key=True),
    Column("case_number", String(12), ForeignKey("cases.number"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("principal", Integer, nullable=False),
    Column("surcharge", Integer, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("paid_on", Date),
    Column("paid_principal", Integer),
    Column("paid_surcharge", Integer),
    Column("surplus", Integer),
    Index(None, "case_number"),
)
challenges = Table(
    "challenges",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False, index=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("closed_on", Date),
    Column("decided_by", String(64)),
    Column("ground", String(24)),
    Column("answer", Text),
)
# One open challenge of a case, whoever files at the same moment.
Index(
    "uq_challenges_open",
    challenges.c.case_number,
    unique=True,
    sqlite_where=challenges.c.state == "open",
    postgresql_where=challenges.c.state == "open",
)
# Written out, as in the outbox: a parameter here could not use the index.
CHALLENGED = challenges.c.state == literal_column("'open'")
photos = Table(
    "challenge_photos",
    metadata,
    Column("blob", String(32), primary_key=True),
    Column("challenge_id", Key, ForeignKey("challenges.id"), nullable=False, index=True),
    Column("content_type", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
)
# Without a case: handed in, and not named by a record yet. `url` (sealed) where the police keep the picture themselves.
evidence = Table(
    "case_evidence",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_number", String(12), ForeignKey("cases.number"), index=True),
    Column("handed_in_by", String(64), nullable=False),
    Column("blob", String(32), unique=True),
    Column("url", Text),
    Column("content_type", String(32)),
    Column("size", Integer),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
)
refunds = Table(
    "refunds",
    metadata,
    Column("number", String(32), primary_key=True),
    Column("transaction_id", String(32), ForeignKey("payments.transaction_id"), nullable=False, index=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("reason", String(16), nullable=False, server_default="voided"),
    Column("state", String(8), nullable=False),
    Column("code", String(64)),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("owed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("billed_on", Date),
    Column("receipt_no", String(24)),
    Index(None, "ended_at"),
)
# What was handed out at the counter, by the number of its receipt.
Index("uq_refunds_receipt_no", refunds.c.receipt_no, unique=True)
# One refund of a payment for one case and reason, whoever asks at the same moment.
LIVE = refunds.c.state != literal_column("'replaced'")
Index(
    "uq_refunds_live",
    refunds.c.transaction_id,
    refunds.c.case_number,
    refunds.c.reason,
    unique=True,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)
ledger = Ledger("fine_postings")
officer_acts = Table(
    "officer_acts",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False),
    Column("act", String(16), nullable=False),
    Column("ground", String(32)),
    Column("reasons", Text, nullable=False),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "case_number", "id"),
)
silences = Table(
    "silent_owners",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("vehicle_id", Key, ForeignKey("vehicles.id"), nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("authority", String(6), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("announced_until", Date, nullable=False),
    Column("ended_by", String(64)),
    Column("ended_at", Instant),
    Index(None, "vehicle_id", "person_id"),
    Index(None, "state", "announced_until"),
)
silent_cases = Table(
    "silent_cases",
    metadata,
    Column("silence_id", Key, ForeignKey("silent_owners.id"), primary_key=True),
    Column("case_number", String(12), ForeignKey("cases.number"), primary_key=True),
    Index(None, "case_number"),
)
nominations = Table(
    "nominations",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_number", String(12), ForeignKey("cases.number"), nullable=False),
    Column("vehicle_id", Key, ForeignKey("vehicles.id"), nullable=False),
    Column("owner_id", Key, ForeignKey("people.id"), nullable=False),
    Column("driver_id", Key, ForeignKey("people.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", Text, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("answered_at", Instant),
    Column("closed_at", Instant),
    Column("flags", JSON, nullable=False),
    Column("verified_by", String(64)),
    Column("verdict", Text),
    Index(None, "case_number"),
    Index(None, "owner_id"),
    Index(None, "driver_id"),
    Index(None, "vehicle_id"),
    Index(None, "state", "expires_on"),
)
# Written out, as in the outbox: a parameter here could not use the index.
NOMINATED = nominations.c.state.in_([literal_column("'open'"), literal_column("'consented'")])
Index(
    "uq_nominations_live",
    nominations.c.case_number,
    unique=True,
    sqlite_where=NOMINATED,
    postgresql_where=NOMINATED,
)
