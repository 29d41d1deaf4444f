"""Money at the counter, at the officers' API: booked once, given back once, refused in sentences."""

from typing import Any

import pytest

from models.identity.staff import Role
from tests.api.conftest import problem
from tests.api.test_officer import WHY, Office, office

__all__ = ["office"]  # a fixture

PAID: dict[str, Any] = {"amount_fen": 21000, "bank": "示范市商业银行", "paid_on": "2026-03-02"}


async def test_a_receipt_of_the_bank_is_booked_and_what_was_too_much_given_back(office: Office) -> None:
    number = await office.decided()
    booked = await (await office.do("counter-receipts/B-0001/book", cases=[number], **PAID)).json()
    laid = {"case": number, "principal": 20000, "surcharge": 0, "surplus": 1000, "state": "paid"}
    assert booked == {
        "receipt": "B-0001",
        "new": True,
        "booked_fen": 20000,
        "surplus_fen": 1000,
        "cases": [laid],
    }
    again = await office.do("counter-receipts/B-0001/book", cases=[number], **PAID)
    assert (again.status, (await again.json())["new"]) == (200, False)
    [shown] = (await (await office.get(f"cases/{number}")).json())["refunds"]
    assert (shown["till"], "`repay`" in shown["next"]) == ("counter", True)
    refund = f"refunds/{shown['number']}/repay"
    given = await (await office.do(refund, receipt="A-0001", day="2026-03-02", **WHY)).json()
    assert (given["amount_fen"], given["case"], given["new"]) == (1000, number, True)
    [shown] = (await (await office.get(f"cases/{number}")).json())["refunds"]
    assert (shown["state"], shown["next"]) == ("done", "It was handed out at the counter. Nothing to do.")


@pytest.mark.parametrize(
    ("receipt", "changed", "code"),
    [
        pytest.param("B 1", {}, "officer.receipt_number", id="a number with a gap"),
        pytest.param("B-1", {}, "officer.receipt_number", id="too short a number"),
        pytest.param("B-0001", {"cases": []}, "officer.cases", id="no case"),
        pytest.param("B-0001", {"cases": ["442012003482"]}, "case.mistyped", id="a mistyped case"),
        pytest.param("B-0001", {"amount_fen": 0}, "officer.amount", id="nothing"),
        pytest.param("B-0001", {"amount_fen": "200"}, "officer.fen", id="a text"),
        pytest.param("B-0001", {"bank": "行"}, "officer.bank", id="a bank of one character"),
        pytest.param("B-0001", {"bank": "银行\n支行"}, "officer.bank", id="a bank in two lines"),
        pytest.param("B-0001", {"paid_on": "today"}, "officer.day", id="no day"),
        pytest.param("B-0001", {"paid_on": "2026-03-03"}, "officer.counter_future", id="tomorrow"),
    ],
)
async def test_a_receipt_that_cannot_be_read(
    office: Office, receipt: str, changed: dict[str, Any], code: str
) -> None:
    fields = {"cases": [await office.decided()], **PAID, **changed}
    answer = await office.do(f"counter-receipts/{receipt}/book", **fields)
    assert (answer.status, (await problem(answer))["code"]) == (422, code)


async def test_another_authoritys_officer_books_nothing_here(office: Office) -> None:
    number = await office.decided()
    office.key = await office.hire(Role.OFFICER, "441900")
    answer = await office.do("counter-receipts/B-0001/book", cases=[number], **PAID)
    assert (answer.status, (await problem(answer))["code"]) == (422, "officer.no_case")
    assert (await office.case(number)).payable
