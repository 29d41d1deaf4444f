"""When a challenge is taken, by when it is answered, and what its days do to the surcharge."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base.calendar import StateCalendar
from models.base.tariff import load_tariff
from models.violations.amount_rules import Suspension, days_late, surcharge
from models.violations.challenge_rules import (
    ChallengeState,
    Kind,
    Obstacle,
    Standing,
    answer_by,
    fits,
    is_watched,
    obstacle,
    review_until,
)
from models.violations.rules import State
from tests.conftest import TOWN_TARIFF

TARIFF = load_tariff(TOWN_TARIFF)
CALENDAR = StateCalendar()
TODAY = date(2026, 3, 2)  # a Monday
DUE = date(2026, 3, 16)


def day(number: int) -> date:
    """So many days after the last one to pay."""
    return DUE + timedelta(days=number)


@pytest.mark.parametrize(
    ("spans", "today", "late"),
    [
        pytest.param([], 5, 5, id="none"),
        pytest.param([(-10, -3)], 5, 5, id="over before the last day"),
        pytest.param([(-3, 2)], 5, 3, id="over the last day: only what follows it counts"),
        pytest.param([(2, 3)], 5, 3, id="in between, both ends included"),
        pytest.param([(3, 3)], 5, 4, id="filed and withdrawn on one day"),
        pytest.param([(3, None)], 5, 2, id="still open"),
        pytest.param([(-20, None)], 5, 0, id="open since before the last day"),
        pytest.param([(5, None)], 5, 4, id="filed today"),
        pytest.param([(5, 9)], 5, 4, id="ends later than the day that is asked about"),
        pytest.param([(6, 9)], 5, 5, id="begins later"),
        pytest.param([(1, 2), (4, 5)], 7, 3, id="two"),
        pytest.param([(4, 5), (1, 2)], 7, 3, id="two, the later one first"),
        pytest.param([(1, 4), (3, 5)], 7, 2, id="overlapping"),
        pytest.param([(1, 6), (2, 3)], 7, 1, id="one within the other"),
        pytest.param([(1, 3), (3, 3)], 7, 4, id="an objection, and a review on the day of its answer"),
    ],
)
def test_days_late(spans: list[tuple[int, int | None]], today: int, late: int):
    suspensions = [Suspension(day(since), None if until is None else day(until)) for since, until in spans]
    assert days_late(DUE, day(today), suspensions) == late
    assert surcharge(20000, DUE, day(today), TARIFF.payment, suspensions) == 600 * late


@pytest.mark.parametrize(
    ("today", "added"),
    [
        pytest.param(39, 20000 - 200, id="33 days that count"),
        pytest.param(40, 20000, id="the 34th carries the remainder"),
        pytest.param(99, 20000, id="never more than the principal"),
    ],
)
def test_the_cap_is_reached_so_much_later(today: int, added: int):
    assert surcharge(20000, DUE, day(today), TARIFF.payment, [Suspension(day(1), day(6))]) == added


spans = st.lists(
    st.tuples(st.integers(-40, 80), st.one_of(st.none(), st.integers(0, 40))).map(
        lambda pair: Suspension(day(pair[0]), None if pair[1] is None else day(pair[0] + pair[1]))
    ),
    max_size=5,
)


@given(st.integers(1, 200_000), spans, st.integers(-10, 120))
def test_suspended_is_never_dearer_and_never_goes_down(
    principal: int, suspensions: list[Suspension], today: int
):
    plain = surcharge(principal, DUE, day(today), TARIFF.payment)
    now = surcharge(principal, DUE, day(today), TARIFF.payment, suspensions)
    assert 0 <= now <= plain <= principal
    assert now <= surcharge(principal, DUE, day(today + 1), TARIFF.payment, suspensions)


@given(spans, st.integers(0, 120))
def test_each_day_is_late_or_suspended(suspensions: list[Suspension], today: int):
    """Counted one by one."""
    counted = sum(
        not any(each.since <= day(number) <= (each.until or day(today)) for each in suspensions)
        for number in range(1, today + 1)
    )
    assert days_late(DUE, day(today), suspensions) == counted


@pytest.mark.parametrize(
    ("kind", "standing", "against"),
    [
        pytest.param(Kind.OBJECTION, Standing(State.RECORDED, False, None), None, id="just recorded"),
        pytest.param(Kind.OBJECTION, Standing(State.NOTIFIED, False, None), None, id="notified"),
        pytest.param(Kind.OBJECTION, Standing(State.DECIDED, False, TODAY), None, id="decided"),
        pytest.param(Kind.OBJECTION, Standing(State.OVERDUE, False, TODAY), None, id="overdue"),
        pytest.param(Kind.OBJECTION, Standing(State.PAID, False, TODAY), Obstacle.PAID, id="paid"),
        pytest.param(Kind.OBJECTION, Standing(State.ERASED, False, None), Obstacle.CLOSED, id="erased"),
        pytest.param(
            Kind.OBJECTION, Standing(State.SERVED, True, TODAY), Obstacle.OPEN_ALREADY, id="one is open"
        ),
        pytest.param(
            Kind.OBJECTION,
            Standing(State.NOTIFIED, False, None, nominated=True),
            Obstacle.NOMINATED,
            id="a driver is being asked",
        ),
        pytest.param(
            Kind.OBJECTION,
            Standing(State.NOTIFIED, False, None, [Kind.OBJECTION]),
            Obstacle.ANSWERED_OPEN,
            id="answered, undecided",
        ),
        pytest.param(
            Kind.OBJECTION,
            Standing(State.SERVED, False, TODAY, [Kind.OBJECTION]),
            Obstacle.ANSWERED,
            id="answered, decided",
        ),
        pytest.param(
            Kind.REVIEW, Standing(State.SERVED, False, TODAY, [Kind.OBJECTION]), None, id="after an objection"
        ),
        pytest.param(Kind.REVIEW, Standing(State.PAID, False, TODAY), None, id="a review, paid"),
        pytest.param(
            Kind.REVIEW, Standing(State.NOTIFIED, False, None), Obstacle.UNDECIDED, id="a review of nothing"
        ),
        pytest.param(Kind.REVIEW, Standing(State.VOIDED, False, TODAY), Obstacle.CLOSED, id="voided"),
        pytest.param(
            Kind.REVIEW,
            Standing(State.SERVED, False, TODAY, [Kind.REVIEW]),
            Obstacle.REVIEWED,
            id="reviewed before",
        ),
        pytest.param(
            Kind.REVIEW, Standing(State.SERVED, False, date(2026, 1, 1)), None, id="on the sixtieth day"
        ),
        pytest.param(
            Kind.REVIEW, Standing(State.SERVED, False, date(2025, 12, 31)), None, id="the end was a Sunday"
        ),
        pytest.param(
            Kind.REVIEW,
            Standing(State.SERVED, False, date(2025, 12, 29)),
            Obstacle.TOO_LATE,
            id="the end was the Friday before, but that was a working day",
        ),
    ],
)
def test_what_stands_against_it(kind: Kind, standing: Standing, against: Obstacle | None):
    assert obstacle(kind, standing, TODAY, CALENDAR, TARIFF.handling) is against


@pytest.mark.parametrize(
    ("knew_on", "until"),
    [
        pytest.param(date(2026, 3, 3), date(2026, 5, 6), id="ends in the May holiday: the first working day"),
        pytest.param(date(2026, 1, 1), date(2026, 3, 2), id="ends on a Monday"),
    ],
)
def test_the_last_day_to_ask_for_a_review(knew_on: date, until: date):
    assert review_until(knew_on, CALENDAR, TARIFF.handling) == until


@pytest.mark.parametrize(
    ("kind", "filed_on", "by"),
    [
        pytest.param(Kind.OBJECTION, date(2026, 3, 2), date(2026, 3, 9), id="over a weekend"),
        pytest.param(Kind.OBJECTION, date(2026, 2, 13), date(2026, 2, 27), id="over the Spring Festival"),
        pytest.param(Kind.OBJECTION, date(2026, 4, 30), date(2026, 5, 11), id="May, with a make-up Saturday"),
        pytest.param(Kind.REVIEW, date(2026, 3, 2), date(2026, 5, 1), id="natural days"),
    ],
)
def test_by_when_it_is_answered(kind: Kind, filed_on: date, by: date):
    assert answer_by(kind, filed_on, CALENDAR, TARIFF.challenges) == by


@pytest.mark.parametrize(
    ("today", "watched"),
    [
        pytest.param(date(2026, 3, 5), False, id="two working days before"),
        pytest.param(date(2026, 3, 6), True, id="the Friday before a Monday"),
        pytest.param(date(2026, 3, 7), True, id="the weekend"),
        pytest.param(date(2026, 3, 9), True, id="the day"),
        pytest.param(date(2026, 4, 9), True, id="late"),
    ],
)
def test_when_an_officer_is_alerted(today: date, watched: bool):
    assert is_watched(date(2026, 3, 9), today, CALENDAR) is watched


@pytest.mark.parametrize("state", State)
def test_what_is_undecided_is_erased_and_what_is_decided_is_voided(state: State):
    possible = {outcome for outcome in ChallengeState if fits(outcome, state)}
    if state in (State.ERASED, State.VOIDED):
        assert possible == set()
    elif state in (State.RECORDED, State.NOTIFIED):
        assert possible == {ChallengeState.UPHELD, ChallengeState.ERASED}
    else:
        assert possible == {ChallengeState.UPHELD, ChallengeState.VOIDED}
