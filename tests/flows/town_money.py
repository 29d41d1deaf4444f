"""What a case costs, day by day, and what all payments and refunds come to (APL 67, 72; domain 2)."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from models.base.calendar import Calendar
from tests.flows.town_books import Facts, Row

ONE_DAY = timedelta(days=1)
PER_CENT_A_DAY = 3
UNDECIDED, PAYABLE = {"recorded", "notified"}, {"decided", "served", "overdue"}


def a_day(written: str) -> date:
    return date.fromisoformat(written)


def due(served: date, calendar: Calendar) -> date:
    """15 natural days, rolling to the next working day."""
    day = served + timedelta(days=15)
    while not calendar.is_workday(day):
        day += ONE_DAY
    return day


def owed(facts: Facts, number: str, today: date) -> tuple[int, int]:
    """Principal and surcharge that are open today, in fen."""
    case = facts.cases[number]
    parts = [each for each in facts.of("payment_parts", number) if each.paid_principal or each.paid_surcharge]
    left = case.fine - sum(each.paid_principal for each in parts)
    if case.due_on is None:
        return left, 0
    spans = [(each.filed_on, each.closed_on) for each in facts.of("challenges", number)]
    spans += [(each.asked_on, each.closed_on) for each in facts.of("payment_plans", number)]

    def paused(day: date) -> bool:
        return any(a_day(since) <= day and (until is None or day <= a_day(until)) for since, until in spans)

    last = a_day(case.due_on)
    of_parts = (_added(each.paid_principal, last, a_day(each.paid_on), paused) for each in parts)
    total = int(sum(of_parts, Fraction(0)) + _added(left, last, today, paused))
    return left, max(0, total - sum(each.paid_surcharge for each in parts))


def _added(amount: int, due_on: date, until: date, paused: Callable[[date], bool]) -> Fraction:
    """3 per cent for each day that is late and not paused, up to the amount itself."""
    total, day = Fraction(0), due_on + ONE_DAY
    while day <= until and total < amount:
        if not paused(day):
            total += Fraction(amount * PER_CENT_A_DAY, 100)
        day += ONE_DAY
    return min(total, Fraction(amount))


def check(now: Facts) -> None:
    """Cases, payments and accounts agree, and no more goes back than came."""
    for case in now.cases.values():
        of_case(now, case)
    for paid in now.payments.values():
        order = now.payment_orders[paid.order_number]
        assert (order.state, order.total) == ("paid", paid.amount)
        back = [each for each in _live(now) if each.transaction_id == paid.transaction_id]
        assert sum(each.amount for each in back) <= paid.amount
    arrived = [each for each in now.refunds.values() if each.state == "done"]
    voided = [each for each in _live(now) if each.reason == "voided"]
    came, surplus = (
        sum(getattr(each, name) for each in now.payments.values()) for name in ("amount", "surplus")
    )
    of_surplus = sum(each.amount for each in arrived if each.reason != "voided")
    went = sum(each.amount for each in arrived)
    assert now.money("treasury") == came - went
    assert now.money("surplus") == of_surplus - surplus
    assert now.money("owed back") == went - of_surplus - sum(each.amount for each in voided)


def of_case(now: Facts, case: Row) -> None:
    """What was decided, paid, owed back and given back of one case."""
    parts = now.of("payment_parts", case.number)
    principal = sum(each.paid_principal or 0 for each in parts)
    surcharge = sum(each.paid_surcharge or 0 for each in parts)
    left = case.fine - principal if case.state in PAYABLE else 0
    assert now.money(f"fine:{case.number}") == left
    assert max(principal, surcharge) <= (case.fine or 0), "more surcharge than principal"
    back = [each for each in _live(now) if each.case_number == case.number]
    voided = sum(each.amount for each in back if each.reason == "voided")
    assert voided == (principal + surcharge if case.state == "voided" else 0)
    assert sum(each.amount for each in back) - voided == sum(each.surplus or 0 for each in parts)


def _live(now: Facts) -> list[Row]:
    return [each for each in now.refunds.values() if each.state != "replaced"]


def unpaid_instalment(now: Facts, plan: Row) -> Row | None:
    """The first that what was paid since the grant does not cover."""
    parts = now.of("payment_parts", plan.case_number)
    paid = sum((each.paid_principal or 0) + (each.paid_surcharge or 0) for each in parts) - plan.paid_before
    for each in sorted(now.plan_instalments, key=lambda row: row.position):
        if each.plan_id == plan.id and (paid := paid - each.amount) < 0:
            return each
    return None
