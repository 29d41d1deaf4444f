"""The proportionality table of the shipped tariff (domain 6): which matter may carry what, from when, and how long."""

from datetime import date

import pytest

from models.base.calendar import StateCalendar
from models.base.tariff import load_tariff
from models.restrictions import matter_rules as rules
from models.restrictions.matter_rules import PleaKind, Span, Wrong

TRAVEL = load_tariff().travel
CALENDAR = StateCalendar()


@pytest.mark.parametrize(
    ("kind", "asked", "beyond"),
    [
        pytest.param("court_debt", {"air": ()}, "", id="a debtor does not fly"),
        pytest.param("court_debt", {"rail": ("soft_sleeper", "high_speed_first")}, "", id="nor sleep softly"),
        pytest.param("court_debt", {"rail": ("hard_seat",)}, "rail hard_seat", id="ordinary rail stays free"),
        pytest.param("court_debt", {"rail": ()}, "rail", id="so all of it cannot be held"),
        pytest.param("court_debt", {"coach": ()}, "coach", id="coaches stay free"),
        pytest.param("court_debt", {"hotel": ("five_star",)}, "", id="star hotels"),
        pytest.param("court_debt", {"hotel": ("unrated",)}, "hotel unrated", id="a plain bed stays free"),
        pytest.param("rail_misconduct", {"rail": ()}, "", id="rail misconduct: rail"),
        pytest.param("rail_misconduct", {"air": ()}, "air", id="and not planes"),
        pytest.param("air_misconduct", {"air": ()}, "", id="air misconduct: planes"),
        pytest.param("air_misconduct", {"rail": ("hard_seat",)}, "rail", id="and not trains"),
        pytest.param("fare_evasion", {"rail": ("hard_seat",)}, "", id="less than the whole mode is allowed"),
        pytest.param("exit_ban", {"exit": ()}, "", id="an exit ban"),
        pytest.param("exit_ban", {"hotel": ("one_star",)}, "hotel", id="holds at the border only"),
        pytest.param("bail", {"rail": (), "exit": ()}, "", id="bail: what leaves the city"),
        pytest.param("bail", {"hotel": ()}, "hotel", id="and not hotels"),
    ],
)
def test_what_a_matter_may_carry(kind: str, asked: rules.Scopes, beyond: str):
    assert rules.outside(TRAVEL.matters[kind], asked) == beyond


@pytest.mark.parametrize(
    ("kind", "since"),
    [
        pytest.param(
            "court_debt", date(2026, 3, 12), id="7 working days from Monday the 2nd, then the day after"
        ),
        pytest.param("rail_misconduct", date(2026, 3, 12), id="misconduct, too"),
        pytest.param("bail", date(2026, 3, 2), id="bail at once"),
        pytest.param("exit_ban", date(2026, 3, 2), id="a court's ban at once"),
    ],
)
def test_new_names_take_effect_after_the_days_of_objection(kind: str, since: date):
    assert rules.takes_effect_on(CALENDAR, date(2026, 3, 2), TRAVEL.matters[kind]) == since


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        pytest.param("rail_misconduct", date(2026, 9, 7), id="180 days, the first of them the 12th of March"),
        pytest.param("air_misconduct", date(2027, 3, 11), id="a year"),
        pytest.param("bail", date(2027, 3, 11), id="12 months"),
        pytest.param("court_debt", date(2028, 3, 11), id="2 years"),
        pytest.param("fare_evasion", None, id="until the fare is paid"),
        pytest.param("exit_ban", None, id="as the court says"),
    ],
)
def test_the_longest_it_lasts(kind: str, last: date | None):
    assert rules.longest(TRAVEL.matters[kind], date(2026, 3, 12)) == last


@pytest.mark.parametrize(
    ("until", "wrong"),
    [
        pytest.param(date(2027, 3, 11), None, id="the last of 12 months"),
        pytest.param(date(2027, 3, 12), Wrong.TOO_LONG, id="a day more"),
        pytest.param(date(2026, 3, 12), None, id="one day"),
        pytest.param(date(2026, 3, 11), Wrong.OVER, id="over before it begins"),
        pytest.param(None, None, id="nothing said: the table's"),
    ],
)
def test_bail_lasts_as_the_notice_says_and_12_months_at_most(until: date | None, wrong: Wrong | None):
    assert rules.wrong_until(TRAVEL.matters["bail"], date(2026, 3, 12), until) == wrong


@pytest.mark.parametrize(
    ("earlier", "again"),
    [
        pytest.param([], False, id="the first"),
        pytest.param([date(2026, 1, 5)], False, id="the second"),
        pytest.param([date(2026, 1, 5), date(2025, 6, 1)], True, id="the third in a year"),
        pytest.param([date(2026, 1, 5), date(2025, 3, 2)], False, id="the first was a year ago to the day"),
        pytest.param([date(2026, 1, 5), date(2025, 3, 3)], True, id="a day less than a year"),
        pytest.param([date(2026, 4, 1), date(2026, 5, 1)], False, id="later ones do not count"),
    ],
)
def test_the_third_evasion_in_a_year(earlier: list[date], again: bool):
    assert rules.repeated(TRAVEL.matters["fare_evasion"], date(2026, 3, 2), earlier) is again


def test_whoever_paid_is_free_on_the_day_after_or_90_days_later():
    rule, paid = TRAVEL.matters["fare_evasion"], date(2026, 3, 2)
    assert rules.last_day_after_payment(rule, paid, again=False) == paid
    assert rules.last_day_after_payment(rule, paid, again=True) == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("classes", "asked", "held"),
    [
        pytest.param((), "hard_seat", True, id="the whole mode holds every class"),
        pytest.param((), "", True, id="and the mode as such"),
        pytest.param(("soft_sleeper",), "soft_sleeper", True, id="the class that is held"),
        pytest.param(("soft_sleeper",), "hard_seat", False, id="another class"),
        pytest.param(("soft_sleeper",), "", False, id="the mode as such, of which a class is held"),
    ],
)
def test_a_class_is_held(classes: tuple[str, ...], asked: str, held: bool):
    assert rules.held(classes, asked) is held


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        pytest.param(date(2026, 3, 5), date(2026, 4, 4), False, id="a month"),
        pytest.param(date(2026, 3, 5), date(2026, 4, 5), True, id="a day more"),
        pytest.param(date(2026, 2, 20), date(2026, 3, 1), True, id="over already"),
        pytest.param(date(2026, 2, 20), date(2026, 3, 2), False, id="its last day is today"),
        pytest.param(date(2026, 3, 9), date(2026, 3, 8), True, id="the wrong way round"),
    ],
)
def test_the_court_frees_a_scope_for_a_month_at_most(since: date, until: date, wrong: bool):
    assert rules.wrong_exemption(since, until, date(2026, 3, 2), TRAVEL.exemption_months) is wrong


def test_a_span_holds_its_first_and_its_last_day():
    span = Span(date(2026, 3, 2), date(2026, 3, 4))
    assert [span.covers(date(2026, 3, day)) for day in range(1, 6)] == [False, True, True, True, False]


def test_an_objection_comes_before_the_effect_and_a_correction_after():
    since = date(2026, 3, 12)
    assert rules.plea_of(since, date(2026, 3, 11)) is PleaKind.OBJECTION
    assert rules.plea_of(since, since) is PleaKind.CORRECTION
    assert rules.answer_by(PleaKind.OBJECTION, CALENDAR, date(2026, 3, 2), TRAVEL) == date(2026, 3, 11)
    assert rules.answer_by(PleaKind.CORRECTION, CALENDAR, date(2026, 3, 12), TRAVEL) == date(2026, 3, 27)


def test_every_matter_names_its_legal_basis():
    assert not [kind for kind, rule in TRAVEL.matters.items() if rule.inert]
