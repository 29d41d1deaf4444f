"""Warnings and restrictions, the matters that restrict travel, and what a person may say against them.

A restriction names its basis (`case 442012003481`, `matter 381512334706`); one lock at the wallet (`reference`) may rest on several.
"""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from models.base.db import Instant, Key, metadata

warnings = Table(
    "restriction_warnings",
    metadata,
    Column("measure", String(16), primary_key=True),
    Column("basis", String(64), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("queued_on", Date, nullable=False),
    Column("served_on", Date),
    Column("ended_at", Instant),
    Index(None, "person_id"),
    Index(None, "ended_at", "served_on"),
)
# `measure` is the wallet or a mode of travel; `classes` of it, with spaces between, none for the whole; held from `since` to `until`.
restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("measure", String(16), nullable=False),
    Column("classes", Text, nullable=False, server_default=""),
    Column("basis", String(64), nullable=False),
    Column("authority", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("reference", String(32), nullable=False, index=True),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("lifted_at", Instant),
    UniqueConstraint("measure", "basis"),
    Index(None, "person_id", "measure"),
    Index(None, "basis"),
)
# `owner` is who filed it (`api:名称`), `document` the court's own number, sealed; `delete_by` runs from the performance.
matters = Table(
    "matters",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("owner", String(72), nullable=False),
    Column("authority", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_index", LargeBinary(32), nullable=False),
    Column("facts", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("listed_on", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("performed_on", Date),
    Column("delete_by", Date),
    Column("closed_on", Date),
    Column("ending", String(12)),
    UniqueConstraint("owner", "document_index"),
    Index(None, "closed_on", "until"),
    Index(None, "closed_on", "delete_by"),
)
# A scope that is free for a while: for treatment, a funeral, an examination.
exemptions = Table(
    "restriction_exemptions",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("matter_number", String(12), ForeignKey("matters.number"), nullable=False),
    Column("measure", String(16), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("granted_by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "matter_number", "measure"),
)
# What a person says against a matter: before it takes effect an objection, afterwards a correction.
pleas = Table(
    "matter_pleas",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("matter_number", String(12), ForeignKey("matters.number"), nullable=False, index=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("answered_by", String(64)),
    Column("answered_on", Date),
    Column("answer", Text),
    Index(None, "state", "answer_by"),
)
# Written out, as in the outbox: a parameter here could not use the index.
PLEADED = pleas.c.state == literal_column("'open'")
Index(
    "uq_matter_pleas_open", pleas.c.matter_number, unique=True, sqlite_where=PLEADED, postgresql_where=PLEADED
)
# A lock or an unlocking by hand: one officer asks, another confirms.
requests = Table(
    "lock_requests",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("act", String(8), nullable=False),
    Column("case_number", String(12), nullable=False, index=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("served_on", Date),
    Column("reasons", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answered_by", String(64)),
    Column("answered_at", Instant),
)
ASKED = requests.c.state == literal_column("'asked'")
Index(
    "uq_lock_requests_asked", requests.c.case_number, unique=True, sqlite_where=ASKED, postgresql_where=ASKED
)
