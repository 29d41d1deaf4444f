"""Receipts: what was paid on a case, under a code that anybody can verify. Issued when its owner asks, once for each sum that was paid.

A receipt is a proof of payment and no tax invoice, nor the treasury's own bill for non-tax revenue; its page and its PDF say so.
Two secrets: the `code` stands on the receipt and opens the public page (masked number, amount, day); the owner's link is signed, runs out,
and opens the receipt itself.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from models.base import audit
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.identity.rules import mask_name
from models.violations import acts, store
from models.violations.bill_tables import receipts
from models.violations.counter import PREFIX
from models.violations.refund_rules import RefundState, Why
from models.violations.rules import State
from models.violations.store import Case
from models.violations.tables import cases, parts, payments, refunds

BOOKED = payments.join(parts, parts.c.order_number == payments.c.order_number)
TAKEN = parts.c.paid_principal + parts.c.paid_surcharge  # by a case, of one payment
LINK_HOURS = 24  # an owner's link; the next is one word away
CODE_TRIES = 3


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment: its transaction id at WeChat Pay, the fen of it that this case took, its instant (UTC); of one at the counter only the
    day is known."""

    transaction_id: str
    amount: int
    at: datetime

    @property
    def at_counter(self) -> str:
        """The number of the bank's receipt; nothing for a payment by WeChat Pay."""
        return self.transaction_id.removeprefix(PREFIX) if self.transaction_id.startswith(PREFIX) else ""

    @property
    def city_time(self) -> datetime:
        return self.at.astimezone(CITY_ZONE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`principal` and `surcharge` are the parts of `total` (fen, principal first); `payer` is masked. `returned`: the money went back, or
    is on its way."""

    code: str
    case_number: str
    payer: str
    decided_on: date | None
    principal: int
    surcharge: int
    total: int
    payments: tuple[Paid, ...]
    paid_at: datetime
    issued_at: datetime
    returned: bool

    @property
    def paid_on(self) -> date:
        """In the city's time."""
        return self.paid_at.astimezone(CITY_ZONE).date()


async def issue(work: Work, person_id: int, number: str) -> Receipt:
    """The receipt for all that was paid on a case of this person; the same again while nothing more was.

    Raises Refusal: not this person's case, or nothing was paid on it.
    """
    case = await acts.case_of(work, person_id, number)
    paid = await _paid(work, number)
    if not paid:
        raise Refusal("receipt.nothing" if case.payable else "receipt.none_due", number=number)
    total = sum(each.amount for each in paid)
    known = (receipts.c.case_number == number) & (receipts.c.total == total)
    row = await work.first(select(receipts).where(known))
    if row is None:
        await _insert(work, case, paid, total)
        row = await work.first(select(receipts).where(known))
    elif row.payments != (now := _written(paid)):  # another payment of as much took its place (`crossing`)
        await work.run(update(receipts).where(known).values(payments=now, paid_at=paid[-1].at))
        row = await work.first(select(receipts).where(known))
    return await _receipt(work, row)


async def by_code(work: Work, code: str) -> Receipt | None:
    """The receipt of this code; None for one that was not made here, which is seen without a look into the database."""
    if not work.city.links.is_code(code):
        return None
    row = await work.first(select(receipts).where(receipts.c.code == code))
    return await _receipt(work, row) if row else None


async def by_link(work: Work, token: str) -> Receipt | None:
    """The receipt that an owner's link opens; None for one that was not made here, or has run out."""
    code = work.city.links.opened(token, work.wall)
    return await by_code(work, code) if code else None


def link(work: Work, receipt: Receipt) -> str:
    """The owner's link, good for so many hours."""
    until = work.wall + timedelta(hours=LINK_HOURS)
    return f"{work.city.public_url}/r/{work.city.links.opening(receipt.code, until)}"


def verification(work: Work, receipt: Receipt) -> str:
    """Where anybody can verify it."""
    return f"{work.city.public_url}/verify?code={receipt.code}"


def mask_number(number: str) -> str:
    """`4420******81`."""
    return f"{number[:4]}{'*' * 6}{number[-2:]}"


async def paid_cases(work: Work, person_id: int, limit: int) -> list[Case]:
    """Cases of this person on which something was paid, the last one first."""
    last = func.max(payments.c.paid_at)
    found = (
        select(parts.c.case_number)
        .select_from(BOOKED.join(cases, cases.c.number == parts.c.case_number))
        .where(TAKEN > 0, cases.c.liable_id == person_id)
        .group_by(parts.c.case_number)
        .order_by(last.desc(), parts.c.case_number)
    )
    numbers = [row.case_number for row in await work.all(found.limit(limit))]
    known = await store.cases_of(work, numbers)
    return [known[number] for number in numbers]


async def _paid(work: Work, number: str) -> tuple[Paid, ...]:
    columns = (payments.c.transaction_id, payments.c.paid_at, TAKEN.label("taken"))
    mine = select(*columns).select_from(BOOKED).where(parts.c.case_number == number, TAKEN > 0)
    rows = await work.all(mine.order_by(payments.c.paid_at, payments.c.transaction_id))
    return tuple(Paid(row.transaction_id, row.taken, row.paid_at) for row in rows)


async def _insert(work: Work, case: Case, paid: tuple[Paid, ...], total: int) -> None:
    principal = sum(part.principal for part in case.paid)
    row = {
        "case_number": case.number,
        "person_id": case.liable_id,
        "principal": principal,
        "surcharge": total - principal,
        "total": total,
        "payments": _written(paid),
        "paid_at": paid[-1].at,
        "issued_at": work.wall,
    }
    for _ in range(CODE_TRIES):
        code = work.city.links.code(work.city.ids.code_body())
        if await work.insert_new(receipts, {**row, "code": code}):
            details = {"fen": total}
            await audit.record(
                work, "receipt.issued", f"case {case.number}", person_id=case.liable_id, **details
            )
            return


def _written(paid: tuple[Paid, ...]) -> list[list[Any]]:
    return [[each.transaction_id, each.amount, each.at.isoformat()] for each in paid]


async def _receipt(work: Work, row: Any) -> Receipt:
    case = await store.case(work, row.case_number)
    assert case is not None
    contact = await identity.contact(work, row.person_id)
    return Receipt(
        code=row.code,
        case_number=row.case_number,
        payer=mask_name(contact.name),
        decided_on=case.decided_on,
        principal=row.principal,
        surcharge=row.surcharge,
        total=row.total,
        payments=tuple(Paid(number, fen, datetime.fromisoformat(at)) for number, fen, at in row.payments),
        paid_at=row.paid_at,
        issued_at=row.issued_at,
        returned=case.state is State.VOIDED or await _goes_back(work, row.case_number),
    )


async def _goes_back(work: Work, number: str) -> bool:
    """What was paid on the case, not what came too much."""
    voided = (refunds.c.case_number == number) & (refunds.c.reason == Why.VOIDED)
    live = refunds.c.state != RefundState.REPLACED
    return await work.scalar(select(refunds.c.number).where(voided, live).limit(1)) is not None
