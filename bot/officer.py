"""What an officer can do, once for both doors (`/api/v1/officer/...` and `shimin officer ...`): an act's name, who may, what it takes.

An act is given its subject (a case, a ticket, an announcement) and its fields as JSON has them, and answers with what JSON can hold.
"""

from collections.abc import Mapping

from bot.officer_act import Act as Act
from bot.officer_act import Answer, Fields, as_json
from bot.officer_counter import ACTS as COUNTER
from bot.officer_fields import Read, day, days, fen, minutes, one_of, reasons, resident_id, wanted, yes_or_no
from bot.officer_reasons import refund_says
from bot.officer_restrictions import ACTS as RESTRICTIONS
from bot.officer_subjects import SUBJECTS, own_case
from models.base.db import Database, Work
from models.base.errors import BadInput, Refusal
from models.flows import challenge, education, nomination, plan, silence, voiding
from models.identity import staff
from models.identity.staff import Member, Role
from models.licences.education import Learned
from models.licences.reduction_rules import Learnt
from models.post import desk
from models.violations import (
    nominations,
    officer_acts,
    officer_photos,
    officer_queue,
    officer_view,
    refunds,
    silent_owners,
)
from models.violations.challenge_rules import ChallengeState
from models.violations.grounds import EraseGround, Paper, VoidGround
from models.violations.officer_photos import Seen


async def recognise(database: Database, key: str) -> Member | None:
    """Whose key is it, its use noted once a day; None for one that opens nothing."""
    async with database.read() as work:
        member = await staff.authenticate(work, key)
        noted = member is None or member.last_used_on == work.today
    if member is None or noted:
        return member
    async with database.begin(member.actor) as work:
        return member if await staff.used(work, member) else None


async def perform(work: Work, member: Member, act: Act, subject: str, given: Fields) -> Answer:
    """Do it in this unit of work, which is to be that of `member.actor`. Raises Refusal with the reason."""
    if not await staff.used(work, member):
        raise Refusal("officer.revoked")
    if not member.may(act.role):
        raise Refusal("officer.role", role=act.role.value)
    target = await SUBJECTS[act.on](work, member, subject)
    if unknown := given.keys() - act.fields.keys():
        raise BadInput("officer.unknown_field", field=min(unknown))
    fields = {
        name: read(given[name]) if name in given else None
        for name, read in act.fields.items()
        if name in given or _needed(act, name)
    }
    return await act.do(work, member, target, fields)


def _needed(act: Act, name: str) -> bool:
    if name not in act.optional:
        raise BadInput("officer.missing_field", field=name)
    return False


async def queue(work: Work, member: Member, query: Mapping[str, str]) -> Answer:
    """A page of what waits, the nearest deadline first; `next` is the place behind it, when it is full. Raises BadInput."""
    asked = wanted(query)
    found = await officer_queue.waiting(work, member.authority, member.actor, asked)
    entries = [as_json(entry) for entry in found]
    for entry, source in zip(entries, found, strict=True):
        if source.due_on == officer_queue.FIRST:
            entry["due_on"] = None
    full = len(found) == min(asked.limit, officer_queue.MOST)
    return {"entries": entries, "next": found[-1].place if found and full else None}


async def show(work: Work, member: Member, number: str) -> Answer:
    """A case whole, personal data masked. Raises Refusal."""
    number = await own_case(work, member, number)
    return _told(await officer_view.show(work, number))


def _told(view: officer_view.View) -> Answer:
    """The same as JSON; beside each refund what to do with it."""
    shown = as_json(view)
    for refund in shown["refunds"]:
        refund["next"] = refund_says(refund["state"], refund["code"], refund["till"])
    return shown


async def photo(work: Work, member: Member, number: str, key: str) -> Seen:
    """One picture of a case, the look on record in this unit of work, which is to be that of `member.actor`. Raises Refusal."""
    if not await staff.used(work, member):
        raise Refusal("officer.revoked")
    return await officer_photos.look(work, await own_case(work, member, number), member.actor, key)


async def _reveal(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    return _told(await officer_view.reveal(work, number, member.actor, fields["reasons"]))


async def _figure(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    fine, replaces = fields["fine_fen"], fields.get("replaces_fen")
    await officer_acts.set_figure(work, number, member.actor, fine, fields["reasons"], replaces=replaces)
    return {"case": number, "fine_fen": fine}


async def _erase(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    case = await officer_acts.known(work, number)
    await officer_acts.erase(work, case, member.actor, fields["ground"], fields["reasons"])
    return {"case": number, "state": "erased"}


async def _void(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    case = await officer_acts.known(work, number)
    owed = await voiding.void(work, case, member.actor, fields["ground"], fields["reasons"])
    return {"case": number, "state": "voided", "owed_back_fen": owed}


async def _extend(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    await officer_acts.extend(work, number, member.actor, fields["until"], fields["reasons"])
    return {"case": number, "handle_by": fields["until"].isoformat()}


async def _serve(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    how, on = fields["how"], fields["day"]
    due = await officer_acts.serve(work, number, member.actor, how, on, fields["reasons"])
    return {"case": number, "state": "served", "due_on": due.isoformat()}


async def _announce(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    made = await silent_owners.propose(work, number, member.actor, fields["reasons"])
    until = made.announced_until.isoformat()
    return {"announcement": made.id, "cases": list(made.numbers), "announced_until": until}


async def _decide(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    outcome = await silence.decide(work, key, member.actor, fields["reasons"])
    return {"announcement": key, "decided": list(outcome.decided), "left": list(outcome.left)}


async def _withdraw(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    del fields
    await silent_owners.withdraw(work, key, member.actor)
    return {"announcement": key, "state": "withdrawn"}


async def _verify(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    found = await nomination.verify(work, key, member.actor, fields["ok"], fields["reasons"])
    await desk.settled(
        work, f"nomination {key}", nominations.VERIFY, nominations.FLAGGED, outcome=found.state
    )
    return {"nomination": key, "case": found.case_number, "state": found.state.value}


async def _answer(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    """What takes a decision back takes a supervisor, whichever way it comes."""
    outcome = fields["outcome"]
    if outcome is ChallengeState.VOIDED and not member.may(Role.SUPERVISOR):
        raise Refusal("officer.role", role=Role.SUPERVISOR.value)
    ground = fields.get("ground") or VoidGround.OTHER
    found = await challenge.decide(work, key, member.actor, outcome, fields["reasons"], ground)
    return {"challenge": key, "case": found.case_number, "state": outcome.value}


async def _grant(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    found = await plan.grant(work, key, member.actor, fields["days"], fields["reasons"])
    parts = [as_json(each) for each in found.instalments]
    return {"plan": key, "case": found.case_number, "state": found.state.value, "instalments": parts}


async def _refuse(work: Work, member: Member, key: int, fields: Fields) -> Answer:
    found = await plan.refuse(work, key, member.actor, fields["reasons"])
    return {"plan": key, "case": found.case_number, "state": found.state.value}


async def _take(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    del fields
    await desk.take(work, number, member.actor)
    return {"ticket": number, "taken_by": member.actor}


async def _release(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    del fields
    await desk.release(work, number, member.actor, anybodys=member.may(Role.SUPERVISOR))
    return {"ticket": number, "taken_by": None}


async def _close(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    await desk.close(work, number, member.actor, fields["outcome"])
    return {"ticket": number, "state": "closed"}


async def _retry(work: Work, member: Member, number: str, fields: Fields) -> Answer:
    again = await refunds.try_again(work, number, member.actor, fields["reasons"])
    return {"refund": again, "state": "owed", "replaces": None if again == number else number}


async def _education(work: Work, member: Member, reference: str, fields: Fields) -> Answer:
    """The reference number stands for the whole of it: the same again is answered and not done again."""
    del member
    learned = Learned(
        fields["kind"],
        fields["first_day"],
        fields.get("last_day") or fields["first_day"],
        fields.get("minutes", 0),
        fields.get("passed", False),
    )
    found = await education.record(work, reference, fields["resident_id"], learned)
    return {"education": reference, **as_json(found)}


WHY: dict[str, Read] = {"reasons": reasons}
ACTS = (
    Act("reveal", "cases", WHY, _reveal),
    Act(
        "figure",
        "cases",
        {"fine_fen": fen, "replaces_fen": fen} | WHY,
        _figure,
        optional=frozenset({"replaces_fen"}),
    ),
    Act("erase", "cases", {"ground": one_of(EraseGround)} | WHY, _erase),
    Act("void", "cases", {"ground": one_of(VoidGround)} | WHY, _void, Role.SUPERVISOR),
    Act("extend", "cases", {"until": day} | WHY, _extend),
    Act("serve", "cases", {"how": one_of(Paper), "day": day} | WHY, _serve),
    Act("announce", "cases", WHY, _announce),
    Act("decide", "announcements", WHY, _decide, Role.SUPERVISOR),
    Act("withdraw", "announcements", {}, _withdraw),
    Act("verify", "nominations", {"ok": yes_or_no} | WHY, _verify),
    Act(
        "decide",
        "challenges",
        {"outcome": one_of(ChallengeState), "ground": one_of(VoidGround)} | WHY,
        _answer,
        optional=frozenset({"ground"}),
    ),
    Act("grant", "plans", {"days": days} | WHY, _grant),
    Act("refuse", "plans", WHY, _refuse),
    Act("retry", "refunds", WHY, _retry),
    Act(
        "record",
        "educations",
        {
            "resident_id": resident_id,
            "kind": one_of(Learnt),
            "first_day": day,
            "last_day": day,
            "minutes": minutes,
            "passed": yes_or_no,
        },
        _education,
        optional=frozenset({"last_day", "minutes", "passed"}),
    ),
    *COUNTER,
    *RESTRICTIONS,
    Act("take", "tickets", {}, _take),
    Act("release", "tickets", {}, _release),
    Act("close", "tickets", {"outcome": reasons}, _close),
)
