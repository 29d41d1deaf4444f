"""Money is integer fen; shown as on a Chinese receipt."""

import pytest

from models.base.money import Fen, percent, yuan


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        pytest.param(20000, "¥200.00", id="whole yuan"),
        pytest.param(5, "¥0.05", id="five fen"),
        pytest.param(0, "¥0.00", id="nothing"),
        pytest.param(123456789, "¥1234567.89", id="no separators"),
        pytest.param(-650, "-¥6.50", id="less than nothing"),
    ],
)
def test_fen_are_shown_as_yuan(fen: int, shown: str):
    assert str(Fen(fen)) == f"{Fen(fen)}" == shown


def test_yuan_are_a_hundred_fen():
    assert yuan(200) == Fen(20000)


@pytest.mark.parametrize(
    ("amount", "rate", "fen"),
    [
        pytest.param(20000, 3, 600, id="3 % of 200 yuan is 6 yuan"),
        pytest.param(33, 3, 0, id="part of a fen is dropped"),
        pytest.param(67, 3, 2, id="2.01 fen are 2"),
        pytest.param(5000, 100, 5000, id="the whole"),
    ],
)
def test_a_percentage_rounds_down_to_the_fen(amount: int, rate: int, fen: int):
    assert percent(amount, rate) == fen
