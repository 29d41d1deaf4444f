"""Is what was paid in balance? Nothing else may ever be seen here than nothing; an operator is told if it is.

Only orders made in the last two days are looked at, by their index, so that the question may be asked every minute: what goes wrong
goes wrong while it is booked.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, Table, case, func, literal, select

from models.base.db import Work
from models.violations.booking import SURPLUS
from models.violations.payments import OrderState
from models.violations.rules import PAYABLE
from models.violations.tables import cases, ledger, orders, parts, payments

SPAN = timedelta(days=2)
postings = ledger.table


async def imbalance(work: Work) -> int:
    """Fen: by how much paid orders differ from their payments and from their postings, and their cases from what was paid on them."""
    recent = (orders.c.state == OrderState.PAID) & (orders.c.made_at >= work.wall - SPAN)
    booked = orders.outerjoin(payments, payments.c.order_number == orders.c.number)
    paid = func.coalesce(payments.c.amount, 0)
    of_orders = func.abs(orders.c.total - paid) + func.abs(orders.c.total - _posted())
    wrong = await work.scalar(select(func.sum(of_orders)).select_from(booked).where(recent))
    touched = select(parts.c.case_number).join(orders).where(recent).distinct().subquery()
    concerned = cases.join(touched, touched.c.case_number == cases.c.number)
    of_cases = func.abs(_owed() - _should_be_owed())
    left = await work.scalar(select(func.sum(of_cases)).select_from(concerned))
    return int(wrong or 0) + int(left or 0)


def _posted() -> ScalarSelect[Any]:
    """For one order: under its number, and under its number with each further case's."""
    further = orders.c.number + " " + parts.c.case_number
    references = select(further).where(parts.c.order_number == orders.c.number).correlate(orders)
    mine = (postings.c.reference == orders.c.number) | postings.c.reference.in_(references)
    return _total(postings.c.reason.in_(["payment", SURPLUS]) & mine, orders)


def _owed() -> ColumnElement[Any]:
    """What the ledger says is left on a case's fine."""
    fine = literal("fine:", String) + cases.c.number
    return _total(postings.c.to_account == fine, cases) - _total(postings.c.from_account == fine, cases)


def _should_be_owed() -> ColumnElement[Any]:
    """The fine without the principal that was paid; nothing once the case is closed."""
    principal = select(func.coalesce(func.sum(parts.c.paid_principal), 0))
    paid = principal.where(parts.c.case_number == cases.c.number).correlate(cases).scalar_subquery()
    return case((cases.c.state.in_(sorted(PAYABLE)), cases.c.fine - paid), else_=0)


def _total(which: ColumnElement[bool], of: Table) -> ScalarSelect[Any]:
    """Of the postings that are meant, for one row."""
    amounts = select(func.coalesce(func.sum(postings.c.amount), 0)).where(which)
    return amounts.correlate(of).scalar_subquery()
