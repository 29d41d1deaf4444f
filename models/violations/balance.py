"""Is what was paid in balance? Nothing else may ever be seen here than nothing; an operator is told if it is.

Only orders made in the last two days are looked at, by their index, so that the question may be asked every minute: what goes wrong
goes wrong while it is booked.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, case, func, literal, select

from models.base.db import Work
from models.violations.payments import OrderState
from models.violations.tables import ledger, orders, payments

SPAN = timedelta(days=2)
postings = ledger.table


async def imbalance(work: Work) -> int:
    """Fen: by how much paid orders differ from their payments, from their postings, and what is left on the fines they closed."""
    fine = literal("fine:", String) + orders.c.case_number
    left = _total(postings.c.to_account == fine) - _total(postings.c.from_account == fine)
    posted = _total((postings.c.reason == "payment") & (postings.c.reference == orders.c.number))
    paid = func.coalesce(payments.c.amount, 0)
    wrong = (
        func.abs(orders.c.total - paid)
        + func.abs(orders.c.total - posted)
        + case((payments.c.surplus == 0, func.abs(left)), else_=0)
    )
    recent = (orders.c.state == OrderState.PAID) & (orders.c.made_at >= work.wall - SPAN)
    booked = orders.outerjoin(payments, payments.c.order_number == orders.c.number)
    found = await work.scalar(select(func.sum(wrong)).select_from(booked).where(recent))
    return int(found or 0)


def _total(which: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Of the postings that are meant, for one order."""
    amounts = select(func.coalesce(func.sum(postings.c.amount), 0)).where(which)
    return amounts.correlate(orders).scalar_subquery()
