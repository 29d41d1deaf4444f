"""Licences, the ledger of points, what the issuing authority says, holds at twelve points, and what was learnt or done."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table

from models.base.db import Instant, Key, metadata
from models.base.ledger import Ledger

licences = Table(
    "licences",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("licence_class", String(8), nullable=False),
    # By index: whose cycle ends on a day is found by the days of first issue that this can be (rules.first_days).
    Column("first_issued_on", Date, nullable=False, index=True),
)
ledger = Ledger("point_postings")
standings = Table(
    "licence_standings",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("standing", String(10), nullable=False),
    Column("valid_until", Date),
    Column("probation_until", Date),
    Column("punished_for", String(16)),
    Column("punished_on", Date),
    Column("cheated_on", Date),
)
holds = Table(
    "point_holds",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False, index=True),
    Column("since", Date, nullable=False),
    Column("passed_on", Date),
    Column("ended_on", Date),
    Column("outcome", String(10)),
)
# One open hold of a person, whoever posts at the same moment.
Index(
    "uq_point_holds_open",
    holds.c.person_id,
    unique=True,
    sqlite_where=holds.c.ended_on.is_(None),
    postgresql_where=holds.c.ended_on.is_(None),
)
educations = Table(
    "point_educations",
    metadata,
    Column("reference", String(24), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("points", Integer, nullable=False),
    Column("hold_id", Key, ForeignKey("point_holds.id"), index=True),
    Column("recorded_by", String(64), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index(None, "person_id", "last_day"),
)
