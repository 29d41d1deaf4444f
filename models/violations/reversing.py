"""The money of a decision that is taken back: append-only, so what was imposed is posted back, and what was paid is owed back."""

from collections.abc import Sequence
from typing import Any

from models.base.db import Work
from models.violations.booking import SURPLUS
from models.violations.refund_rules import Why
from models.violations.tables import ledger

OWED_BACK = "owed back"  # the account that a refund settles (treasury -> owed back)


async def refunded(work: Work, refund_no: str, amount: int, why: Why) -> None:
    """A refund has arrived: so much less is owed back."""
    account = OWED_BACK if why is Why.VOIDED else SURPLUS
    await ledger.post(
        work, source="treasury", target=account, amount=amount, reason="refund", reference=refund_no
    )


async def reverse(work: Work, number: str) -> int:
    """Once for a case: nothing stays owed on it. Returns what was paid on it, in fen, which the city owes back from now on."""
    account = f"fine:{number}"
    entries = await work.all(ledger.entries(account))
    imposed = _total(entries, "from_account", "imposed") - _total(entries, "to_account", "imposed")
    paid = _total(entries, "to_account", "treasury") - _total(entries, "from_account", SURPLUS)
    if imposed:
        await ledger.post(
            work, source=account, target="imposed", amount=imposed, reason="voided", reference=number
        )
    if paid:
        await ledger.post(
            work, source=OWED_BACK, target=account, amount=paid, reason=OWED_BACK, reference=number
        )
    return paid


def _total(entries: Sequence[Any], side: str, account: str) -> int:
    return sum(int(entry.amount) for entry in entries if getattr(entry, side) == account)
