"""限制 / restrictions: what is locked, why, on what basis, since when, and how to resolve it; what has been announced, too."""

from handlers.routing import Conversation, Reply, reading
from models.restrictions import acts as restrictions

SHOWN = 3


@reading("限制", "冻结", "锁定", "restrictions", "restriction", "locks")
async def restricted(talk: Conversation) -> Reply:
    """One line for each restriction and each warning."""
    held = await restrictions.in_force(talk.work, talk.person)
    announced = await restrictions.announced(talk.work, talk.person)
    if not held and not announced:
        return talk.reply(
            talk.say("restrictions.none"), actions=[("see_fines", "罚单"), ("see_help", "帮助")]
        )
    lines = [
        talk.say(
            "restrictions.wallet",
            number=entry.case_number,
            since=entry.since,
            authority=entry.authority,
            basis=talk.texts.pick(entry.legal_basis, talk.work.city.tariff.measures.wallet.legal_basis_en),
        )
        for entry in held
    ]
    for warned in announced:
        key = "restrictions.announced_on" if warned.takes_hold_on else "restrictions.announced"
        lines.append(talk.say(key, number=warned.case_number, day=warned.takes_hold_on or ""))
    numbers = dict.fromkeys(
        [entry.case_number for entry in held] + [warned.case_number for warned in announced]
    )
    more = talk.say("restrictions.more", count=len(lines) - SHOWN) if len(lines) > SHOWN else ""
    label = "pay" if len(numbers) == 1 else "pay_case"
    actions = [(label, f"缴款 {number}") for number in list(numbers)[:SHOWN]]
    return talk.reply(*lines[:SHOWN], more, talk.say("restrictions.how"), actions=actions)
