"""`shimin bill`: a day is compared, and read; what differs is an exit status."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import bill_cli
from models.base.ports import BillLine, GatewayDown
from tests.cli.conftest import Shell
from tests.fakes import FakePayments

YESTERDAY = datetime.now(UTC).date() - timedelta(days=2)  # over, whatever the hour in China
STRANGER = BillLine("payment", "4200002345", "X" * 32, 20000, "SUCCESS")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakePayments:
    """What stands where the wiring opens the merchant account."""
    fake = FakePayments()

    @asynccontextmanager
    async def opened(settings: Any) -> AsyncIterator[FakePayments]:
        del settings
        yield fake

    monkeypatch.setattr(bill_cli, "open_payments", opened)
    return fake


def bill(shell: Shell, *words: str) -> tuple[int, str, str]:
    status, out, err = shell.run("bill", *words)
    return status, " ".join(out.split()), " ".join(err.split())


@pytest.mark.parametrize(
    ("lines", "status", "says"),
    [
        pytest.param([], 0, "0 payments, ¥0.00; 0 refunds, ¥0.00 Nothing differs.", id="nothing"),
        pytest.param([STRANGER], 1, "1 at the desk, 0 settled.", id="a payment nobody knows"),
    ],
)
def test_a_day(desk: Shell, gateway: FakePayments, lines: Sequence[BillLine], status: int, says: str) -> None:
    gateway.bills = {YESTERDAY: lines}
    for _ in range(2):
        ended, out, _ = bill(desk, "reconcile", YESTERDAY.isoformat())
        assert (ended, says in out, f"{len(lines)} differences, 0 of them" in out) == (status, True, True)
    ended, out, _ = bill(desk, "report", YESTERDAY.isoformat())
    assert (ended, says in out) == (status, True)
    assert ("4200002345" in out and "missing_here" in out) is bool(lines)


def test_a_day_that_was_not_compared(desk: Shell) -> None:
    status, _, err = bill(desk, "report", YESTERDAY.isoformat())
    assert (status, f"see `shimin bill reconcile {YESTERDAY}`" in err) == (1, True)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        pytest.param("yesterday", "write it as 2026-12-01", id="no day"),
        pytest.param((date.today() + timedelta(days=2)).isoformat(), "not over yet", id="to come"),  # noqa: DTZ011
        pytest.param("2020-01-01", "three months", id="long ago"),
    ],
)
def test_a_day_that_cannot_be(desk: Shell, gateway: FakePayments, day: str, says: str) -> None:
    status, _, err = bill(desk, "reconcile", day)
    assert (status, says in err, "Traceback" in err) == (1, True, False)


def test_wechat_pay_does_not_answer(desk: Shell, gateway: FakePayments) -> None:
    gateway.trouble = GatewayDown("no answer from WeChat Pay")
    status, _, err = bill(desk, "reconcile", YESTERDAY.isoformat())
    assert (status, "no answer from WeChat Pay" in err, "Traceback" in err) == (1, True, False)
