"""What may be done with matters: open, amend, exempt, close; what runs out ends by itself.

    listed -> (objection) -> in force -> over: performed, paid, by notice, by time, or struck

Whether a day is held follows from the days on record, so that no clock and no job decides it; the job tells, and closes the record.
Order of locks: the person, then the matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, select, update

from models.base import audit
from models.base.calendar import ONE_DAY, after_working_days
from models.base.db import Work
from models.base.errors import Refusal
from models.base.tariff import MatterRule
from models.identity import acts as identity
from models.identity.rules import FULL_AGE, age
from models.post import desk
from models.restrictions import keeping, listed, matter_notices, matter_rules
from models.restrictions.listed import Listed
from models.restrictions.matter_notices import tell
from models.restrictions.matter_rules import ENDINGS, Ending, PleaState, Scopes, Wrong
from models.restrictions.tables import PLEADED, exemptions, matters, pleas, restrictions

DELETION = "matter_deletion"  # the desk's topics
MISSED = "matter_deletion_missed"
PLEA, PLEA_DUE = "matter_plea", "matter_plea_due"
REASONS = "restriction_exemptions.reasons"


@dataclass(frozen=True, slots=True)
class Filing:
    """What a court or the police hand in. `document` is their own number of it; `scopes` are modes with their classes, none for all."""

    kind: str
    resident_id: str
    name: str
    document: str
    facts: str
    occurred_on: date
    scopes: Scopes
    until: date | None = None


async def open_(work: Work, owner: str, authority: str, filing: Filing) -> tuple[Listed, bool]:
    """List a matter, and tell the person; the matter, and whether it is new. The same document again is the same matter.

    `owner` is who may change it afterwards. Raises Refusal `matter.*` with the reason.
    """
    rule = _rule(work, filing.kind)
    person = await identity.person_named(work, filing.resident_id, filing.name)
    if person is None:
        raise Refusal("matter.unknown_person")
    await identity.hold(work, person)
    if known := await _same(work, owner, filing):
        return _unless_other(known, person, filing), False
    since = matter_rules.takes_effect_on(work.city.calendar, work.today, rule)
    await _check(work, person, filing, rule, since)
    until = filing.until or matter_rules.longest(rule, since)
    number = work.city.ids.case_no()
    row = {
        "number": number,
        "person_id": person,
        "kind": filing.kind,
        "owner": owner,
        "authority": authority,
        "document": work.seal(filing.document, listed.DOCUMENT),
        "document_index": work.index(filing.document, listed.DOCUMENT),
        "facts": work.seal(filing.facts, listed.FACTS),
        "occurred_on": filing.occurred_on,
        "listed_on": work.today,
        "since": since,
        "until": until,
    }
    await work.run(insert(matters).values(row))
    matter = await listed.by_number(work, number)
    for mode, classes in sorted(filing.scopes.items()):
        await keeping.put(work, matter, rule, mode, classes, since)
    matter = await listed.by_number(work, number)
    await audit.record(work, "matter.listed", matter.basis, person_id=person, kind=filing.kind)
    await tell(work, matter_notices.LISTED, matter, once="listed", since=since)
    return matter, True


async def amend(
    work: Work,
    number: str,
    owner: str,
    *,
    scopes: Scopes | None = None,
    until: date | None = None,
    performed_on: date | None = None,
) -> Listed:
    """Other scopes, another last day, or that it was performed: then it is to be deleted within the tariff's working days.

    A scope that is added takes effect as a new name does. Raises Refusal `matter.*`.
    """
    matter = await _open(work, number, owner)
    rule = _rule(work, matter.kind)
    if scopes is not None:
        await keeping.rescope(work, matter, rule, scopes)
    if until is not None:
        await keeping.set_until(work, matter, rule, until)
    if performed_on is not None:
        await _performed(work, matter, rule, performed_on)
    now = await listed.by_number(work, number)
    if now == matter:
        return now
    await audit.record(work, "matter.amended", matter.basis, person_id=matter.person_id)
    await tell(work, matter_notices.AMENDED, now, once=f"amended {work.city.ids.reference()}")
    return now


async def close(work: Work, number: str, owner: str, ending: Ending, day: date | None = None) -> Listed:
    """It is over: lifted and told in this unit of work. `day` is that of the performance or payment. Again changes nothing.

    A fare that was paid frees from the day after, or later for whoever evades again and again. Raises Refusal `matter.*`.
    """
    matter = await listed.held(work, number, owner)
    if not matter.open:
        return matter
    rule = _rule(work, matter.kind)
    if ending not in ENDINGS[rule.ends]:
        raise Refusal(
            "matter.wrong_ending", number=number, kind=matter.kind, endings=", ".join(ENDINGS[rule.ends])
        )
    day = _past(work, day or work.today)
    if ending is Ending.PAID:
        return await _paid(work, matter, rule, day)
    if ending is Ending.PERFORMED:
        await keeping.change(work, number, performed_on=day)
    return await end(work, matter, ending)


async def exempt(
    work: Work, number: str, owner: str, mode: str, since: date, until: date, reasons: str
) -> Listed:
    """The court frees a scope for a while, a month at most: treatment, a funeral, an examination. Raises Refusal `matter.*`."""
    matter = await _open(work, number, owner)
    if mode not in {scope.mode for scope in matter.scopes}:
        raise Refusal("matter.no_such_scope", number=number, mode=mode)
    months = work.city.tariff.travel.exemption_months
    if matter_rules.wrong_exemption(since, until, work.today, months):
        raise Refusal("matter.wrong_exemption", months=months)
    row = {
        "matter_number": number,
        "measure": mode,
        "since": since,
        "until": until,
        "reasons": work.seal(reasons, REASONS),
        "granted_by": work.actor,
        "at": work.now,
    }
    key = await work.scalar(insert(exemptions).values(row).returning(exemptions.c.id))
    await audit.record(work, "matter.freed", matter.basis, person_id=matter.person_id, mode=mode)
    told = replace(matter, scopes=tuple(scope for scope in matter.scopes if scope.mode == mode))
    await tell(work, matter_notices.FREED, told, once=f"freed {key}", since=since, until=until)
    return await listed.by_number(work, number)


async def looked_at(work: Work, number: str, officer: str) -> Listed:
    """The matter, for an officer; that she looked is on record. Raises Refusal."""
    matter = await listed.by_number(work, number)
    await audit.record(work, "matter.seen", matter.basis, person_id=matter.person_id, officer=officer)
    return matter


async def end(work: Work, matter: Listed, ending: Ending, *, quietly: bool = False) -> Listed:
    """Of a matter that is held: closed once, everything lifted, whatever waits for it settled, the person told unless `quietly`."""
    over = (matters.c.number == matter.number) & matters.c.closed_on.is_(None)
    closed = update(matters).where(over).values(closed_on=work.today, ending=ending)
    if (await work.run(closed)).rowcount:
        mine = (restrictions.c.basis == matter.basis) & restrictions.c.lifted_at.is_(None)
        await work.run(update(restrictions).where(mine).values(lifted_at=work.now))
        waiting = (pleas.c.matter_number == matter.number) & PLEADED
        await work.run(update(pleas).where(waiting).values(state=PleaState.ENDED))
        await desk.settled(work, matter.basis, DELETION, PLEA, PLEA_DUE, outcome=ending)
        details = {"ending": ending.value}
        await audit.record(work, "matter.ended", matter.basis, person_id=matter.person_id, **details)
        if not quietly:
            await tell(work, matter_notices.ENDED, matter, once="ended")
    return await listed.by_number(work, matter.number)


async def end_what_is_over(work: Work) -> int:
    """What has run out ends by time (or by the payment that set its last day), and what was performed on the last day for deleting
    it, with an alert to the desk; returns how many."""
    over = matters.c.until < work.today
    overdue = matters.c.delete_by <= work.today
    due = await listed.found(work, matters.c.closed_on.is_(None) & (over | overdue))
    for each in sorted(due, key=lambda matter: matter.person_id):
        matter = await listed.held(work, each.number)
        if matter.delete_by and matter.delete_by <= work.today:
            await desk.open_ticket(work, MISSED, matter.basis, matter.person_id, due_on=matter.delete_by)
            await end(work, matter, Ending.PERFORMED)
        elif matter.span.until and matter.span.until < work.today:
            await end(work, matter, Ending(matter.ending or Ending.TIME))
    return len(due)


async def _open(work: Work, number: str, owner: str) -> Listed:
    matter = await listed.held(work, number, owner)
    if not matter.open:
        raise Refusal("matter.closed", number=number)
    return matter


def _rule(work: Work, kind: str) -> MatterRule:
    kinds = work.city.tariff.travel.matters
    if kind not in kinds:
        raise Refusal("matter.kind", kinds=", ".join(kinds))
    return kinds[kind]


async def _check(work: Work, person: int, filing: Filing, rule: MatterRule, since: date) -> None:
    """Raises Refusal with what stands against it."""
    _past(work, filing.occurred_on)
    born = (await identity.contact(work, person)).born_on
    keeping.check_scopes(filing.kind, rule, filing.scopes)
    checks: Mapping[Wrong, bool] = {
        Wrong.INERT: rule.inert,
        Wrong.MINOR: age(born, filing.occurred_on) < FULL_AGE or age(born, work.today) < FULL_AGE,
    }
    wrong = next((wrong for wrong, so in checks.items() if so), None)
    if wrong := wrong or matter_rules.wrong_until(rule, since, filing.until):
        latest = matter_rules.longest(rule, since) or ""
        raise Refusal(f"matter.{wrong}", kind=filing.kind, latest=latest, since=since)


def _past(work: Work, day: date) -> date:
    if day > work.today:
        raise Refusal("matter.in_future", day=day)
    return day


async def _same(work: Work, owner: str, filing: Filing) -> Listed | None:
    """Known under this number of the owner's."""
    index = work.index(filing.document, listed.DOCUMENT)
    found = await listed.found(work, (matters.c.owner == owner) & (matters.c.document_index == index))
    return found[0] if found else None


def _unless_other(known: Listed, person: int, filing: Filing) -> Listed:
    if (known.person_id, known.kind, known.occurred_on) != (person, filing.kind, filing.occurred_on):
        raise Refusal("matter.other_content")
    return known


async def _performed(work: Work, matter: Listed, rule: MatterRule, day: date) -> None:
    if Ending.PERFORMED not in ENDINGS[rule.ends]:
        raise Refusal(
            "matter.wrong_ending",
            number=matter.number,
            kind=matter.kind,
            endings=", ".join(ENDINGS[rule.ends]),
        )
    days = work.city.tariff.travel.delete_working_days
    delete_by = after_working_days(work.city.calendar, _past(work, day), days)
    await keeping.change(work, matter.number, performed_on=day, delete_by=delete_by)
    await desk.open_ticket(work, DELETION, matter.basis, matter.person_id, due_on=delete_by)


async def _paid(work: Work, matter: Listed, rule: MatterRule, paid_on: date) -> Listed:
    others = select(matters.c.occurred_on).where(
        matters.c.person_id == matter.person_id,
        matters.c.kind == matter.kind,
        matters.c.number != matter.number,
    )
    earlier = [row.occurred_on for row in await work.all(others)]
    again = matter_rules.repeated(rule, matter.occurred_on, earlier)
    last = matter_rules.last_day_after_payment(rule, paid_on, again=again)
    if last < work.today or (matter.announced(work.today) and not again):
        return await end(work, matter, Ending.PAID)
    if matter.ending is None:
        await keeping.change(work, matter.number, until=last, ending=Ending.PAID)
        await audit.record(work, "matter.paid", matter.basis, person_id=matter.person_id)
        await tell(work, matter_notices.PAID, matter, once="paid", free=last + ONE_DAY)
    return await listed.by_number(work, matter.number)
