"""What a decided case costs: parts paid, days that do not count, money spread over cases and taken on them (domain 2)."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base.tariff import load_tariff
from models.violations.amount_rules import (
    Bill,
    Paid,
    Part,
    Suspension,
    Taken,
    bill,
    part_fits,
    spread,
    surcharge,
    take,
)

PAYMENT = load_tariff().payment
DUE = date(2026, 3, 16)
FINE = 20000


def day(late: int) -> date:
    """So many days after the last one to pay."""
    return DUE + timedelta(days=late)


@pytest.mark.parametrize(
    ("paid", "late", "expected"),
    [
        pytest.param([], 10, Bill(20000, 6000), id="nothing paid: 6 yuan a day"),
        pytest.param([(-3, 15000, 0)], 10, Bill(5000, 1500, 15000), id="three quarters in time: 1.50 a day"),
        pytest.param([(10, 10000, 0)], 10, Bill(10000, 6000, 10000), id="a half today: what was added stays"),
        pytest.param(
            [(10, 10000, 0)], 20, Bill(10000, 9000, 10000), id="from then on 3 yuan a day on the half"
        ),
        pytest.param([(5, 20000, 0)], 99, Bill(0, 3000, 20000), id="all of the principal: nothing is added"),
        pytest.param([(5, 20000, 1000)], 99, Bill(0, 2000, 21000), id="and some of the surcharge"),
        pytest.param([(10, 10000, 0)], 34, Bill(10000, 13000, 10000), id="the half's own cap, on day 34"),
        pytest.param([(10, 10000, 0)], 400, Bill(10000, 13000, 10000), id="and no more for ever"),
        pytest.param(
            [(40, 10000, 0)], 400, Bill(10000, 20000, 10000), id="after the cap a part changes nothing"
        ),
    ],
)
def test_a_part_stops_its_own_surcharge(paid: list[tuple[int, int, int]], late: int, expected: Bill):
    parts = [Paid(day(on), principal, added) for on, principal, added in paid]
    assert bill(FINE, DUE, day(late), PAYMENT, (), parts) == expected


def test_days_of_a_plan_count_for_no_part():
    """Ten days late, then a plan from the 21st of March to the 19th of April, then five days more."""
    plan = [Suspension(day(11), day(40))]
    paid = [Paid(day(20), 10000)]
    assert surcharge(FINE, DUE, day(40), PAYMENT, plan, paid) == 6000
    assert bill(FINE, DUE, day(45), PAYMENT, plan, paid) == Bill(10000, 7500, 10000)


def test_the_29th_of_february_is_a_day_late_like_any_other():
    due = date(2028, 2, 28)
    assert [surcharge(FINE, due, due + timedelta(days=days), PAYMENT) for days in (0, 1, 2)] == [0, 600, 1200]
    assert (
        surcharge(FINE, due, date(2028, 3, 1), PAYMENT, [Suspension(date(2028, 2, 29), date(2028, 2, 29))])
        == 600
    )


def test_what_was_added_and_paid_is_not_asked_for_again_when_its_day_is_suspended_afterwards():
    paid = [Paid(day(1), 19400, 600)]
    assert bill(FINE, DUE, day(1), PAYMENT, [Suspension(day(1))], paid) == Bill(600, 0, 20000)


fines = st.integers(1, 2_000_000)
lates = st.integers(-20, 120)
spans = st.lists(st.tuples(lates, st.integers(0, 30)), max_size=3).map(
    lambda found: [Suspension(day(since), day(since + length)) for since, length in found]
)
payings = st.lists(st.tuples(lates, st.integers(1, 1_000_000)), max_size=6).map(sorted)


def lived(fine: int, wished: list[tuple[int, int]], suspended: list[Suspension]) -> list[Paid]:
    """Somebody pays so much on each of these days, as far as something is open then."""
    paid: list[Paid] = []
    for late, amount in wished:
        open_ = bill(fine, DUE, day(late), PAYMENT, suspended, paid)
        paid += [Paid(day(late), part.principal, part.surcharge) for part in spread(amount, [("a", open_)])]
    return paid


@given(fines, payings, spans, lates)
@settings(derandomize=True, database=None)
def test_what_is_paid_and_what_is_open_is_the_fine_and_its_surcharge(
    fine: int, wished: list[tuple[int, int]], suspended: list[Suspension], late: int
):
    paid = [each for each in lived(fine, wished, suspended) if each.on <= day(late)]
    open_ = bill(fine, DUE, day(late), PAYMENT, suspended, paid)
    added = surcharge(fine, DUE, day(late), PAYMENT, suspended, paid)
    assert open_.paid + open_.total == fine + added
    assert 0 <= added <= fine
    assert min(open_.principal, open_.surcharge) >= 0


@given(fines, payings, spans, lates)
@settings(derandomize=True, database=None)
def test_paying_earlier_never_costs_more_than_paying_nothing(
    fine: int, wished: list[tuple[int, int]], suspended: list[Suspension], late: int
):
    paid = [each for each in lived(fine, wished, suspended) if each.on <= day(late)]
    with_parts = bill(fine, DUE, day(late), PAYMENT, suspended, paid)
    assert with_parts.paid + with_parts.total <= bill(fine, DUE, day(late), PAYMENT, suspended).total


@given(fines, lates, st.lists(st.integers(1, 400_000), min_size=1, max_size=5), lates, st.randoms())
@settings(derandomize=True, database=None)
def test_neither_the_order_nor_the_number_of_parts_of_a_day_makes_money(
    fine: int, on: int, amounts: list[int], late: int, random: Random
):
    shuffled = amounts.copy()
    random.shuffle(shuffled)
    ways = ([(on, sum(amounts))], [(on, each) for each in amounts], [(on, each) for each in shuffled])
    today = day(max(on, late))
    totals = {bill(fine, DUE, today, PAYMENT, (), lived(fine, way, [])).total for way in ways}
    assert len(totals) == 1


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        pytest.param(31500, [Part("a", 20000, 1500, True), Part("b", 10000, 0, True)], id="everything"),
        pytest.param(21500, [Part("a", 20000, 1500, True)], id="the oldest whole, the other not reached"),
        pytest.param(20700, [Part("a", 20000, 700, False)], id="the principal before the surcharge"),
        pytest.param(
            25000, [Part("a", 20000, 1500, True), Part("b", 3500, 0, False)], id="a part of the last"
        ),
    ],
)
def test_money_is_spread_in_order(amount: int, parts: list[Part]):
    assert spread(amount, [("a", Bill(20000, 1500)), ("b", Bill(10000, 0))]) == parts


WHOLE, SOME = Part("a", 20000, 600, whole=True), Part("a", 5000, 0, whole=False)


@pytest.mark.parametrize(
    ("part", "open_", "in_time", "taken"),
    [
        pytest.param(WHOLE, Bill(20000, 600), True, Taken(20000, 600, 0, True), id="as it was ordered"),
        pytest.param(
            WHOLE, Bill(20000, 1200), True, Taken(20000, 600, 0, True), id="paid in time, told a day later"
        ),
        pytest.param(
            WHOLE, Bill(20000, 1200), False, Taken(0, 0, 20600, False), id="late, and more is open: back"
        ),
        pytest.param(
            WHOLE, Bill(20000, 600), False, Taken(20000, 600, 0, True), id="late, and it is the bill still"
        ),
        pytest.param(
            WHOLE, Bill(15000, 600, 5000), True, Taken(15000, 600, 5000, True), id="a part came meanwhile"
        ),
        pytest.param(WHOLE, None, True, Taken(0, 0, 20600, False), id="the case was closed meanwhile"),
        pytest.param(SOME, Bill(20000, 600), True, Taken(5000, 0, 0, False), id="a part"),
        pytest.param(SOME, Bill(20000, 1200), False, Taken(5000, 0, 0, False), id="a part does not age"),
        pytest.param(
            SOME, Bill(2000, 600, 18000), True, Taken(2000, 600, 2400, True), id="more than is open"
        ),
        pytest.param(SOME, Bill(4000, 1000, 16000), True, Taken(4000, 1000, 0, True), id="just what is open"),
    ],
)
def test_a_part_is_taken_as_far_as_something_is_open(
    part: Part, open_: Bill | None, in_time: bool, taken: Taken
):
    assert take(part, open_, in_time=in_time) == taken


@given(fines, st.integers(0, 100_000), st.integers(1, 3_000_000), st.booleans(), st.booleans())
@settings(derandomize=True, database=None)
def test_what_is_taken_adds_up_and_is_never_more_than_is_open(
    principal: int, added: int, amount: int, whole: bool, in_time: bool
):
    part, open_ = Part("a", amount, 0, whole), Bill(principal, added)
    taken = take(part, open_, in_time=in_time)
    assert taken.paid + taken.surplus == amount
    assert taken.principal <= principal
    assert taken.surcharge <= added


@pytest.mark.parametrize(
    ("amount", "fits"),
    [
        pytest.param(4999, False, id="under the tariff's smallest"),
        pytest.param(5000, True, id="the smallest"),
        pytest.param(20599, True, id="a fen less than all"),
        pytest.param(20600, False, id="all of it is no part"),
    ],
)
def test_how_much_may_be_paid_at_once(amount: int, fits: bool):
    assert part_fits(amount, Bill(20000, 600), PAYMENT) is fits
    assert not part_fits(amount, Bill(20000, 600), PAYMENT.model_copy(update={"smallest_part": 0}))
