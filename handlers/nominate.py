"""转给 / nominate: who drove. One message is enough; or 转给, and the answers one by one. 撤回 takes it back.

转给 442012003481 赵磊          转给 442012003481 赵磊 6717   (last four of the ID or phone, where several have the name)
转给                            what is waiting, and which case is meant
撤回 442012003481
"""

import re
from collections.abc import Mapping, Sequence

from handlers.routing import Conversation, Draft, Reply, writing
from models.base.errors import Refusal
from models.flows import nomination
from models.identity.rules import read_name, tidy
from models.violations import acts as violations
from models.violations import nominations
from models.violations.acts import read_case_number
from models.violations.nominations import Nomination

SHOWN = 3
NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9]){11}(?![0-9])")
DIGITS = re.compile(r"[0-9](?:[ \-]?[0-9]){4,}")  # too many for an ending: a case number that was mistyped
ENDING = re.compile(r"(?<![0-9A-Z])[0-9]{3}[0-9X](?![0-9A-Z])")
NAME = re.compile(r"[\u3400-\u9fff·•・]+")


def parts_of(text: str) -> dict[str, str]:
    """The case, the name and the ending that stand in a text."""
    plain = tidy(text)
    found: dict[str, str] = {}
    for part, shapes in (("case", (NUMBER, DIGITS)), ("ending", (ENDING,)), ("name", (NAME,))):
        match = next((match for shape in shapes if (match := shape.search(plain))), None)
        if match:
            found[part] = match[0]
            plain = plain.replace(match[0], " ", 1)
    return found


@writing("转给", "指认", "不是我开的", "nominate", "transfer", argument=True)
async def nominate(talk: Conversation) -> Reply:
    """Name the driver, who is asked; nothing moves before the driver agrees."""
    have = talk.draft.have if talk.draft and talk.draft.command == "nominate" else {}
    parts = {**have, **parts_of(talk.argument)}
    if "case" not in parts:
        return await _overview(talk, parts)
    number = read_case_number(parts["case"])
    if "name" not in parts:
        return await _ask_name(talk, number)
    name, ending = read_name(parts["name"]), parts.get("ending", "")
    named = await nomination.nominate(talk.work, talk.person, number, name, ending)
    asked = talk.say("nominate.asked", number=number, name=named.name, by=named.nomination.expires_on)
    return talk.reply(asked, actions=[("withdraw", f"撤回 {number}"), ("see_fines", "罚单")])


@writing("撤回", "撤回转给", "withdraw", argument=True, listed=False)
async def withdraw(talk: Conversation) -> Reply:
    """Take it back before it is answered; without a number, what is waiting."""
    if not talk.argument:
        return await _to_take_back(talk)
    number = read_case_number(talk.argument)
    await nominations.withdraw(talk.work, talk.person, number)
    actions = [("accept", f"接受 {number}"), ("nominate", f"转给 {number}")]
    return talk.reply(talk.say("withdraw.done", number=number), actions=actions)


async def _to_take_back(talk: Conversation) -> Reply:
    asked = await nominations.of_owner(talk.work, talk.person)
    if not asked:
        raise Refusal("withdraw.none")
    actions = [("withdraw", f"撤回 {asked[0].case_number}")] if len(asked) == 1 else []
    return talk.reply(*await _waiting(talk, asked, []), actions=actions)


async def _ask_name(talk: Conversation, number: str) -> Reply:
    await nomination.nameable(talk.work, talk.person, number)
    question = talk.say("nominate.ask_name", number=number)
    return talk.reply(question, draft=Draft("nominate", {"case": number}))


async def _overview(talk: Conversation, parts: Mapping[str, str]) -> Reply:
    """What waits, and the cases for which somebody can be named; with only one of those, the question is who."""
    asked = await nominations.of_owner(talk.work, talk.person)
    to_me = await nominations.to_driver(talk.work, talk.person)
    free = [
        case
        for case in await violations.open_cases(talk.work, talk.person)
        if case.undecided and not (case.nominated or case.came)
    ]
    lines = await _waiting(talk, asked, to_me)
    name = " ".join(parts[part] for part in ("name", "ending") if part in parts)
    if len(free) == 1 and not lines and not name:
        return await _ask_name(talk, free[0].number)
    if not free:
        more = [("see_requests", "同意"), ("see_fines", "罚单")] if to_me else [("see_fines", "罚单")]
        return talk.reply(*lines, "" if lines else talk.say("nominate.none"), actions=more)
    which = [
        talk.say("nominate.which_entry", number=each.number, plate=each.plate, what=each.what(talk.texts))
        for each in free[:SHOWN]
    ]
    label = "nominate" if len(which) == 1 else "nominate_case"
    actions = [(label, f"转给 {case.number} {name}".strip()) for case in free[:SHOWN]]
    question = talk.say("nominate.which") + talk.beyond(len(free) - SHOWN)
    return talk.reply(*lines, question, *which, actions=actions)


async def _waiting(talk: Conversation, asked: Sequence[Nomination], to_me: Sequence[Nomination]) -> list[str]:
    """One line for each, on both sides; no more than leave room for the question."""
    names = await nominations.names(talk.work, [*asked, *to_me])
    lines = [
        talk.say(
            f"nominate.state.{each.state}",
            number=each.case_number,
            name=names[each.driver_id],
            by=each.expires_on,
        )
        for each in asked
    ]
    lines += [
        talk.say("takeover.waits", name=names[each.owner_id], code=each.code, by=each.expires_on)
        for each in to_me
    ]
    return lines[:SHOWN]
