"""Overdue: announced with a warning, then the measure, each only while the case is still owed (violations + restrictions)."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.base.db import Work
from models.base.money import Fen
from models.identity import acts as identity
from models.identity.rules import FULL_AGE, Plate, age
from models.post import desk, outbox
from models.post.notices import Kind, Notice, each
from models.restrictions import acts as restrictions
from models.restrictions import rules
from models.violations import acts as violations
from models.violations import pauses, store
from models.violations.notices import while_in
from models.violations.rules import State


async def announce_overdue(work: Work) -> int:
    """Move what is late to overdue, and tell: with the warning of a measure where one may follow, without where none may.

    Returns how many.
    """
    late = await violations.newly_overdue(work)
    for case in late:
        warned = await may_restrict(work, case)
        if warned:
            await restrictions.warn(work, f"case {case.number}", case.liable_id)
        kind = WARNING if warned else OVERDUE
        await outbox.queue(
            work,
            kind,
            subject=case.number,
            once="overdue",
            person_id=case.liable_id,
            params=_params(work, case),
        )
    return len(late)


async def impose_ripe(work: Work) -> int:
    """Put measures in force whose warnings have run out, for cases that are still overdue; returns how many."""
    ripe = await restrictions.ripe(work)
    for person in sorted({warning.person_id for warning in ripe}):
        await identity.hold(work, person)  # before the cases
    numbers = [warning.case_number for warning in ripe]
    states = await store.states(work, numbers, hold=True)
    paused = await pauses.paused(work, numbers)
    owed = [
        warning
        for warning in ripe
        if states.get(warning.case_number) is State.OVERDUE and warning.case_number not in paused
    ]
    for warning in owed:
        number = warning.case_number
        params = {"number": number, "link": violations.link(work, number)}
        await restrictions.impose(work, warning, params)
    return len(owed)


async def warn_again(work: Work, case: store.Case, once: str) -> None:
    """Of a case that is still owed, once what had stopped its warning is over. `once` names what that was."""
    params = _params(work, case)
    person = case.liable_id
    await outbox.queue(work, WARNING, subject=case.number, once=once, person_id=person, params=params)


async def _still_owed(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Overdue, and nothing holds it still."""
    overdue = await while_in(State.OVERDUE)(work, notices)
    paused = await pauses.paused(work, {notice.subject for notice in notices})
    return {notice.id for notice in notices if notice.id in overdue and notice.subject not in paused}


async def may_restrict(work: Work, case: store.Case) -> bool:
    """Not without a legal basis, and never a minor (domain 5)."""
    born = (await identity.contact(work, case.liable_id)).born_on
    return not work.city.tariff.measures.wallet.inert and age(born, work.today) >= FULL_AGE


async def _amounts_today(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """What each case costs today; raises KeyError for a notice of an unknown case."""
    known = await store.cases_of(work, {notice.subject for notice in notices})
    bills = {notice.id: violations.bill_of(work, known[notice.subject]) for notice in notices}
    return {key: {"total": Fen(bill.total), "surcharge": Fen(bill.surcharge)} for key, bill in bills.items()}


async def _warning_today(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """The last day counts from the day on which the warning is sent."""
    last_day = rules.last_day(work.today, work.city.tariff.measures.wallet)
    amounts = await _amounts_today(work, notices)
    return {key: {**params, "last_day": last_day} for key, params in amounts.items()}


async def _warned(work: Work, notice: Notice) -> None:
    """Without consent to electronic service a text is information: the days do not run, a letter must be served."""
    if notice.person_id is not None and (await identity.contact(work, notice.person_id)).consent:
        await restrictions.warning_served(work, f"case {notice.subject}")
    else:
        await desk.open_ticket(work, "serve_by_letter", f"case {notice.subject}", notice.person_id)


async def _not_warned(work: Work, notice: Notice) -> None:
    """A warning that did not arrive does not run."""
    await restrictions.warning_failed(work, f"case {notice.subject}")
    await desk.open_ticket(work, "not_reached", f"case {notice.subject}", notice.person_id)


def _params(work: Work, case: store.Case) -> dict[str, Any]:
    return {
        "plate": Plate("", case.plate).masked,
        "number": case.number,
        "link": violations.link(work, case.number),
    }


OVERDUE = Kind("overdue", still_true=_still_owed, moment=_amounts_today, on_failed=_not_warned)
WARNING = Kind(
    "overdue_warning",
    still_true=_still_owed,
    moment=_warning_today,
    on_sent=each(_warned),
    on_failed=_not_warned,
)
KINDS = (OVERDUE, WARNING)
