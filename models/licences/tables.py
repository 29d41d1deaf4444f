"""Licences and the ledger of points."""

from sqlalchemy import Column, Date, ForeignKey, String, Table

from models.base.db import Key, metadata
from models.base.ledger import Ledger

licences = Table(
    "licences",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("licence_class", String(8), nullable=False),
    Column("first_issued_on", Date, nullable=False),
)
ledger = Ledger("point_postings")
standings = Table(
    "licence_standings",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("standing", String(10), nullable=False),
    Column("valid_until", Date),
)
