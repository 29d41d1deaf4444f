"""What a page may show of a case: templates are given these facts and never the case, so that nothing else can slip out."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.pages.visit import Standing, Visit
from models.base.money import Fen
from models.base.tariff import Tariff
from models.base.texts import Texts
from models.identity.rules import FULL_AGE, Plate
from models.violations import rules
from models.violations.acts import Case
from models.violations.amount_rules import part_fits
from models.violations.plan_rules import Instalment


@dataclass(frozen=True, slots=True)
class Facts:
    """`plate` is masked; amounts are None while nobody knows them; `days_late` counts from the last day to pay. `paid` is what came in
    before, `part` what is to be paid now of the total, `part_wrong`: not so much; `smallest_part` is None where it is paid whole. `plan`
    is a sentence about the payment plan.

    `online`: nothing in the case itself stands against accepting it in the chat. What stands against it in the person (age, licence)
    is said in the chat only: this page is for whoever holds the link. `waits`: who the case waits for, a part of a sentence's name, or
    nothing. `photos` is how many pictures there are, `pictures` the addresses of those that this visitor may see.
    """

    standing: Standing
    number: str
    plate: str
    plate_kind: str
    occurred_at: datetime
    place: str
    conduct: str
    basis: str
    fine: Fen | None
    points: int | None
    online: bool
    handle_by: date
    due_on: date | None
    days_late: int
    surcharge: Fen | None
    total: Fen | None
    most: Fen | None
    capped_on: date | None
    waits: str
    photos: int
    pictures: tuple[str, ...]
    closed_on: date | None
    may_have_locked: bool
    paid: Fen | None
    part: Fen | None
    part_wrong: bool
    smallest_part: Fen | None
    plan: str


@dataclass(frozen=True, slots=True)
class Line:
    """One of several cases that are paid together; `total` is what is open today, None once nothing is."""

    number: str
    plate: str
    conduct: str
    standing: Standing
    total: Fen | None


def facts_of(visit: Visit, tariff: Tariff, words: Texts) -> Facts:
    """The facts in the reader's language."""
    case, bill = visit.case, visit.bill
    return Facts(
        standing=visit.standing,
        number=case.number,
        plate=Plate("", case.plate).masked,
        plate_kind=case.plate_kind,
        occurred_at=case.occurred_at,
        place=case.place,
        conduct=case.what(words),
        basis=case.basis,
        fine=Fen(case.fine) if case.fine else None,
        points=case.points,
        online=rules.obstacle(case.forecast, FULL_AGE, tariff.handling) is None,
        handle_by=case.handle_by,
        due_on=case.due_on,
        days_late=max(0, (visit.today - case.due_on).days) if case.due_on else 0,
        surcharge=Fen(bill.surcharge) if bill else None,
        total=Fen(bill.total) if bill else None,
        most=Fen(visit.lateness.most) if visit.lateness else None,
        capped_on=visit.lateness.capped_on if visit.lateness else None,
        waits=_waits(visit),
        photos=case.photos,
        pictures=tuple(f"{visit.path}/photo/{each.id}?photos={visit.leave}" for each in visit.pictures),
        closed_on=case.closed_on,
        may_have_locked=_may_have_locked(visit, tariff),
        paid=Fen(bill.paid) if bill and bill.paid else None,
        part=Fen(visit.amount) if visit.amount and _fits(visit, tariff) else None,
        part_wrong=visit.amount is not None and not _fits(visit, tariff),
        smallest_part=_smallest_part(visit, tariff),
        plan=_plan(visit, words),
    )


def line_of(visit: Visit, case: Case, words: Texts) -> Line:
    """One of the visit's cases, in the reader's language."""
    bill = visit.bills.get(case.number)
    alone = replace(visit, cases=(case,), bills={case.number: bill} if bill else {})
    total = Fen(bill.total) if bill else None
    return Line(case.number, Plate("", case.plate).masked, case.what(words), alone.standing, total)


def _fits(visit: Visit, tariff: Tariff) -> bool:
    """Can the amount that the address names be paid? The whole always can."""
    if visit.amount is None or visit.bill is None or visit.several:
        return False
    coming = [each.amount for each in _left(visit)[:1]]
    return visit.amount in (visit.total, *coming) or part_fits(visit.amount, visit.bill, tariff.payment)


def _smallest_part(visit: Visit, tariff: Tariff) -> Fen | None:
    least = tariff.payment.smallest_part
    return Fen(least) if visit.bill and part_fits(least, visit.bill, tariff.payment) else None


def _left(visit: Visit) -> list[Instalment]:
    return visit.plan.left(visit.case) if visit.plan else []


def _plan(visit: Visit, words: Texts) -> str:
    if visit.plan is None:
        return ""
    left = _left(visit)
    if not left:
        return words.say("page.plan.asked", by=visit.plan.answer_by)
    return words.say("page.plan.granted", amount=Fen(left[0].amount), by=left[0].due_on, count=len(left))


def _waits(visit: Visit) -> str:
    """For whom, but never for whom by name."""
    if visit.case.challenged:
        return "officer"
    return visit.case.nominated or ""


def _may_have_locked(visit: Visit, tariff: Tariff) -> bool:
    """Paid after the last day, where a measure exists. Whether there was a lock is not for everybody with the link to know."""
    due, closed = visit.case.due_on, visit.case.closed_on
    return bool(due and closed and closed > due) and not tariff.measures.wallet.inert
