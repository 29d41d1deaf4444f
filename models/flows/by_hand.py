"""A lock of the wallet, or an unlocking, by hand: one officer asks, another confirms (violations + restrictions).

A lock by hand is for a warning that was served on paper: the same conditions hold as for one by itself, and they are looked at again when
it is confirmed. Order of locks: the person, the case, the request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.flows import enforcement
from models.identity import acts as identity
from models.post import desk
from models.restrictions import acts as restrictions
from models.restrictions import rules
from models.restrictions.tables import requests
from models.violations import acts as violations
from models.violations import officer_acts, pauses, store
from models.violations.rules import State

REASONS = "lock_requests.reasons"
TOPIC = "lock_request"


class Hand(StrEnum):
    """What is asked for."""

    LOCK = "lock"
    UNLOCK = "unlock"


class RequestState(StrEnum):
    """`asked -> confirmed | refused`"""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """`served_on` is the day on which the warning was served on paper, for a lock."""

    id: int
    act: Hand
    case_number: str
    person_id: int
    served_on: date | None
    state: RequestState
    asked_by: str


async def ask(
    work: Work, number: str, officer: str, act: Hand, reasons: str, served_on: date | None = None
) -> Request:
    """One officer asks; nothing happens to the wallet yet. Raises Refusal when it could not be done now."""
    case = await _held(work, number)
    await _check(work, case, act, served_on)
    waiting = (requests.c.case_number == number) & (requests.c.state == RequestState.ASKED)
    if await work.scalar(select(requests.c.id).where(waiting)):
        raise Refusal("officer.request_open")
    row = {
        "act": act,
        "case_number": number,
        "person_id": case.liable_id,
        "served_on": served_on,
        "reasons": work.seal(reasons, REASONS),
        "state": RequestState.ASKED,
        "asked_by": officer,
        "asked_at": work.now,
    }
    key = int(await work.scalar(insert(requests).values(row).returning(requests.c.id)))
    await desk.open_ticket(work, TOPIC, f"request {key}", case.liable_id)
    await officer_acts.keep(work, number, f"ask_{act}", officer, reasons)
    await audit.record(work, f"{act}.asked", f"case {number}", person_id=case.liable_id, officer=officer)
    return await by_id(work, key)


async def confirm(work: Work, key: int, officer: str, reasons: str) -> Request:
    """Another officer confirms, and it is done. Raises Refusal for the one who asked, and when it could not be done any more."""
    request = await by_id(work, key)
    if request.asked_by == officer:
        raise Refusal("officer.same_officer")
    case = await _held(work, request.case_number)
    await _check(work, case, request.act, request.served_on)
    await _end(work, request, officer, RequestState.CONFIRMED)
    await officer_acts.keep(work, case.number, request.act.value, officer, reasons)
    basis, person = f"case {case.number}", case.liable_id
    if request.act is Hand.LOCK and request.served_on:
        warned = await restrictions.warned_by_letter(work, basis, person, request.served_on)
        params = {"number": case.number, "link": violations.link(work, case.number)}
        await restrictions.impose(work, warned, params)
    else:
        await restrictions.lift(work, basis)
    details = {"officer": officer, "asked_by": request.asked_by}
    await audit.record(work, f"{request.act}.confirmed", basis, person_id=person, **details)
    return await by_id(work, key)


async def refuse(work: Work, key: int, officer: str, reasons: str) -> Request:
    """It is not done; whoever asked may take it back so, too. Raises Refusal when another was first."""
    request = await by_id(work, key)
    await _end(work, request, officer, RequestState.REFUSED)
    await officer_acts.keep(work, request.case_number, f"no_{request.act}", officer, reasons)
    return await by_id(work, key)


async def by_id(work: Work, key: int) -> Request:
    """Raises Refusal for one that is not there."""
    row: Any = await work.first(select(requests).where(requests.c.id == key))
    if row is None:
        raise Refusal("officer.no_request")
    return Request(
        row.id,
        Hand(row.act),
        row.case_number,
        row.person_id,
        row.served_on,
        RequestState(row.state),
        row.asked_by,
    )


async def _held(work: Work, number: str) -> store.Case:
    """The case, while nobody else can move it: the person before the case."""
    await identity.hold(work, (await officer_acts.known(work, number)).liable_id)
    await store.states(work, [number], hold=True)
    return await officer_acts.known(work, number)


async def _check(work: Work, case: store.Case, act: Hand, served_on: date | None) -> None:
    """Raises Refusal with what stands against it today."""
    locked = f"case {case.number}" in _bases(await restrictions.in_force(work, case.liable_id))
    if act is Hand.UNLOCK:
        if not locked:
            raise Refusal("officer.not_locked", number=case.number)
        return
    if locked:
        raise Refusal("officer.locked", number=case.number)
    measure = work.city.tariff.measures.wallet
    if measure.inert:
        raise Refusal("officer.inert")
    paused = await pauses.paused(work, [case.number])
    if case.state is not State.OVERDUE or paused or not await enforcement.may_restrict(work, case):
        raise Refusal("officer.not_lockable", number=case.number)
    takes_hold = rules.takes_hold_on(served_on or work.today, measure)
    if served_on is None or (case.due_on and served_on <= case.due_on) or takes_hold > work.today:
        days = measure.days_after_warning
        raise Refusal("officer.warning_runs", number=case.number, days=days, day=takes_hold)


def _bases(held: Sequence[restrictions.Restriction]) -> set[str]:
    return {each.basis for each in held}


async def _end(work: Work, request: Request, officer: str, state: RequestState) -> None:
    waiting = (requests.c.id == request.id) & (requests.c.state == RequestState.ASKED)
    values = {"state": state, "answered_by": officer, "answered_at": work.now}
    if not (await work.run(update(requests).where(waiting).values(**values))).rowcount:
        raise Refusal("officer.request_ended", number=request.id)
    await desk.settled(work, f"request {request.id}", TOPIC, outcome=state)
