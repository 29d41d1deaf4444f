"""缴款 / pay: the link to the page where today's amount is paid.

缴款 442012003481      or 缴款, when only one case can be paid
"""

from handlers.routing import Conversation, Reply, reading
from models.base.errors import Refusal
from models.base.money import Fen
from models.violations import acts as violations
from models.violations.acts import Case, read_case_number

SHOWN = 5


@reading("缴款", "缴费", "付款", "交罚款", "pay", argument=True)
async def pay(talk: Conversation) -> Reply:
    """Nothing is charged by asking: the page makes the order."""
    if talk.argument:
        case = await violations.case_of(talk.work, talk.person, read_case_number(talk.argument))
        return _link(talk, case)
    payable = [case for case in await violations.open_cases(talk.work, talk.person) if case.payable]
    if not payable:
        raise Refusal("pay.none")
    if len(payable) == 1:
        return _link(talk, payable[0])
    shown = payable[:SHOWN]
    actions = [("pay_case", f"缴款 {case.number}") for case in shown]
    return talk.reply(talk.say("pay.which"), *(_entry(talk, case) for case in shown), actions=actions)


def _entry(talk: Conversation, case: Case) -> str:
    total = Fen(violations.bill_of(talk.work, case).total)
    return talk.say(
        "pay.entry", number=case.number, plate=case.plate, what=case.what(talk.texts), total=total
    )


def _link(talk: Conversation, case: Case) -> Reply:
    if case.undecided:
        return talk.reply(
            talk.say("pay.decide_first", number=case.number), actions=[("accept", f"接受 {case.number}")]
        )
    if not case.payable:
        raise Refusal("pay.nothing", number=case.number)
    bill = violations.bill_of(talk.work, case)
    key = "pay.link_surcharge" if bill.surcharge else "pay.link"
    amounts = {"total": Fen(bill.total), "principal": Fen(bill.principal), "surcharge": Fen(bill.surcharge)}
    return talk.reply(
        talk.say(key, number=case.number, link=violations.link(talk.work, case.number), **amounts)
    )
