"""Naming who drove: the owner names, the driver consents, and only then the case is the driver's (violations + licences).

Within the online limits, and where nothing points to bought points, the consent is the verification; otherwise an officer verifies
(PR 21). The system never decides that points were bought: it shows an officer the evidence.
"""

from dataclasses import dataclass

from models.base.db import Work
from models.base.errors import Refusal
from models.flows import point_cycles
from models.identity import acts as identity
from models.identity import names
from models.identity.rules import age, mask_name
from models.licences import acts as licences
from models.licences.standing import Standing, standing_of
from models.post import desk, outbox
from models.violations import acts as violations
from models.violations import (
    nomination_flags,
    nomination_notices,
    nomination_signals,
    nomination_store,
    nominations,
    store,
)
from models.violations import nomination_rules as rules
from models.violations.nomination_rules import NominationState, Obstacle, Unnameable
from models.violations.nomination_store import Car, Nomination
from models.violations.store import Case

OF_STANDING = {
    Standing.HELD: Obstacle.LICENCE_HELD,
    Standing.SUSPENDED: Obstacle.LICENCE_SUSPENDED,
    Standing.REVOKED: Obstacle.LICENCE_REVOKED,
}


@dataclass(frozen=True, slots=True)
class Named:
    """A nomination with its case, and how the other one is named (surname only)."""

    nomination: Nomination
    case: Case
    name: str


async def nominate(work: Work, owner_id: int, number: str, name: str, ending: str = "") -> Named:
    """Name the driver of a case; `ending` is the last four of the ID or phone, where several have the name. The driver is asked.

    Raises Refusal: nobody can be named for this case, or not this person.
    """
    found = await names.named(work, name, ending)
    driver_id = found[0].id if len(found) == 1 else owner_id
    await nominations.hold_both(work, owner_id, driver_id)
    case = await nameable(work, owner_id, number)
    if await nominations.tried_today(work, owner_id) >= work.city.tariff.nomination.tries_a_day:
        raise _refusal(work, Unnameable.TOO_MANY_TRIES, case, name)
    car = await nomination_store.car_of(work, number)
    await point_cycles.catch_up(work, driver_id)
    if why := _unclear(len(found), ending) or await _against(work, case, car, driver_id):
        await nominations.count_refused(work, owner_id, number, why)
        raise _refusal(work, why, case, name)
    last_day = rules.last_day(work.today, case.handle_by, work.city.tariff.nomination)
    filed = await nominations.file(work, case, car, driver_id, last_day)
    return Named(filed, case, mask_name(name))


async def nameable(work: Work, owner_id: int, number: str) -> Case:
    """A case for which its owner may still name who drove. Raises Refusal with the reason why not."""
    case = await store.case(work, number)
    if case is None or case.liable_id != owner_id:
        raise _refusal(work, Unnameable.NOT_YOURS, None, number=number)
    if not case.undecided:
        raise _refusal(work, Unnameable.DECIDED if case.payable else Unnameable.CLOSED, case)
    if case.came:
        raise _refusal(work, Unnameable.CAME_TO_YOU, case)
    if known := await nominations.live(work, number):
        raise _refusal(work, Unnameable.ALREADY if known.open else Unnameable.BEING_CHECKED, case)
    if case.challenged:
        raise _refusal(work, Unnameable.OBJECTED, case)
    if rules.last_day(work.today, case.handle_by, work.city.tariff.nomination) < work.today:
        raise _refusal(work, Unnameable.TERM_OVER, case, by=case.handle_by)
    return case


async def consent(work: Work, driver_id: int, code: str) -> Named:
    """The driver takes the case over, or an officer verifies first (then the nomination is `consented`). Both are told.

    Raises Refusal: answered or over already, or the driver cannot take it over any more.
    """
    asked = await nominations.held(work, await nominations.by_code(work, driver_id, code))
    if not asked.open:
        raise Refusal(f"takeover.is.{asked.state}", number=asked.case_number)
    if asked.expires_on < work.today:
        raise Refusal("takeover.is.lapsed", number=asked.case_number)
    case = await store.case(work, asked.case_number)
    if case is None or case.liable_id != asked.owner_id or not case.undecided:
        raise Refusal("takeover.case_over", number=asked.case_number)
    if case.challenged:
        raise Refusal("takeover.objected", number=case.number)
    await point_cycles.catch_up(work, driver_id)  # points of a cycle that is over do not stand in the way
    if why := await _driver_obstacle(
        work, driver_id, await nomination_store.car_of(work, case.number), case.points
    ):
        raise _refusal(work, why, case, family="takeover")
    owner = (await identity.contact(work, asked.owner_id)).called
    if await _is_verified(work, asked, case):
        handed = await _hand_over(work, asked, answered=True)
        return Named(await nominations.by_id(work, asked.id), handed, owner)
    await nominations.move(work, asked, NominationState.CONSENTED, answered_at=work.now)
    told = await nomination_notices.owner_told(work, nomination_notices.CHECKED, asked, case)
    await outbox.put(work, told)
    return Named(await nominations.by_id(work, asked.id), case, owner)


async def verify(work: Work, nomination_id: int, officer: str, ok: bool, reason: str) -> Nomination:
    """An officer has verified who drove, or that it was somebody else: the case is the driver's, or stays the owner's. Both are told.

    Raises Refusal when there is nothing to verify any more.
    """
    known = await nominations.held(work, await nominations.by_id(work, nomination_id))
    case = await nominations.case_of(work, known)
    if known.state is not NominationState.CONSENTED or not case.undecided:
        raise Refusal("officer.nomination_ended", number=known.case_number)
    await nominations.keep_verdict(work, known, officer, reason)
    if ok:
        case = await _hand_over(work, known, answered=False)
        await outbox.put(work, await nomination_notices.moved(work, known, case))
    else:
        await nominations.move(work, known, NominationState.REJECTED, closed_at=work.now)
        await outbox.put(work, await nomination_notices.back(work, nomination_notices.REJECTED, known, case))
        await outbox.put(work, await nomination_notices.over(work, known, case))
    return await nominations.by_id(work, nomination_id)


def _unclear(found: int, ending: str) -> Unnameable | None:
    """Why it is not known who is meant. IDs and phones share the endings, and two of a name may have the same one."""
    if found == 1:
        return None
    if not found:
        return Unnameable.UNKNOWN_NAME
    return Unnameable.SHARED_ENDING if ending else Unnameable.SHARED_NAME


async def _against(work: Work, case: Case, car: Car, driver_id: int) -> Unnameable | Obstacle | None:
    """Why not this person."""
    if driver_id == case.liable_id:
        return Unnameable.OWN_NAME
    tariff = work.city.tariff.nomination
    pairs = await nomination_store.pairs(work, car, driver_id)
    if rules.older_than_pair(pairs, car.vehicle_id, driver_id, case.day, case.points, tariff):
        return Obstacle.OLDER_THAN_PAIR
    too_many = rules.pair_obstacle(pairs, car.vehicle_id, driver_id, work.today, tariff)
    return await _driver_obstacle(work, driver_id, car, case.points) or too_many


async def _driver_obstacle(work: Work, driver_id: int, car: Car, points: int | None) -> Obstacle | None:
    contact = await identity.contact(work, driver_id)
    licence = await _licence(work, driver_id)
    return rules.driver_obstacle(age(contact.born_on, work.today), licence, car.plate_kind, points)


async def _licence(work: Work, driver_id: int) -> rules.Licence | None:
    balance = await licences.balance(work, driver_id)
    if balance is None:
        return None
    told = await standing_of(work, driver_id)
    wrong = Obstacle.LICENCE_EXPIRED if told.expired(work.today) else None
    return rules.Licence(balance.licence_class, OF_STANDING.get(told.standing, wrong), balance.left)


async def _is_verified(work: Work, asked: Nomination, case: Case) -> bool:
    """Whether the consent is enough; if not, an officer's ticket is opened."""
    flags = nomination_flags.flags(await _evidence(work, asked, case), work.city.tariff.nomination.signals)
    await nominations.keep_flags(work, asked, flags)
    enough = rules.consent_is_enough(case.fine, case.points, work.city.tariff.handling)
    if enough and not flags:
        return True
    topic = nominations.FLAGGED if flags else nominations.VERIFY
    await desk.open_ticket(work, topic, f"nomination {asked.id}", asked.driver_id)
    return False


async def _evidence(work: Work, asked: Nomination, case: Case) -> nomination_flags.Evidence:
    """Points of what the driver has open count as if they were posted."""
    balance = await licences.balance(work, asked.driver_id)
    waiting = [
        each.points or 0 for each in await violations.open_cases(work, asked.driver_id) if each.undecided
    ]
    left = (balance.left if balance else 0) - sum(waiting) - (case.points or 0)
    return await nomination_signals.evidence(work, asked, case.points or 0, left)


async def _hand_over(work: Work, nomination: Nomination, *, answered: bool) -> Case:
    case = await nominations.hand_over(work, nomination)
    times = {"closed_at": work.now} | ({"answered_at": work.now} if answered else {})
    await nominations.move(work, nomination, NominationState.VERIFIED, **times)
    told = await nomination_notices.owner_told(work, nomination_notices.TAKEN, nomination, case)
    await outbox.put(work, told)
    return case


def _refusal(
    work: Work,
    why: Unnameable | Obstacle,
    case: Case | None,
    name: str = "",
    *,
    family: str = "nominate",
    **more: object,
) -> Refusal:
    """Why not, and the way on: mostly the counter."""
    handling = work.city.tariff.handling
    known = {"number": case.number} if case else {}
    params = {**known, "name": name, "counter": handling.counter, "counter_en": handling.counter_en, **more}
    return Refusal(f"{family}.{why}", **params)
