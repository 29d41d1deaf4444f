"""A rule that changed between the deed and the decision: the lighter one applies (APL 37). What a decision was made under stays."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, alias, exists, select, update

from models.base import audit
from models.base.db import Work
from models.post import desk
from models.violations import penalty_rules, rules, store
from models.violations.penalty_rules import Later, Penalty
from models.violations.store import Case
from models.violations.tables import cases, offences

TOPIC = "rule_changed"
mine = alias(offences, "mine")
SAME_CODE = (offences.c.authority == mine.c.authority) & (offences.c.code == mine.c.code)
# The version of a case and those that came into force after it, the newest first.
VERSIONS = (
    select(offences, cases.c.offence_id)
    .select_from(cases.join(mine, mine.c.id == cases.c.offence_id).join(offences, SAME_CODE))
    .where(offences.c.valid_from >= mine.c.valid_from)
    .order_by(offences.c.valid_from.desc())
)


@dataclass(frozen=True, slots=True)
class Applied:
    """A case as the rule now in force has it. `offence_id` is that rule's where it is the lighter one; `had` is the fine (fen) until then;
    `unsure`: an officer must look."""

    case: Case
    offence_id: int | None = None
    had: int | None = None
    unsure: bool = False


async def applied(work: Work, case: Case) -> Applied:
    """What an undecided case would be decided under today. Changes nothing."""
    if not case.undecided:
        return Applied(case)
    of_case = VERSIONS.where(cases.c.number == case.number, offences.c.valid_from <= work.today)
    newest, *others = await work.all(of_case)
    own = next(row for row in (newest, *others) if row.id == row.offence_id)
    ended = newest.valid_to is not None and newest.valid_to < work.today
    if own is newest and not ended:
        return Applied(case)
    found = penalty_rules.later(_penalty(own), None if ended else _penalty(newest))
    if found is Later.LIGHTER:
        return Applied(_lightened(case, newest), newest.id, case.fine)
    return Applied(case, unsure=found is Later.UNSURE)


async def apply_all(work: Work) -> int:
    """Undecided cases whose rule has become lighter are shown and reminded of as such from now on; where an officer must look, a ticket
    says so. Returns for how many."""
    version = alias(offences, "version")
    newer = (version.c.authority == offences.c.authority) & (version.c.code == offences.c.code)
    in_force = (version.c.valid_from > offences.c.valid_from) & (version.c.valid_from <= work.today)
    perhaps = exists().where(newer, in_force) | (offences.c.valid_to < work.today)
    undecided = cases.c.state.in_(sorted(rules.UNDECIDED))
    concerned = select(cases.c.number).select_from(cases.join(offences)).where(undecided, perhaps)
    numbers = [row.number for row in await work.all(concerned.order_by(cases.c.number))]
    done = 0
    for case in (await store.cases_of(work, numbers)).values():
        found = await applied(work, case)
        if found.unsure:
            await desk.open_ticket(work, TOPIC, f"case {case.number}", case.liable_id)
        elif found.offence_id is not None and await take_over(work, found):
            done += 1
    return done


async def take_over(work: Work, found: Applied) -> bool:
    """The case is under the lighter rule from now on; False when it was decided, or an officer set its figure, a moment ago."""
    case = found.case
    undecided = (cases.c.number == case.number) & cases.c.state.in_(sorted(rules.UNDECIDED))
    still = undecided & cases.c.fine.is_not_distinct_from(found.had)
    values = {"offence_id": found.offence_id, "fine": case.fine, "points": case.points}
    if not (await work.run(update(cases).where(still).values(**values))).rowcount:
        return False
    details = {"offence": found.offence_id, "fen": case.fine, "points": case.points}
    subject = f"case {case.number}"
    await audit.record(work, "case.rule_lightened", subject, person_id=case.liable_id, **details)
    return True


def _penalty(row: Row[Any]) -> Penalty:
    return Penalty(row.fine_low, row.fine_high, row.fine_words, row.points, row.grave)


def _lightened(case: Case, newest: Row[Any]) -> Case:
    """An officer's figure stays where it is within the lighter range; else it is to be set anew."""
    fixed = newest.fine_low if newest.fine_low == newest.fine_high else None
    kept = case.fine if fixed is None and case.fine and case.fine <= (newest.fine_high or 0) else fixed
    told = {"conduct": newest.conduct, "conduct_en": newest.conduct_en, "basis": newest.basis}
    return replace(case, fine=kept, points=newest.points, grave=newest.grave, **told)
