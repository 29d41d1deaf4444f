"""A study, an exam or an activity is put on record: points go, or a held licence comes nearer to being given back
(violations + licences).

Whoever held it names its reference number: the same again changes nothing.
"""

from dataclasses import dataclass
from datetime import date

from models.base.db import Work
from models.base.errors import Refusal
from models.flows import full_score, point_cycles
from models.identity import acts as identity
from models.licences import acts as licences
from models.licences import education, holds, reduction_rules, rules
from models.licences.acts import Balance
from models.licences.education import Kept, Learned
from models.licences.reduction_rules import Facts, Learnt, Obstacle, Serious
from models.licences.standing import Standing, Told, standing_of
from models.violations import acts as violations
from models.violations import point_facts

OF_STANDING = {
    Standing.HELD: Obstacle.HELD,
    Standing.SUSPENDED: Obstacle.SUSPENDED,
    Standing.REVOKED: Obstacle.REVOKED,
}
FULL_SCORE = frozenset({Learnt.FULL_STUDY, Learnt.FULL_EXAM})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it: points that it took off, points that stand, and days of study that a held licence still takes (0: none)."""

    points_off: int
    points: int
    held: bool
    days_left: int


async def record(work: Work, reference: str, resident_id: str, learned: Learned) -> Recorded:
    """Put it on record and do what follows. Raises Refusal with the reason why it does not count."""
    if learned.last_day < learned.first_day or learned.last_day > work.today:
        raise Refusal("officer.education_days")
    person_id = await identity.person_of(work, resident_id)
    if person_id is None:
        raise Refusal("officer.no_driver")
    await identity.hold(work, person_id)
    kept = await education.known(work, reference, person_id, learned)
    if kept is None:
        await point_cycles.catch_up(work, person_id)
        kept = await _keep(work, reference, person_id, learned)
    return await _outcome(work, person_id, kept)


async def facts(work: Work, person_id: int, balance: Balance) -> tuple[Facts, Told]:
    """What stands for and against a reduction today (PM 25-26)."""
    told = await standing_of(work, person_id)
    points = work.city.tariff.points
    licence = (await licences.of_people(work, [person_id]))[person_id]
    first = licence[1]
    barred = rules.cycles_back(first, work.today, points.reduction_bar_cycles)
    studied_since = rules.cycles_back(first, work.today, 2)
    expired = Obstacle.EXPIRED if told.expired(work.today) else None
    found = Facts(
        total=balance.points,
        wrong=OF_STANDING.get(told.standing, expired),
        probation_until=told.probation_until,
        open_records=bool(await violations.open_cases(work, person_id)),
        uninspected=await identity.owns_uninspected(work, person_id),
        full_studies=await education.full_studies(work, person_id, studied_since),
        punished=await _punished(work, person_id, told, barred),
        cheated=_since(told.cheated_on, barred) or await education.cheated(work, person_id, barred),
        taken=await education.taken(work, person_id, balance.cycle_began),
    )
    return found, told


async def _keep(work: Work, reference: str, person_id: int, learned: Learned) -> Kept:
    if learned.kind is Learnt.CHEATED:
        return await education.keep(work, reference, person_id, learned)
    if learned.kind in FULL_SCORE:
        return await _towards_release(work, reference, person_id, learned)
    return await _reduce(work, reference, person_id, learned)


async def _reduce(work: Work, reference: str, person_id: int, learned: Learned) -> Kept:
    points = work.city.tariff.points
    asked = {Learnt.ONLINE: points.online, Learnt.ON_SITE: points.on_site}.get(learned.kind, points.activity)
    lacks = reduction_rules.short_of(
        learned.minutes, learned.first_day, learned.last_day, passed=learned.passed, asked=asked
    )
    if lacks:
        raise Refusal(f"reduce.{lacks}", minutes=asked.minutes, days=asked.within_days)
    balance = await licences.balance(work, person_id)
    if balance is None:
        raise Refusal("reduce.no_licence")
    found, told = await facts(work, person_id, balance)
    if why := reduction_rules.obstacle(found, work.today, points):
        raise Refusal(f"reduce.{why}", **against(work, told))
    worth = reduction_rules.worth(asked, found, points)
    return await education.reduce(work, reference, person_id, learned, worth)


def against(work: Work, told: Told) -> dict[str, object]:
    """What the sentences `reduce.<obstacle>` may name."""
    points, handling = work.city.tariff.points, work.city.tariff.handling
    return {
        "most": points.reduction_most,
        "cycles": points.reduction_bar_cycles,
        "studies": points.reduction_full_studies,
        "until": told.probation_until or work.today,
        "valid_until": told.valid_until or work.today,
        "counter": handling.counter,
        "counter_en": handling.counter_en,
    }


async def _towards_release(work: Work, reference: str, person_id: int, learned: Learned) -> Kept:
    held = await holds.of(work, person_id)
    if held is None:
        raise Refusal("officer.not_held")
    if learned.first_day < held.since:
        raise Refusal("officer.before_hold", since=held.since)
    is_exam = learned.kind is Learnt.FULL_EXAM
    if is_exam and not held.studied:
        raise Refusal("officer.study_first", days=held.days_needed, studied=held.days_studied)
    kept = await education.keep(work, reference, person_id, learned, hold=held)
    if is_exam and learned.passed:
        await holds.passed(work, held)
        await full_score.clear_if_done(work, person_id)
    return kept


async def _outcome(work: Work, person_id: int, kept: Kept) -> Recorded:
    held = await holds.of(work, person_id)
    balance = await licences.balance(work, person_id)
    left = max(0, held.days_needed - held.days_studied) if held else 0
    return Recorded(kept.points, balance.points if balance else 0, held is not None, left)


async def _punished(work: Work, person_id: int, told: Told, barred: date) -> set[Serious]:
    """By a decision of this city since then, or by whoever the register names."""
    codes = work.city.tariff.points.serious_codes
    grounds = {code: ground for ground in Serious for code in getattr(codes, ground.value)}
    found = {grounds[code] for code in await point_facts.punished(work, person_id, barred, grounds.keys())}
    if told.punished_for and _since(told.punished_on, barred):
        found.add(told.punished_for)
    return found


def _since(day: date | None, first: date) -> bool:
    return day is not None and day >= first
