"""What an officer does with money at the counter: a receipt of the treasury's bank is booked, what came too much is given back."""

from bot.officer_act import Act, Answer, Fields, as_json
from bot.officer_fields import amount, bank, case_numbers, day, reasons, receipt
from bot.officer_subjects import own_case
from models.base.db import Work
from models.flows import counter
from models.identity.staff import Member
from models.violations import counter_refunds
from models.violations.counter import Slip


async def _book(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    for each in fields["cases"]:
        await own_case(work, member, each)
    slip = Slip(number, fields["bank"], fields["paid_on"], fields["amount_fen"], fields["cases"])
    return as_json(await counter.enter(work, slip, member.actor))


async def _repay(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    said = (fields["receipt"], fields["day"], fields["reasons"])
    return as_json(await counter_refunds.repay(work, number, member.actor, *said))


ACTS = (
    Act(
        "book",
        "counter-receipts",
        {"cases": case_numbers, "amount_fen": amount, "bank": bank, "paid_on": day},
        _book,
    ),
    Act("repay", "refunds", {"receipt": receipt, "day": day, "reasons": reasons}, _repay),
)
