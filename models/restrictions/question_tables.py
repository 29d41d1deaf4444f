"""Who asked whether somebody may travel. The person is found by the blind index of the resident ID, whether a register knows it or not."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text

from models.base.db import Instant, Key, metadata

questions = Table(
    "clearance_questions",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("person_index", LargeBinary(32), nullable=False),
    Column("client", String(16), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("details", Text, nullable=False),
    Index(None, "person_index", "id"),
    Index(None, "asked_at"),
)
