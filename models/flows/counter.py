"""Paid at the counter of the treasury's bank, as an officer enters it: booked as any payment is (`settlement.book`), once for each receipt.

The surcharge is that of the day on which the bank took the money, however late it is entered (domain 5; docs/decisions/0026).
"""

from models.base.db import Work
from models.base.errors import Refusal
from models.flows import settlement
from models.violations import counter
from models.violations.counter import Entered, Slip


async def enter(work: Work, slip: Slip, officer: str) -> Entered:
    """Book a receipt on its cases; entered again, it is answered and not booked again.

    Raises Refusal: no such case, the receipt is in with something else on it, a case without a decision, a day that cannot be right.
    Locks: the receipt, the people, the cases.
    """
    if known := await counter.known(work, slip):
        return known
    cases = await settlement.held(work, slip.cases)
    if missing := set(slip.cases) - cases.keys():
        raise Refusal("officer.no_case", number=min(missing))
    counter.check(work, slip, cases.values())
    order, received = await counter.put(work, slip, cases, officer)
    await settlement.book(work, order, received, cases)
    return await counter.entered(work, slip.receipt_no, new=True)
