"""限制 / restrictions: what is locked or held, why, on what basis, since and until when, how to resolve it and how to object.

限制                          all of it, in short: the wallet's lock, what was announced, and restrictions of travel
限制 381512334706             one restriction of travel, whole
限制异议 381512334706 理由     says what is wrong with it; step by step where the reason is left out
"""

import re
from collections.abc import Sequence

from handlers.routing import Conversation, Draft, Reply, reading, tidied, writing
from models.base.errors import Refusal
from models.restrictions import acts as restrictions
from models.restrictions import listed, pleas
from models.restrictions.acts import Restriction, Warned
from models.restrictions.listed import Listed, scopes_in

SHOWN = 3
MOST_FREE = 2  # what is free for a while, of one matter
LEAST_REASON = 4  # characters; fewer say nothing that could be looked into
NUMBER_FIRST = re.compile(r"((?:[0-9][ \-]?){11}[0-9])(?![0-9])[\s,.:、。]*")


@reading("限制", "冻结", "锁定", "restrictions", "restriction", "locks", argument=True)
async def restricted(talk: Conversation) -> Reply:
    """One line for each restriction and each warning; a number asks for one of travel."""
    matters = await listed.of_person(talk.work, talk.person)
    if talk.argument:
        return _one(talk, matters)
    held = await restrictions.in_force(talk.work, talk.person)
    announced = await restrictions.announced(talk.work, talk.person)
    if not (held or announced or matters):
        return talk.reply(
            talk.say("restrictions.none"), actions=[("see_fines", "罚单"), ("see_help", "帮助")]
        )
    if matters and not (held or announced) and len(matters) == 1:
        return _whole(talk, matters[0])
    lines = [*_wallet(talk, held, announced), *(_short(talk, matter) for matter in matters)]
    more = talk.say("restrictions.more", count=len(lines) - SHOWN) if len(lines) > SHOWN else ""
    how = talk.say("restrictions.how") if held or announced else ""
    numbers = list(
        dict.fromkeys([each.case_number for each in held] + [each.case_number for each in announced])
    )
    label = "pay" if len(numbers) == 1 else "pay_case"
    pay = [(label, f"缴款 {number}") for number in numbers[:SHOWN]]
    look = [("see_matter", f"限制 {matter.number}") for matter in matters[:SHOWN]]
    return talk.reply(*lines[:SHOWN], more, how, actions=[*pay, *look][:SHOWN])


@writing("限制异议", "限制申诉", "object to restriction", argument=True)
async def plead(talk: Conversation) -> Reply:
    """Say what is wrong with a restriction of travel: number and reason, at once or one after the other."""
    waiting = talk.draft.have if talk.draft and talk.draft.command == "plead" else {}
    number, reason = waiting.get("number", ""), tidied(talk.argument)
    if found := NUMBER_FIRST.match(f"{reason} "):
        number, reason = found[1], reason[found.end() :]
    if not number:
        mine = await listed.of_person(talk.work, talk.person)
        if len(mine) != 1:
            raise Refusal("plea.which")
        number = mine[0].number
    number = re.sub(r"[ \-]", "", number)
    draft = Draft("plead", {"number": number})
    if not reason:
        kind = await pleas.check(talk.work, talk.person, number)
        return talk.reply(talk.say(f"plea.why.{kind}", number=number), draft=draft)
    if len(reason) < LEAST_REASON:
        return talk.reply(talk.say("plea.too_short"), draft=draft)
    filed = await pleas.file(talk.work, talk.person, number, reason)
    said = talk.say(f"plea.filed.{filed.kind}", number=number, by=filed.answer_by)
    return talk.reply(said, actions=[("see_matter", f"限制 {number}"), ("see_help", "帮助")])


def _wallet(talk: Conversation, held: Sequence[Restriction], announced: Sequence[Warned]) -> list[str]:
    english = talk.work.city.tariff.measures.wallet.legal_basis_en
    locks = [
        talk.say(
            "restrictions.wallet",
            number=entry.case_number,
            since=entry.since,
            authority=entry.authority,
            basis=talk.texts.pick(entry.legal_basis, english),
        )
        for entry in held
    ]
    return locks + [
        talk.say(
            "restrictions.announced_on" if warned.takes_hold_on else "restrictions.announced",
            number=warned.case_number,
            day=warned.takes_hold_on or "",
        )
        for warned in announced
    ]


def _one(talk: Conversation, matters: Sequence[Listed]) -> Reply:
    number = re.sub(r"[\s\-]", "", tidied(talk.argument))
    for matter in matters:
        if matter.number == number:
            return _whole(talk, matter)
    raise Refusal("plea.unknown", number=number[:12])


def _short(talk: Conversation, matter: Listed) -> str:
    """What, why, since when; what does not take effect says so."""
    rule = talk.work.city.tariff.travel.matters.get(matter.kind)
    what = talk.say(f"matter.{matter.kind}")
    if rule is None or rule.inert:
        return talk.say("restrictions.matter_inert", what=what, number=matter.number)
    key = "restrictions.matter_contested" if matter.contested else "restrictions.matter"
    if not matter.contested and matter.announced(talk.today):
        key = "restrictions.matter_soon"
    scopes = scopes_in(talk.texts, matter.scopes)
    return talk.say(key, what=what, number=matter.number, scopes=scopes, since=matter.span.since)


def _whole(talk: Conversation, matter: Listed) -> Reply:
    """And by whom, on what basis, until when, what is free for a while, how to resolve it, how to object."""
    rule = talk.work.city.tariff.travel.matters.get(matter.kind)
    basis = talk.texts.pick(rule.legal_basis, rule.legal_basis_en) if rule and not rule.inert else ""
    until = talk.say("restrictions.until", until=matter.span.until) if matter.span.until else ""
    return talk.reply(
        _short(talk, matter),
        until,
        talk.say("restrictions.by", authority=matter.authority, basis=basis) if basis else "",
        *_free(talk, matter)[:MOST_FREE],
        talk.say(f"matter.resolve.{matter.kind}"),
        talk.say("restrictions.plead", number=matter.number),
        actions=[("plead", f"限制异议 {matter.number}"), ("see_help", "帮助")],
    )


def _free(talk: Conversation, matter: Listed) -> list[str]:
    """The days on which a scope is free, now or to come."""
    return [
        talk.say(
            "restrictions.free", since=span.since, until=span.until, scopes=scopes_in(talk.texts, [scope])
        )
        for scope in matter.scopes
        for span in scope.free
        if span.until and span.until >= talk.today
    ]
