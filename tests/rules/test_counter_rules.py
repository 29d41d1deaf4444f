"""Money of the counter: what an entry must be, how it is laid to its cases, what it takes over from WeChat Pay."""

from datetime import date

import pytest

from models.violations.amount_rules import Bill, Part
from models.violations.counter_rules import Moved, Wrong, lay, take_over, wrong_entry
from models.violations.rules import State

DECIDED, TODAY = date(2026, 3, 2), date(2026, 3, 20)
OPEN, LATE = Bill(20000, 0), Bill(20000, 1200)


@pytest.mark.parametrize(
    ("state", "decided", "paid", "wrong"),
    [
        pytest.param(State.SERVED, DECIDED, TODAY, None, id="today"),
        pytest.param(State.OVERDUE, DECIDED, DECIDED, None, id="on the day of the decision"),
        pytest.param(State.PAID, DECIDED, TODAY, None, id="paid before: it goes back"),
        pytest.param(State.VOIDED, DECIDED, TODAY, None, id="taken back: it goes back"),
        pytest.param(State.SERVED, DECIDED, date(2026, 3, 21), Wrong.FUTURE, id="tomorrow"),
        pytest.param(State.SERVED, DECIDED, date(2026, 3, 1), Wrong.BEFORE, id="the day before the decision"),
        pytest.param(State.NOTIFIED, None, TODAY, Wrong.UNDECIDED, id="nobody has decided"),
        pytest.param(State.ERASED, None, TODAY, Wrong.UNDECIDED, id="erased: nobody ever decided"),
    ],
)
def test_what_a_bank_can_have_taken(state: State, decided: date | None, paid: date, wrong: Wrong | None):
    assert wrong_entry(state, decided, paid, TODAY) is wrong


def part(number: str, principal: int, surcharge: int = 0, *, whole: bool = False) -> Part:
    return Part(number, principal, surcharge, whole)


@pytest.mark.parametrize(
    ("amount", "bills", "parts"),
    [
        pytest.param(20000, [("A", OPEN)], [part("A", 20000, whole=True)], id="what is open"),
        pytest.param(5000, [("A", OPEN)], [part("A", 5000)], id="a part"),
        pytest.param(20500, [("A", LATE)], [part("A", 20000, 500)], id="the principal first"),
        pytest.param(30000, [("A", LATE)], [part("A", 28800, 1200, whole=True)], id="more than is open"),
        pytest.param(
            25000,
            [("A", OPEN), ("B", OPEN)],
            [part("A", 20000, whole=True), part("B", 5000)],
            id="several, in order",
        ),
        pytest.param(
            20000, [("A", OPEN), ("B", OPEN)], [part("A", 20000, whole=True)], id="one is not reached"
        ),
        pytest.param(
            45000,
            [("A", OPEN), ("B", OPEN)],
            [part("A", 20000, whole=True), part("B", 25000, whole=True)],
            id="more than both: the last has it",
        ),
        pytest.param(20000, [("A", None)], [part("A", 20000)], id="closed: all of it is too much"),
        pytest.param(
            40000,
            [("A", None), ("B", OPEN)],
            [part("A", 20000), part("B", 20000, whole=True)],
            id="what is too much is the closed one's",
        ),
    ],
)
def test_an_amount_is_laid_to_its_cases(amount: int, bills: list[tuple[str, Bill | None]], parts: list[Part]):
    laid = lay(amount, bills)
    assert laid == parts
    assert sum(each.total for each in laid) == amount


@pytest.mark.parametrize(
    ("surplus", "brought", "moved"),
    [
        pytest.param(20000, (20000, 0), Moved(20000, 0), id="the same"),
        pytest.param(20600, (20000, 3600), Moved(20000, 600), id="earlier, with less surcharge"),
        pytest.param(5000, (20000, 0), Moved(5000, 0), id="a part"),
        pytest.param(20600, (20000, 0), None, id="more than WeChat Pay brought: not two ways"),
    ],
)
def test_what_the_counter_takes_over(surplus: int, brought: tuple[int, int], moved: Moved | None):
    assert take_over(surplus, *brought) == moved
