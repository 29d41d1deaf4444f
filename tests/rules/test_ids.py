"""Numbers the service gives out: readable, checkable, of the shape their readers accept."""

import re
from random import Random

import pytest

from models.base.ids import Ids, is_case_no


def test_case_numbers_have_a_right_check_digit():
    ids = Ids(Random(1))
    assert all(is_case_no(ids.case_no()) for _ in range(200))


def test_any_mistyped_digit_of_a_case_number_is_found():
    number = Ids(Random(2)).case_no()
    typos = [
        number[:place] + digit + number[place + 1 :]
        for place in range(12)
        for digit in "0123456789"
        if digit != number[place]
    ]
    assert not any(is_case_no(typo) for typo in typos)


def test_two_neighbours_swapped_are_found():
    number = Ids(Random(3)).case_no()
    swapped = {number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(11)} - {number}
    assert swapped
    assert not any(is_case_no(typo) for typo in swapped)


@pytest.mark.parametrize(
    "text", ["", "44201200348", "4420120034811", "４４２０１２００３４８１", "44201200348x", "²" * 12]
)
def test_what_is_no_case_number(text: str):
    assert not is_case_no(text)


@pytest.mark.parametrize(
    ("number", "shape"),
    [
        pytest.param(Ids.order_no, r"[0-9A-Z]{32}", id="order: what WeChat Pay takes as out_trade_no"),
        pytest.param(Ids.reference, r"[0-9A-Z]{20}", id="reference: what the wallet takes"),
        pytest.param(
            Ids.ticket_no, r"[2-9A-HJKLMNP-Z]{6}", id="ticket: nothing that sounds or looks like another"
        ),
        pytest.param(lambda ids: ids.digits(6), r"[0-9]{6}", id="code"),
    ],
)
def test_shapes(number, shape: str):
    ids = Ids(Random(4))
    numbers = {number(ids) for _ in range(100)}
    assert len(numbers) == 100
    assert all(re.fullmatch(shape, one) for one in numbers)


def test_seeded_ids_repeat():
    assert Ids(Random(5)).order_no() == Ids(Random(5)).order_no()
    assert Ids().order_no() != Ids().order_no()
