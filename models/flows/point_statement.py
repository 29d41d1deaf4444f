"""What a driver is told of licence points: each entry with its case, what will clear or carry over and why, and what can be done
(violations + licences). It only reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.base.db import Work
from models.flows import education, full_score
from models.licences import acts as licences
from models.licences import holds, reduction_rules, rules
from models.licences.acts import Balance
from models.licences.holds import Hold
from models.licences.reduction_rules import Obstacle
from models.licences.rules import Closing, Lot
from models.violations import point_facts, store
from models.violations.store import Case


@dataclass(frozen=True, slots=True)
class Line:
    """What one lot comes to; `case` is None for what was taken off."""

    lot: Lot
    case: Case | None


@dataclass(frozen=True, slots=True)
class Statement:
    """`lines` are newest first. `unpaid` are the cases with points that stand and a fine that is not paid; `closing` is what the end of
    the cycle would do if it were today, `overdue` whether a fine is overdue. `obstacle` stands against taking points off, `against` is
    what its sentence may name, `allowed` are the points that the cycle still allows to take off."""

    balance: Balance
    lines: Sequence[Line]
    closing: Closing
    unpaid: Sequence[str]
    overdue: bool
    hold: Hold | None
    obstacle: Obstacle | None
    against: Mapping[str, object]
    allowed: int

    @property
    def carried(self) -> int:
        return sum(self.closing.carried.values())


async def statement(work: Work, person_id: int) -> Statement | None:
    """All of it as of today; None for somebody without a licence."""
    balance = await licences.balance(work, person_id)
    if balance is None:
        return None
    points = work.city.tariff.points
    cases = await store.cases_of(work, [lot.reference for lot in balance.lots])
    owed = (await point_facts.unpaid(work, [person_id])).get(person_id, [])
    overdue = any(case.overdue(work.today) for case in owed)
    numbers = {case.number for case in owed}
    found, told = await education.facts(work, person_id, balance)
    return Statement(
        balance=balance,
        lines=[Line(lot, cases.get(lot.reference)) for lot in reversed(balance.lots)],
        closing=rules.closing(balance.lots, numbers, overdue=overdue, limit=points.limit),
        unpaid=await full_score.unpaid(work, person_id),
        overdue=overdue,
        hold=await holds.of(work, person_id),
        obstacle=reduction_rules.obstacle(found, work.today, points),
        against=education.against(work, told),
        allowed=max(0, points.reduction_most - found.taken),
    )
