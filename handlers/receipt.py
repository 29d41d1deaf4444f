"""收据 / receipt: a proof of what was paid on a case, as a page and a PDF.

收据 442012003481      or 收据, for the case that was paid last
"""

from handlers.routing import Conversation, Reply, writing
from models.base.errors import Refusal
from models.base.money import Fen
from models.violations import receipts
from models.violations.acts import Case, read_case_number

SHOWN = 4


@writing("收据", "凭证", "发票", "缴款凭证", "receipt", "invoice", argument=True)
async def receipt(talk: Conversation) -> Reply:
    """The first one of a case is issued by asking for it; only its owner gets the link."""
    person = talk.person
    if talk.argument:
        return await _link(talk, read_case_number(talk.argument))
    paid = await receipts.paid_cases(talk.work, person, SHOWN)
    if not paid:
        raise Refusal("receipt.none")
    if len(paid) == 1:
        return await _link(talk, paid[0].number)
    actions = [("receipt_case", f"收据 {case.number}") for case in paid]
    return talk.reply(talk.say("receipt.which"), *(_entry(talk, case) for case in paid), actions=actions)


def _entry(talk: Conversation, case: Case) -> str:
    return talk.say("receipt.entry", number=case.number, plate=case.plate, what=case.what(talk.texts))


async def _link(talk: Conversation, number: str) -> Reply:
    issued = await receipts.issue(talk.work, talk.person, number)
    said = talk.say(
        "receipt.returned" if issued.returned else "receipt.ready",
        number=number,
        total=Fen(issued.total),
        day=issued.paid_on,
        link=receipts.link(talk.work, issued),
    )
    return talk.reply(said)
