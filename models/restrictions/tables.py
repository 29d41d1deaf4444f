"""Warnings and restrictions. A restriction names its basis; one lock at the wallet (`reference`) may rest on several of them."""

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table, Text, UniqueConstraint

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
restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("measure", String(16), nullable=False),
    Column("basis", String(64), nullable=False),
    Column("authority", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("reference", String(32), nullable=False, index=True),
    Column("since", Date, nullable=False),
    Column("lifted_at", Instant),
    UniqueConstraint("measure", "basis"),
    Index(None, "person_id", "measure"),
)
