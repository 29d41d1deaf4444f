"""What an officer may set: figures in the catalogue's range, terms once extended, silence after its announcement."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.violations.grounds import EraseGround, VoidGround
from models.violations.officer_rules import (
    Range,
    Wrong,
    announcement_over,
    latest_extension,
    wrong_figure,
)

OVERLOAD = Range(20000, 200000)  # 200 to 2000 yuan
UP_TO = Range(0, 5000)
WORDS = Range(None, None)
FIXED = Range(15000, 15000)


@pytest.mark.parametrize(
    ("bounds", "standing", "replaces", "figure", "wrong"),
    [
        pytest.param(OVERLOAD, None, None, 20000, None, id="the lowest"),
        pytest.param(OVERLOAD, None, None, 200000, None, id="the highest"),
        pytest.param(OVERLOAD, None, None, 19999, Wrong.OUT_OF_RANGE, id="a fen under it"),
        pytest.param(OVERLOAD, None, None, 200001, Wrong.OUT_OF_RANGE, id="a fen over it"),
        pytest.param(UP_TO, None, None, 1, None, id="up to: one fen"),
        pytest.param(UP_TO, None, None, 0, Wrong.NOTHING, id="up to: nothing is no fine"),
        pytest.param(WORDS, None, None, 30000, None, id="only words tell"),
        pytest.param(WORDS, None, None, -1, Wrong.NOTHING, id="less than nothing"),
        pytest.param(FIXED, None, None, 15000, Wrong.FIXED, id="the catalogue has set it"),
        pytest.param(OVERLOAD, 50000, 50000, 40000, None, id="lowered after hearing the owner"),
        pytest.param(OVERLOAD, 50000, 50000, 60000, Wrong.NOT_LOWER, id="never raised"),
        pytest.param(OVERLOAD, 50000, 50000, 50000, Wrong.NOT_LOWER, id="the same is no lowering"),
        pytest.param(OVERLOAD, 50000, None, 40000, Wrong.STANDS, id="another officer was first"),
        pytest.param(OVERLOAD, 40000, 50000, 30000, Wrong.STANDS, id="lowered by another meanwhile"),
        pytest.param(OVERLOAD, None, 50000, 40000, Wrong.STANDS, id="there is none to replace"),
    ],
)
def test_figures(bounds: Range, standing: int | None, replaces: int | None, figure: int, wrong: Wrong | None):
    assert wrong_figure(bounds, standing, replaces, figure) is wrong


@given(st.lists(st.integers(min_value=-1, max_value=250000), max_size=8))
def test_whatever_officers_try_a_figure_stays_in_range_and_only_falls(tries: list[int]):
    standing = None
    for figure in tries:
        if wrong_figure(OVERLOAD, standing, standing, figure) is None:
            assert 20000 <= figure <= 200000
            assert standing is None or figure < standing
            standing = figure


@pytest.mark.parametrize(
    ("handle_by", "latest"),
    [
        pytest.param(date(2026, 4, 1), date(2026, 7, 1), id="three months"),
        pytest.param(date(2026, 11, 30), date(2027, 2, 28), id="over the year, February is short"),
        pytest.param(date(2027, 11, 30), date(2028, 2, 29), id="a leap year"),
        pytest.param(date(2026, 1, 31), date(2026, 4, 30), id="April has 30 days"),
        pytest.param(date(2026, 12, 31), date(2027, 3, 31), id="New Year's Eve"),
    ],
)
def test_the_longest_extension(handle_by: date, latest: date):
    assert latest_extension(handle_by, 3) == latest


def test_an_announcement_is_lived_through():
    last = date(2026, 3, 11)
    assert not announcement_over(last, last)
    assert announcement_over(last, date(2026, 3, 12))


def test_the_law_has_eight_grounds_and_each_but_the_decisions_own_is_one_for_voiding():
    assert len(EraseGround) == 8
    assert set(EraseGround) <= set(VoidGround)
