"""Owners who let records lie: five or more of one vehicle may be proposed for decision, are announced, and then decided (PR 53-54).

    announced -> decided (a flow) | withdrawn

Whoever comes in meanwhile is dealt with as anybody else: only what is still unhandled on the day is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from models.base import audit
from models.base.calendar import after_working_days
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.identity.rules import Plate
from models.post import outbox
from models.post.notices import Kind, Notice
from models.violations import acts, officer_acts, store
from models.violations.rules import State
from models.violations.tables import cases, silences, silent_cases

REASONS = "silent_owners.reasons"


class Silence(StrEnum):
    """`announced -> decided | withdrawn`."""

    ANNOUNCED = "announced"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The announced records of one vehicle and its owner. `announced_until` is the last working day of the announcement."""

    id: int
    vehicle_id: int
    person_id: int
    authority: str
    state: Silence
    announced_until: date
    numbers: Sequence[str]


def unhandled(today: date) -> ColumnElement[bool]:
    """Told, its term over, and nothing that an officer must set first."""
    known = cases.c.fine.is_not(None) & cases.c.points.is_not(None)
    return (cases.c.state == State.NOTIFIED) & (cases.c.handle_by < today) & known


def running() -> ColumnElement[bool]:
    """The case is announced already."""
    announced = silent_cases.join(silences)
    mine = (silent_cases.c.case_number == cases.c.number) & (silences.c.state == Silence.ANNOUNCED)
    return select(silences.c.id).select_from(announced).where(mine).exists()


async def propose(work: Work, number: str, officer: str, reasons: str) -> Proposal:
    """Announce all unhandled records of this case's vehicle and owner; the owner is told. Raises Refusal when there are too few."""
    case = await officer_acts.known(work, number)
    await identity.hold(work, case.liable_id)
    found = await work.first(select(cases.c.vehicle_id, cases.c.authority).where(cases.c.number == number))
    assert found is not None
    same = (cases.c.vehicle_id == found.vehicle_id) & (cases.c.liable_id == case.liable_id)
    mine = select(cases.c.number).where(
        same, cases.c.authority == found.authority, unhandled(work.today), ~running()
    )
    numbers = [row.number for row in await work.all(mine.order_by(cases.c.occurred_at, cases.c.number))]
    handling = work.city.tariff.handling
    if len(numbers) < handling.silent_records:
        raise Refusal("officer.too_few_silent", count=len(numbers), needed=handling.silent_records)
    row = {
        "vehicle_id": found.vehicle_id,
        "person_id": case.liable_id,
        "authority": found.authority,
        "state": Silence.ANNOUNCED,
        "reasons": work.seal(reasons, REASONS),
        "proposed_by": officer,
        "proposed_at": work.now,
        "announced_until": after_working_days(work.city.calendar, work.today, handling.announce_working_days),
    }
    key = int(await work.scalar(insert(silences).values(row).returning(silences.c.id)))
    await work.run_many(insert(silent_cases), [{"silence_id": key, "case_number": each} for each in numbers])
    person = case.liable_id
    await audit.record_all(work, "case.announced", [(f"case {each}", person) for each in numbers])
    await audit.record(work, "silence.announced", f"silence {key}", person_id=person, officer=officer)
    proposal = await proposal_of(work, key)
    await _announce(work, proposal, case)
    return proposal


async def proposal_of(work: Work, key: int) -> Proposal:
    """The proposal of this id. Raises Refusal when there is none."""
    row = await work.first(select(silences).where(silences.c.id == key))
    if row is None:
        raise Refusal("officer.no_silence", number=key)
    mine = select(silent_cases.c.case_number).where(silent_cases.c.silence_id == key)
    numbers = [each.case_number for each in await work.all(mine.order_by(silent_cases.c.case_number))]
    return Proposal(
        id=row.id,
        vehicle_id=row.vehicle_id,
        person_id=row.person_id,
        authority=row.authority,
        state=Silence(row.state),
        announced_until=row.announced_until,
        numbers=numbers,
    )


async def ripe(work: Work) -> list[int]:
    """Proposals whose announcement is over, the oldest first."""
    over = (silences.c.state == Silence.ANNOUNCED) & (silences.c.announced_until < work.today)
    rows = await work.all(
        select(silences.c.id).where(over).order_by(silences.c.announced_until, silences.c.id)
    )
    return [row.id for row in rows]


async def end(work: Work, proposal: Proposal, target: Silence, officer: str) -> None:
    """Decided or withdrawn. Raises Refusal when somebody else was first."""
    mine = (silences.c.id == proposal.id) & (silences.c.state == Silence.ANNOUNCED)
    values = {"state": target, "ended_by": officer, "ended_at": work.now}
    if not (await work.run(update(silences).where(mine).values(**values))).rowcount:
        raise Refusal("officer.silence_ended", number=proposal.id)
    subject = f"silence {proposal.id}"
    await audit.record(work, f"silence.{target}", subject, person_id=proposal.person_id, officer=officer)


async def withdraw(work: Work, key: int, officer: str) -> None:
    """The proposal is dropped; the records are as they were. Raises Refusal when it has ended."""
    await end(work, await proposal_of(work, key), Silence.WITHDRAWN, officer)


async def _announce(work: Work, proposal: Proposal, case: store.Case) -> None:
    params: dict[str, Any] = {
        "plate": Plate("", case.plate).masked,
        "records": str(len(proposal.numbers)),
        "until": proposal.announced_until,
        "link": acts.link(work, proposal.numbers[0]),
    }
    subject, person = f"silence {proposal.id}", proposal.person_id
    await outbox.queue(work, ANNOUNCED, subject=subject, once="announced", person_id=person, params=params)


async def _still_announced(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Announced, and at least one of its records still waits."""
    keys = {int(notice.subject.removeprefix("silence ")): notice.id for notice in notices}
    waiting = (
        select(silences.c.id)
        .select_from(silences.join(silent_cases).join(cases))
        .where(
            silences.c.id.in_(keys), silences.c.state == Silence.ANNOUNCED, cases.c.state == State.NOTIFIED
        )
        .group_by(silences.c.id)
        .having(func.count() > 0)
    )
    return {keys[row.id] for row in await work.all(waiting)}


ANNOUNCED = Kind("silence_announced", still_true=_still_announced)
KINDS = (ANNOUNCED,)
