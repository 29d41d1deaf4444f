"""Nominations: who drove, as the owner says and as the driver answers. What needs the driver's licence is a flow.

The case waits while one is live; nothing moves before the driver consents. Whoever files or answers holds the owner and the driver,
and whoever answers holds the case and the nomination, too: of two answers, or an answer and a withdrawal, one wins.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.post import desk, outbox
from models.violations import nomination_notices as notices
from models.violations import nomination_rules as rules
from models.violations import store
from models.violations.nomination_flags import Flag
from models.violations.nomination_rules import NominationState
from models.violations.nomination_store import CODE, Car, found, nomination_of
from models.violations.nomination_store import Nomination as Nomination
from models.violations.nomination_store import by_code as by_code
from models.violations.nomination_store import by_id as by_id
from models.violations.nomination_store import case_of as case_of
from models.violations.nomination_store import live as live
from models.violations.nomination_store import names as names
from models.violations.nomination_store import of_owner as of_owner
from models.violations.nomination_store import to_driver as to_driver
from models.violations.rules import UNDECIDED, State, handle_by
from models.violations.store import Case
from models.violations.tables import cases, nominations

NOT_WITHDRAWN = {
    NominationState.CONSENTED: "withdraw.being_checked",
    NominationState.VERIFIED: "withdraw.taken",
}
VERIFY, FLAGGED = "nomination_verify", "nomination_flagged"  # topics at the desk
VERDICT = "nominations.verdict"
CODE_DIGITS = 6
CODES_TRIED = 20  # drawn at random; the driver's other ones may be the same


async def file(work: Work, case: Case, car: Car, driver_id: int, expires_on: date) -> Nomination:
    """Ask the driver; the owner and the driver are held. The case waits from now on."""
    code = await _new_code(work, driver_id)
    row = {
        "case_number": case.number,
        "vehicle_id": car.vehicle_id,
        "owner_id": case.liable_id,
        "driver_id": driver_id,
        "state": NominationState.OPEN,
        "code": work.seal(code, CODE),
        "filed_on": work.today,
        "expires_on": expires_on,
        "flags": [],
    }
    key = await work.scalar(insert(nominations).values(row).returning(nominations.c.id))
    filed = await by_id(work, int(key))
    await audit.record(
        work, "nomination.filed", f"case {case.number}", person_id=case.liable_id, nomination=key
    )
    asker = await identity.contact(work, case.liable_id)
    driver = await identity.contact(work, driver_id)
    await outbox.put(work, notices.asked(work, filed, case, asker.called, driver.language))
    return filed


async def withdraw(work: Work, owner_id: int, number: str) -> Nomination:
    """The owner takes it back before it is answered; the driver is told. Raises Refusal when there is nothing to take back."""
    known = await live(work, number)
    if known is None or known.owner_id != owner_id:
        raise Refusal("withdraw.nothing", number=number)
    known = await held(work, known)
    if not known.open:
        raise Refusal(NOT_WITHDRAWN.get(known.state, "withdraw.nothing"), number=number)
    await move(work, known, NominationState.WITHDRAWN, closed_at=work.now)
    case = await case_of(work, known)
    await outbox.put(work, await notices.over(work, known, case))
    return known


async def decline(work: Work, driver_id: int, code: str) -> tuple[Nomination, Case]:
    """The driver did not drive, or does not want it; the case goes back to the owner, who is told. Raises Refusal."""
    known = await held(work, await by_code(work, driver_id, code))
    if not known.open:
        raise Refusal(f"takeover.is.{known.state}", number=known.case_number)
    await move(work, known, NominationState.DECLINED, answered_at=work.now, closed_at=work.now)
    case = await case_of(work, known)
    await outbox.put(work, await notices.back(work, notices.DECLINED, known, case))
    return known, case


async def end_with_case(work: Work, number: str) -> None:
    """The record is erased: nobody is asked any more who drove, and the driver is told. Hold the owner, the driver and the case."""
    known = await live(work, number)
    if known is None:
        return
    known = await held(work, known)
    if not known.live:  # it lapsed a moment ago: that job holds nobody
        return
    await move(work, known, NominationState.ENDED, closed_at=work.now)
    await desk.settled(work, f"nomination {known.id}", VERIFY, FLAGGED, outcome=NominationState.ENDED)
    await outbox.put(work, await notices.over(work, known, await case_of(work, known)))


async def lapse(work: Work) -> int:
    """What was not answered in time goes back to its owner, who is told; returns how many."""
    late = (nominations.c.state == NominationState.OPEN) & (nominations.c.expires_on < work.today)
    ended = update(nominations).where(late).values(state=NominationState.LAPSED, closed_at=work.now)
    rows = await work.all(ended.returning(*nominations.c))
    lapsed = sorted((nomination_of(work, row) for row in rows), key=lambda each: each.id)
    known = await store.cases_of(work, {each.case_number for each in lapsed})
    for each in lapsed:
        await audit.record(work, "nomination.lapsed", f"case {each.case_number}", person_id=each.owner_id)
        back = await notices.back(work, notices.LAPSED, each, known[each.case_number])
        await outbox.put(work, back)
    return len(lapsed)


async def held(work: Work, nomination: Nomination) -> Nomination:
    """As it is now, and stays until this unit of work ends: the owner and the driver are held, then the case, then the nomination."""
    await hold_both(work, nomination.owner_id, nomination.driver_id)
    await store.states(work, [nomination.case_number], hold=True)
    await work.run(select(nominations.c.id).where(nominations.c.id == nomination.id).with_for_update())
    return await by_id(work, nomination.id)


async def hold_both(work: Work, owner_id: int, driver_id: int) -> None:
    """The owner and the driver, in one order: two may be naming one another."""
    for person in sorted({owner_id, driver_id}):
        await identity.hold(work, person)


async def move(work: Work, nomination: Nomination, target: NominationState, **values: Any) -> None:
    """Move on one that is held. Raises LookupError when its state does not allow it: that is nobody's race, but a mistake."""
    allowed = (nominations.c.id == nomination.id) & nominations.c.state.in_(sorted(rules.sources(target)))
    if not (await work.run(update(nominations).where(allowed).values(state=target, **values))).rowcount:
        raise LookupError(f"nomination {nomination.id} cannot become {target}")
    subject, person = f"case {nomination.case_number}", nomination.driver_id
    await audit.record(work, f"nomination.{target}", subject, person_id=person, nomination=nomination.id)


async def hand_over(work: Work, nomination: Nomination) -> Case:
    """The case is the driver's from now on; both are held, and it is the owner's and undecided.

    The driver's own 30 days begin: only now is the driver a party, who is told and has so long to handle it (PR 19-21). The owner's
    days were the owner's, and what the owner let pass is not the driver's to answer for.
    """
    mine = (cases.c.number == nomination.case_number) & (cases.c.liable_id == nomination.owner_id)
    by = handle_by(work.today, work.city.tariff.handling)
    values = {"liable_id": nomination.driver_id, "state": State.NOTIFIED, "notified_on": work.today}
    undecided = update(cases).where(mine, cases.c.state.in_(sorted(UNDECIDED)))
    if not (await work.run(undecided.values(**values, handle_by=by))).rowcount:
        raise LookupError(f"case {nomination.case_number} cannot be handed over")
    subject, details = f"case {nomination.case_number}", {"nomination": nomination.id}
    await audit.record(work, "case.handed_over", subject, person_id=nomination.driver_id, **details)
    return await case_of(work, nomination)


async def keep_flags(work: Work, nomination: Nomination, flags: Collection[Flag]) -> None:
    """The evidence an officer is to look at."""
    found = [asdict(flag) for flag in flags]
    await work.run(update(nominations).where(nominations.c.id == nomination.id).values(flags=found))
    if flags:
        subject, person = f"case {nomination.case_number}", nomination.driver_id
        await audit.record(work, "nomination.flagged", subject, person_id=person, flags=found)


async def keep_verdict(work: Work, nomination: Nomination, officer: str, reason: str) -> None:
    """Who verified it, and why so; the reason is part of the file."""
    subject = f"nomination {nomination.id}"
    await audit.record(work, "nomination.verdict", subject, person_id=nomination.driver_id, officer=officer)
    values = {"verdict": work.seal(reason, VERDICT), "verified_by": officer}
    await work.run(update(nominations).where(nominations.c.id == nomination.id).values(**values))


async def count_refused(work: Work, owner_id: int, number: str, why: str) -> None:
    """Somebody was named in vain; it is counted, so that nobody is found out by being named."""
    await audit.record(work, "nomination.refused", f"case {number}", person_id=owner_id, why=why)


async def tried_today(work: Work, owner_id: int) -> int:
    """How often somebody was named today, in vain or not; the owner is held."""
    events, midnight = audit.events, datetime.combine(work.today, datetime.min.time(), work.now.tzinfo)
    mine = (events.c.person_id == owner_id) & events.c.action.in_(("nomination.refused", "nomination.filed"))
    return len(await work.all(select(events.c.id).where(mine, events.c.at >= midnight)))


async def _new_code(work: Work, driver_id: int) -> str:
    taken = {each.code for each in await found(work, nominations.c.driver_id == driver_id)}
    drawn = (work.city.ids.digits(CODE_DIGITS) for _ in range(CODES_TRIED))
    return next(code for code in drawn if code not in taken)
