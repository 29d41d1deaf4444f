"""Accepting a proposal: the decision, its points, its notice (violations + licences)."""

from dataclasses import dataclass

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.base.money import Fen
from models.flows import point_cycles
from models.identity import acts as identity
from models.identity.rules import Plate, age
from models.licences import acts as licences
from models.post import outbox
from models.violations import acts as violations
from models.violations import later_rules, notices, payments, rules, store
from models.violations.later_rules import Applied
from models.violations.rules import Reason, State


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be decided, and what stands against deciding it here. `consent` is to electronic service; `lighter` is the case under a
    rule that has become lighter since."""

    case: store.Case
    obstacle: Reason | None
    consent: bool
    lighter: Applied | None = None


async def proposal(work: Work, person_id: int, number: str) -> Proposal:
    """The proposal to this person (APL 44-45). Raises Refusal for a case that is not theirs."""
    found = await later_rules.applied(work, await violations.case_of(work, person_id, number))
    case, contact = found.case, await identity.contact(work, person_id)
    obstacle = rules.obstacle(case.forecast, age(contact.born_on, work.today), work.city.tariff.handling)
    if found.unsure:
        obstacle = obstacle or Reason.RULE_CHANGED
    lighter = found if found.offence_id is not None else None
    return Proposal(case, obstacle or await _licence_obstacle(work, case), contact.consent, lighter)


async def accept(work: Work, person_id: int, number: str) -> Proposal:
    """Decide as proposed. Raises Refusal with the reason when it cannot be decided here, or was decided a moment ago."""
    await identity.hold(work, person_id)  # two at once could each stay under the limit of points
    await point_cycles.catch_up(work, person_id)
    accepted = await proposal(work, person_id, number)
    case = accepted.case
    if accepted.obstacle is not None or case.fine is None or case.points is None:
        raise refusal(work, accepted)
    if not await decide(work, accepted):
        raise Refusal("accept.not_open", number=number)
    return accepted


async def decide(work: Work, proposed: Proposal) -> bool:
    """The decision, with the figure and the points of the proposal's case; False when the case was decided or ended a moment ago."""
    case, person_id = proposed.case, proposed.case.liable_id
    fine, points = case.fine or 0, case.points or 0
    if proposed.lighter and not await later_rules.take_over(work, proposed.lighter):
        return False
    if not await store.move(work, case.number, State.DECIDED, decided_on=work.today, points=points):
        return False
    await payments.impose(work, case.number, fine)
    await licences.post_decision(work, person_id, points, case.number)
    details = {"fen": fine, "points": points}
    await audit.record(work, "case.decided", f"case {case.number}", person_id=person_id, **details)
    await _tell(work, proposed)
    return True


def refusal(work: Work, proposed: Proposal) -> Refusal:
    """Why this proposal cannot be accepted here, and the way on."""
    reason = proposed.obstacle or Reason.NO_AMOUNT
    handling = work.city.tariff.handling
    return Refusal(
        f"accept.{reason}",
        number=proposed.case.number,
        counter=handling.counter,
        counter_en=handling.counter_en,
    )


async def _licence_obstacle(work: Work, case: store.Case) -> Reason | None:
    """Points need a licence to stand on, and at 12 it is held: both are for the counter, where the records of one vehicle may still be
    cleared (PM 14, 17)."""
    if not case.points:
        return None
    balance = await licences.balance(work, case.liable_id)
    if balance is None:
        return Reason.NO_LICENCE
    if balance.left == 0:
        return Reason.HELD
    return Reason.POINTS_FULL if case.points >= balance.left else None


async def _tell(work: Work, decided: Proposal) -> None:
    case = decided.case
    params = {
        "plate": Plate("", case.plate).masked,
        "number": case.number,
        "amount": Fen(case.fine or 0),
        "points": case.points,
        "link": violations.link(work, case.number),
    }
    kind = notices.DECISION if decided.consent else notices.DECISION_BY_LETTER
    person = case.liable_id
    await outbox.queue(work, kind, subject=case.number, once="decided", person_id=person, params=params)
