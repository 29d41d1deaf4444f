"""Deciding on what an owner let lie, once it was announced long enough (PR 53-54): the owner's proposal becomes the decision
(violations + licences).

Only what is still unhandled is decided; what takes a person first (a minor, an objection, a nomination under way) is left as it is.
Points need a licence to stand on: an owner without one gets none.
"""

from dataclasses import dataclass, replace

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.flows import decision, point_cycles
from models.identity import acts as identity
from models.violations import officer_acts, officer_rules, silent_owners, store
from models.violations.rules import Reason
from models.violations.silent_owners import Silence

# What only stands against deciding online.
ONLINE_ONLY = frozenset({Reason.OVER_LIMIT, Reason.NO_LICENCE, Reason.POINTS_FULL, Reason.HELD})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Case numbers: those decided, and those that were handled meanwhile or take a person."""

    decided: tuple[str, ...]
    left: tuple[str, ...]


async def decide(work: Work, key: int, officer: str, reasons: str) -> Outcome:
    """Decide on an announced proposal. Raises Refusal while its days run, and when it has ended."""
    announced = await silent_owners.proposal_of(work, key)
    if not officer_rules.announcement_over(announced.announced_until, work.today):
        raise Refusal("officer.still_announced", number=key, until=announced.announced_until)
    await identity.hold(work, announced.person_id)  # as whoever accepts does: points add up
    await point_cycles.catch_up(work, announced.person_id)
    await silent_owners.end(work, announced, Silence.DECIDED, officer)
    decided: list[str] = []
    left: list[str] = []
    for number in announced.numbers:
        done = await _decide_one(work, announced.person_id, number, officer, reasons)
        (decided if done else left).append(number)
    return Outcome(tuple(decided), tuple(left))


async def decide_ripe(work: Work) -> int:
    """Where the tariff says so (`when_silent = "decide"`), whatever was announced long enough is decided by itself; returns how many."""
    if work.city.tariff.handling.when_silent != "decide":
        return 0
    ripe = await silent_owners.ripe(work)
    outcomes = [await decide(work, key, work.actor, "") for key in ripe]
    return sum(len(outcome.decided) for outcome in outcomes)


async def _decide_one(work: Work, person_id: int, number: str, officer: str, reasons: str) -> bool:
    case = await store.case(work, number)
    if case is None or case.liable_id != person_id:  # a driver came in for it
        return False
    proposed = await decision.proposal(work, person_id, number)
    if proposed.obstacle not in ONLINE_ONLY | {None}:
        return False
    if proposed.obstacle is Reason.NO_LICENCE:
        proposed = replace(proposed, case=replace(proposed.case, points=0), obstacle=None)
    if not await decision.decide(work, proposed):
        return False
    await officer_acts.keep(work, number, "silence", officer, reasons)
    await audit.record(
        work, "case.decided_in_silence", f"case {number}", person_id=person_id, officer=officer
    )
    return True
