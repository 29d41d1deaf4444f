"""What an officer can do with restrictions: locks by hand, which take two; matters that came on paper; answers to objections."""

from bot import matter_fields
from bot.officer_act import Act, Answer, Fields, as_json
from bot.officer_fields import Read, day, one_of, reasons
from models.base.db import Work
from models.flows import by_hand
from models.flows.by_hand import Hand
from models.identity.staff import Member, Role
from models.restrictions import listed, matters, pleas
from models.restrictions.matter_rules import PleaState

WHY: dict[str, Read] = {"reasons": reasons}


def _owner(member: Member) -> str:
    """Matters that officers enter are their authority's."""
    return f"police:{member.authority}"


async def _owned(work: Work, member: Member, number: str) -> str:
    """Whose matter an officer changes: her authority's; a supervisor everybody's. Raises Refusal."""
    return (await listed.by_number(work, number, "" if member.may(Role.SUPERVISOR) else _owner(member))).owner


async def _lock(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    found = await by_hand.ask(work, number, member.actor, Hand.LOCK, fields["reasons"], fields["served_on"])
    return as_json(found)


async def _unlock(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    return as_json(await by_hand.ask(work, number, member.actor, Hand.UNLOCK, fields["reasons"]))


async def _confirm(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    return as_json(await by_hand.confirm(work, key, member.actor, fields["reasons"]))


async def _refuse(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    return as_json(await by_hand.refuse(work, key, member.actor, fields["reasons"]))


async def _open(work: Work, member: Member, document: str, fields: Fields) -> Answer:
    filing = matter_fields.filing(fields, document)
    matter, new = await matters.open_(work, _owner(member), fields["authority"], filing)
    return {**_shown(matter), "new": new}


async def _amend(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    owner = await _owned(work, member, number)
    return _shown(await matters.amend(work, number, owner, **fields))


async def _close(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    owner = await _owned(work, member, number)
    return _shown(await matters.close(work, number, owner, fields["ending"], fields.get("day")))


async def _exempt(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    owner = await _owned(work, member, number)
    return _shown(await matters.exempt(work, number, owner, **fields))


async def _answer(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    del member
    plea = await pleas.answer(work, key, fields["outcome"], fields["reasons"])
    return {"plea": key, "matter": plea.matter_number, "state": plea.state.value}


async def _look(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    """Whole, with what was said against it: whoever answers has to read it; each look is on record."""
    del fields
    matter = await matters.looked_at(work, number, member.actor)
    said = [as_json(each) for each in await pleas.of_matter(work, number)]
    return {**_shown(matter), "authority": matter.authority, "facts": matter.facts, "pleas": said}


def _shown(matter: listed.Listed) -> Answer:
    return {name: value for name, value in as_json(matter).items() if name not in ("person_id", "facts")}


ACTS = (
    Act("lock", "cases", {"served_on": day} | WHY, _lock),
    Act("unlock", "cases", WHY, _unlock),
    Act("confirm", "lock-requests", WHY, _confirm),
    Act("refuse", "lock-requests", WHY, _refuse),
    Act(
        "open",
        "notices",
        {**matter_fields.WHO_AND_WHAT, "authority": matter_fields.authority},
        _open,
        optional=matter_fields.OPTIONAL["open"],
    ),
    Act("look", "matters", {}, _look),
    Act("amend", "matters", matter_fields.AMEND, _amend, optional=matter_fields.OPTIONAL["amend"]),
    Act("close", "matters", matter_fields.CLOSE, _close, optional=matter_fields.OPTIONAL["close"]),
    Act("exempt", "matters", matter_fields.EXEMPT, _exempt),
    Act("decide", "pleas", {"outcome": one_of(PleaState)} | WHY, _answer),
)
