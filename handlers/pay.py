"""缴款 / pay: the link to the page where today's amount is paid.

缴款                                   everything that can be paid, in one order
缴款 442012003481                      one case
缴款 442012003481 442012003490         these together
缴款 442012003481 50                   50 yuan of it
"""

import re
from collections.abc import Sequence

from handlers.routing import Conversation, Reply, reading, tidied
from models.base.errors import BadInput, Refusal
from models.base.money import Fen, read_yuan, written
from models.violations import acts as violations
from models.violations import plans
from models.violations.acts import Case, read_case_number

SHOWN = 4  # on one screen, with a line before and two after
NUMBER = re.compile(r"((?:[0-9][ \-]?){11}[0-9])(?![0-9])[\s,、;]*")


@reading("缴款", "缴费", "付款", "交罚款", "pay", argument=True)
async def pay(talk: Conversation) -> Reply:
    """Nothing is charged by asking: the page makes the order."""
    if not talk.argument:
        return await _all(talk)
    person, (numbers, rest) = talk.person, _read(talk.argument)
    cases = [await violations.case_of(talk.work, person, number) for number in numbers]
    amount = read_yuan(rest) if rest else None
    if rest and amount is None:
        raise BadInput("pay.how", number=numbers[0])
    if len(cases) > 1:
        if amount is not None:
            raise Refusal("pay.part_of_one")
        return _together(talk, cases)
    return await _one(talk, cases[0], amount)


def _read(argument: str) -> tuple[list[str], str]:
    """The case numbers at the beginning, each once, and what follows. Raises BadInput when there is none."""
    rest, numbers = f"{tidied(argument)} ", []
    while found := NUMBER.match(rest):
        numbers.append(read_case_number(found[1]))
        rest = rest[found.end() :]
    if not numbers:
        numbers, rest = [read_case_number(argument)], ""
    return list(dict.fromkeys(numbers)), rest.strip()


async def _all(talk: Conversation) -> Reply:
    mine = await violations.open_cases(talk.work, talk.person)
    payable = [case for case in mine if case.payable]
    if not payable and len(mine) == 1:
        return await _one(talk, mine[0], None)  # says that it is to be decided first
    if not payable:
        raise Refusal("pay.none")
    return _together(talk, payable) if len(payable) > 1 else await _one(talk, payable[0], None)


def _together(talk: Conversation, cases: Sequence[Case]) -> Reply:
    """What can be paid of these in one order, the oldest due first, and each alone."""
    payable = violations.oldest_due_first(case for case in cases if case.payable)
    if not payable:
        raise Refusal("pay.nothing", number=cases[0].number)
    most = talk.work.city.tariff.payment.cases_in_order
    chosen = payable[:most]
    total = Fen(sum(violations.bill_of(talk.work, case).total for case in chosen))
    shown = chosen[:SHOWN]
    more = talk.say("pay.more", count=len(chosen) - len(shown)) if len(chosen) > len(shown) else ""
    key = "pay.together" if len(chosen) == len(payable) else "pay.together_first"
    link = violations.link(talk.work, *(case.number for case in chosen))
    return talk.reply(
        talk.say(key, count=len(chosen), total=total),
        *(_entry(talk, case) for case in shown),
        more,
        talk.say("pay.together_link", link=link),
        actions=[("pay_case", f"缴款 {case.number}") for case in shown],
    )


def _entry(talk: Conversation, case: Case) -> str:
    total = Fen(violations.bill_of(talk.work, case).total)
    return talk.say(
        "pay.entry", number=case.number, plate=case.plate, what=case.what(talk.texts), total=total
    )


async def _one(talk: Conversation, case: Case, amount: int | None) -> Reply:
    if case.undecided:
        return talk.reply(
            talk.say("pay.decide_first", number=case.number), actions=[("accept", f"接受 {case.number}")]
        )
    if not case.payable:
        raise Refusal("pay.nothing", number=case.number)
    bill = violations.bill_of(talk.work, case)
    if amount is not None and amount != bill.total:
        return await _part(talk, case, amount)
    key = "pay.link_surcharge" if bill.surcharge else "pay.link"
    amounts = {"total": Fen(bill.total), "principal": Fen(bill.principal), "surcharge": Fen(bill.surcharge)}
    link = violations.link(talk.work, case.number)
    return talk.reply(
        talk.say("pay.so_far", paid=Fen(bill.paid)) if bill.paid else "",
        talk.say(key, number=case.number, link=link, **amounts),
        await _in_parts(talk, case, bill.total),
    )


async def _part(talk: Conversation, case: Case, amount: int) -> Reply:
    await plans.check_part(talk.work, [case], amount)
    total = violations.bill_of(talk.work, case).total
    return talk.reply(
        talk.say(
            "pay.part_link",
            number=case.number,
            amount=Fen(amount),
            left=Fen(total - amount),
            link=_link(talk, case, amount),
        )
    )


async def _in_parts(talk: Conversation, case: Case, total: int) -> str:
    """The plan's next instalment; or that a part may be paid, or more time asked for."""
    plan = await plans.open_of(talk.work, case)
    if left := plan.left(case) if plan else []:
        coming = left[0]
        if coming.amount == total:
            return talk.say("pay.by_plan", by=coming.due_on)
        amount, link = Fen(coming.amount), _link(talk, case, coming.amount)
        return talk.say("pay.instalment", amount=amount, by=coming.due_on, count=len(left), link=link)
    if plan is None and 0 < talk.work.city.tariff.payment.smallest_part < total:
        return talk.say("pay.part_hint", number=case.number)
    return ""


def _link(talk: Conversation, case: Case, amount: int) -> str:
    """To the page, with the amount chosen."""
    return f"{violations.link(talk.work, case.number)}?amount={written(amount)}"
