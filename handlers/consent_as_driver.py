"""同意 / agree and 拒绝 / decline: the answer of who was named as the driver, by the code of the message.

同意 204518        拒绝 204518        同意   (what is waiting for an answer)
"""

import re

from handlers.routing import Conversation, Reply, writing
from models.base.money import Fen
from models.flows import nomination
from models.identity.rules import Plate
from models.violations import nominations
from models.violations.acts import Case
from models.violations.nomination_rules import NominationState

SHOWN = 2
CODE = re.compile(r"[0-9]{6}")


@writing("同意", "agree", argument=True, listed=False)
async def take_over(talk: Conversation) -> Reply:
    """Take the case over: from now on it is the driver's, or an officer looks first."""
    code = _code(talk)
    if not code or talk.account.person_id is None:
        return await _ask_first(talk)
    taken = await nomination.consent(talk.work, talk.myself, code)
    case = taken.case
    if taken.nomination.state is NominationState.CONSENTED:
        checked = talk.say("takeover.checked", number=case.number, name=taken.name)
        return talk.reply(checked, actions=[("see_nominations", "转给"), ("see_help", "帮助")])
    done = talk.say(
        "takeover.done",
        number=case.number,
        amount=Fen(case.fine or 0),
        points=case.points,
        by=case.handle_by,
    )
    return talk.reply(done, actions=[("accept", f"接受 {case.number}"), ("see_points", "记分")])


@writing("拒绝", "decline", argument=True, listed=False)
async def turn_down(talk: Conversation) -> Reply:
    """Leave the case where it is."""
    code = _code(talk)
    if not code or talk.account.person_id is None:
        return await _ask_first(talk)
    await nominations.decline(talk.work, talk.myself, code)
    return talk.reply(talk.say("takeover.declined"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])


def _code(talk: Conversation) -> str:
    code = re.sub(r"\D", "", talk.argument)
    return code if CODE.fullmatch(code) else ""


def _cost(talk: Conversation, case: Case) -> str:
    if case.fine is None or case.points is None:
        return talk.say("takeover.cost_open")
    return talk.say("takeover.cost", amount=Fen(case.fine), points=case.points)


async def _ask_first(talk: Conversation) -> Reply:
    """Who is not bound binds first; who gave no code is shown what there is to answer."""
    if talk.account.person_id is None:
        return talk.reply(talk.say("takeover.bind_first"), actions=[("bind", "绑定")])
    waiting = await nominations.to_driver(talk.work, talk.myself)
    if not waiting:
        return talk.reply(talk.say("takeover.nothing"), actions=[("see_fines", "罚单"), ("see_help", "帮助")])
    lines, actions = [], []
    names = await nominations.names(talk.work, waiting)
    for each in waiting[:SHOWN]:
        case = await nominations.case_of(talk.work, each)
        about = {"name": names[each.owner_id], "plate": Plate("", case.plate).masked, "day": case.day}
        facts = {**about, "place": case.place, "what": case.what(talk.texts), "cost": _cost(talk, case)}
        lines.append(talk.say("takeover.request", **facts, by=each.expires_on, code=each.code))
        actions += [("take_over", f"同意 {each.code}"), ("turn_down", f"拒绝 {each.code}")]
    return talk.reply(*lines, actions=actions[:SHOWN] if len(waiting) == 1 else ())
