"""What a person says against a matter: an objection before it takes effect, a correction afterwards. A person answers it.

While an objection is open the matter does not take effect (`clearance.UNANSWERED`); a correction suspends nothing.
Order of locks: the person, the matter, the plea.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select, update

from models.base import audit
from models.base.calendar import ONE_DAY
from models.base.db import Work
from models.base.errors import Refusal
from models.post import desk
from models.restrictions import keeping, listed, matter_notices, matter_rules, matters
from models.restrictions.matter_rules import Ending, PleaKind, PleaState
from models.restrictions.tables import PLEADED, pleas

REASON, ANSWER = "matter_pleas.reason", "matter_pleas.answer"
LONGEST = 1000  # characters of a reason


@dataclass(frozen=True, slots=True)
class Plea:
    """`answer_by` is the last day to answer it; `answer` the officer's reasons, once there are any."""

    id: int
    matter_number: str
    person_id: int
    kind: PleaKind
    state: PleaState
    reason: str
    answer_by: date
    answer: str | None


async def file(work: Work, person_id: int, number: str, reason: str) -> Plea:
    """Say what is wrong with a matter of one's own. Raises Refusal with the reason why not."""
    matter = await _own(work, person_id, number)
    if await of_matter(work, number, only_open=True):
        raise Refusal("plea.open", number=number)
    kind = matter_rules.plea_of(matter.span.since, work.today)
    row = {
        "matter_number": number,
        "person_id": person_id,
        "kind": kind,
        "state": PleaState.OPEN,
        "reason": work.seal(reason[:LONGEST], REASON),
        "filed_at": work.now,
        "answer_by": matter_rules.answer_by(kind, work.city.calendar, work.today, work.city.tariff.travel),
    }
    await work.run(insert(pleas).values(row))
    [filed] = await of_matter(work, number, only_open=True)
    await desk.open_ticket(work, matters.PLEA, matter.basis, person_id, due_on=filed.answer_by)
    details = {"plea": filed.id, "kind": kind.value}
    await audit.record(work, "plea.filed", matter.basis, person_id=person_id, **details)
    return filed


async def check(work: Work, person_id: int, number: str) -> PleaKind:
    """What it would be. Raises Refusal: not one's own, over, or something is open already."""
    found = [each for each in await listed.of_person(work, person_id) if each.number == number]
    if not found:
        raise Refusal("plea.unknown", number=number)
    if await of_matter(work, number, only_open=True):
        raise Refusal("plea.open", number=number)
    return matter_rules.plea_of(found[0].span.since, work.today)


async def answer(work: Work, plea_id: int, outcome: PleaState, reasons: str) -> Plea:
    """The matter stands (`upheld`) or is struck off; told with the reasons. An objection that was answered late postpones it to the day
    after. Raises Refusal when another was first."""
    plea = await by_id(work, plea_id)
    if outcome not in (PleaState.UPHELD, PleaState.STRUCK):
        raise Refusal("matter.wrong_outcome")
    matter = await listed.held(work, plea.matter_number)
    values = {"state": outcome, "answered_by": work.actor, "answered_on": work.today}
    waiting = (pleas.c.id == plea_id) & PLEADED
    done = update(pleas).where(waiting).values(**values, answer=work.seal(reasons, ANSWER))
    if not (await work.run(done)).rowcount:
        raise Refusal("matter.plea_answered", number=plea.matter_number)
    details = {"plea": plea_id, "kind": plea.kind.value}
    await audit.record(work, f"plea.{outcome}", matter.basis, person_id=plea.person_id, **details)
    if outcome is PleaState.STRUCK:
        await matters.end(work, matter, Ending.STRUCK, quietly=True)
        kind = matter_notices.STRUCK
    else:
        await desk.settled(work, matter.basis, matters.PLEA, matters.PLEA_DUE, outcome=outcome)
        if plea.kind is PleaKind.OBJECTION and matter.span.since <= work.today:
            await keeping.postpone(work, matter, work.today + ONE_DAY)
        kind = matter_notices.STANDS
    await matter_notices.tell(work, kind, matter, once=f"plea-{plea_id}", reasons=reasons)
    return await by_id(work, plea_id)


async def watch(work: Work) -> int:
    """An alert to the desk for each answer that is due by the next working day, or late; returns how many."""
    due = [
        each
        for each in await _found(work, PLEADED)
        if matter_rules.is_watched(each.answer_by, work.city.calendar, work.today)
    ]
    for each in due:
        basis = listed.basis_of(each.matter_number)
        await desk.open_ticket(work, matters.PLEA_DUE, basis, each.person_id, due_on=each.answer_by)
    return len(due)


async def of_matter(work: Work, number: str, *, only_open: bool = False) -> Sequence[Plea]:
    """What was said against a matter, the oldest first."""
    mine = pleas.c.matter_number == number
    return await _found(work, mine & PLEADED if only_open else mine)


async def by_id(work: Work, plea_id: int) -> Plea:
    """Raises Refusal for one that is not there."""
    found = await _found(work, pleas.c.id == plea_id)
    if not found:
        raise Refusal("matter.no_plea")
    return found[0]


async def _own(work: Work, person_id: int, number: str) -> listed.Listed:
    await check(work, person_id, number)
    matter = await listed.held(work, number)
    if not matter.open:
        raise Refusal("plea.unknown", number=number)
    return matter


async def _found(work: Work, which: Any) -> Sequence[Plea]:
    return [_plea(work, row) for row in await work.all(select(pleas).where(which).order_by(pleas.c.id))]


def _plea(work: Work, row: Row[Any]) -> Plea:
    return Plea(
        id=row.id,
        matter_number=row.matter_number,
        person_id=row.person_id,
        kind=PleaKind(row.kind),
        state=PleaState(row.state),
        reason=work.open(row.reason, REASON),
        answer_by=row.answer_by,
        answer=work.open(row.answer, ANSWER) if row.answer else None,
    )
