"""接受 / accept: the proposal first, then the confirmation; only the confirmation decides.

接受 442012003481      shows facts, reasons, basis, fine, points, and the right to be heard (APL 44-45)
确认 442012003481      decides
"""

from handlers.routing import Conversation, Reply, reading, writing
from models.base.errors import Refusal
from models.base.money import Fen
from models.flows import decision
from models.violations import acts as violations
from models.violations.acts import read_case_number


@reading("接受", "认罚", "accept", argument=True)
async def accept(talk: Conversation) -> Reply:
    """Show what would be decided."""
    number = talk.argument or await _only_undecided(talk)
    proposed = await decision.proposal(talk.work, talk.person, read_case_number(number))
    if proposed.obstacle is not None:
        raise decision.refusal(talk.work, proposed)
    case = proposed.case
    facts = talk.say(
        "accept.proposal",
        number=case.number,
        plate=case.plate,
        at=case.occurred_at,
        place=case.place,
        what=case.what(talk.texts),
        basis=case.basis,
        amount=Fen(case.fine or 0),
        points=case.points,
    )
    rights = talk.say("accept.rights" if proposed.consent else "accept.rights_no_consent")
    return talk.reply(facts, rights, actions=[("confirm", f"确认 {case.number}")])


@writing("确认", "confirm", argument=True, listed=False)
async def confirm(talk: Conversation) -> Reply:
    """Decide as proposed."""
    decided = await decision.accept(talk.work, talk.person, read_case_number(talk.argument))
    case = decided.case
    key = "accept.done" if decided.consent else "accept.done_by_letter"
    done = talk.say(key, number=case.number, amount=Fen(case.fine or 0), points=case.points)
    return talk.reply(done, actions=[("pay", f"缴款 {case.number}"), ("see_points", "记分")])


async def _only_undecided(talk: Conversation) -> str:
    """Without a number: the one case that can be accepted. Raises Refusal when there is none, or more than one."""
    waiting = [case for case in await violations.open_cases(talk.work, talk.person) if case.undecided]
    if len(waiting) != 1:
        raise Refusal("accept.which" if waiting else "accept.none")
    return waiting[0].number
