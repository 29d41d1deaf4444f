"""What was paid at the counter of the treasury's bank, by the number of its receipt; the order is the one it was booked on."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, Text

from models.base.db import Instant, metadata

counter_receipts = Table(
    "counter_receipts",
    metadata,
    Column("receipt_no", String(24), primary_key=True),
    Column("bank", Text, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("case_numbers", Text, nullable=False),
    Column("order_number", String(32), ForeignKey("payment_orders.number"), nullable=False, unique=True),
    Column("entered_by", String(64), nullable=False),
    Column("entered_at", Instant, nullable=False),
)
