"""The money of a decision that is taken back: append-only, so what was imposed is posted back, and what was paid is owed back."""

from models.base.db import Work
from models.violations.tables import ledger

OWED_BACK = "owed back"  # the account that a refund settles (treasury -> owed back)


async def reverse(work: Work, number: str) -> int:
    """Once for a case: nothing stays owed on it. Returns what was paid on it, in fen, which the city owes back from now on."""
    account = f"fine:{number}"
    entries = await work.all(ledger.entries(account))
    imposed = sum(int(entry.amount) for entry in entries if entry.from_account == "imposed")
    paid = sum(int(entry.amount) for entry in entries if entry.to_account == "treasury")
    if imposed:
        await ledger.post(
            work, source=account, target="imposed", amount=imposed, reason="voided", reference=number
        )
    if paid:
        await ledger.post(
            work, source=OWED_BACK, target=account, amount=paid, reason=OWED_BACK, reference=number
        )
    return paid
