"""Which of two versions of an offence is the lighter one (APL 37)."""

from dataclasses import replace
from typing import Any

import pytest

from models.violations.penalty_rules import Later, Penalty, later

OLD = Penalty(20000, 20000, "200", 3, grave=False)
RANGE = Penalty(20000, 200000, "200以上2000以下", 6, grave=False)
WORDS = Penalty(None, None, "最低保费2倍罚款", None, grave=False)


def fined(yuan: int, **other: Any) -> Penalty:
    """The old one with this fine."""
    return replace(OLD, low=yuan * 100, high=yuan * 100, words=str(yuan), **other)


CASES = [
    pytest.param(OLD, OLD, Later.SAME, id="nothing changed"),
    pytest.param(OLD, replace(OLD, words="200元"), Later.SAME, id="the same, written otherwise"),
    pytest.param(OLD, fined(100), Later.LIGHTER, id="a smaller fine"),
    pytest.param(OLD, replace(OLD, points=1), Later.LIGHTER, id="fewer points"),
    pytest.param(OLD, fined(100, points=1), Later.LIGHTER, id="both"),
    pytest.param(OLD, fined(300), Later.SAME, id="a larger fine: the rule of the day stays"),
    pytest.param(OLD, replace(OLD, points=6), Later.SAME, id="more points"),
    pytest.param(OLD, fined(100, points=6), Later.UNSURE, id="a smaller fine, more points"),
    pytest.param(OLD, fined(100, grave=True), Later.UNSURE, id="a smaller fine, and detention"),
    pytest.param(replace(OLD, grave=True), OLD, Later.LIGHTER, id="no detention any more"),
    pytest.param(OLD, replace(OLD, points=None), Later.UNSURE, id="points unknown now"),
    pytest.param(OLD, WORDS, Later.UNSURE, id="words now"),
    pytest.param(WORDS, WORDS, Later.SAME, id="the same words"),
    pytest.param(RANGE, replace(RANGE, high=100000), Later.LIGHTER, id="a range that ends lower"),
    pytest.param(RANGE, replace(RANGE, low=10000, high=300000), Later.UNSURE, id="a wider range"),
    pytest.param(OLD, None, Later.UNSURE, id="withdrawn: another code may have taken its place"),
]


@pytest.mark.parametrize(("old", "new", "found"), CASES)
def test_the_later_rule(old: Penalty, new: Penalty | None, found: Later):
    assert later(old, new) is found
