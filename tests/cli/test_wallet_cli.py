"""`shimin wallet`: the list is compared now, and read; what differs is an exit status."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot import wallet_cli
from models.base.ports import GatewayDown
from scheduler.jobs.compare_wallet import MANY, due_day
from tests.cli.conftest import Shell
from tests.fakes import FakeWallet, Lock

FOREIGN = Lock("110101", "x", "x", date(2026, 3, 2))


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeWallet:
    """What stands where the wiring opens the wallet."""
    fake = FakeWallet()

    @asynccontextmanager
    async def opened(settings: Any) -> AsyncIterator[FakeWallet]:
        del settings
        yield fake

    monkeypatch.setattr(wallet_cli, "open_wallet", opened)
    return fake


def wallet(shell: Shell, *words: str) -> tuple[int, str, str]:
    status, out, err = shell.run("wallet", *words)
    return status, " ".join(out.split()), " ".join(err.split())


def test_a_night(desk: Shell, gateway: FakeWallet) -> None:
    assert wallet(desk, "compare")[:2] == (
        0,
        f"0 differences. {due_day(datetime.now(UTC))}: the wallet held 0 locks, we 0. Nothing differs.",
    )
    gateway.locks = {"L-1": FOREIGN}
    status, out, _ = wallet(desk, "compare")
    assert (status, "lock L-1: held_there; told" in out) == (0, True)


def test_too_many_are_let_go_only_when_it_is_said(desk: Shell, gateway: FakeWallet) -> None:
    gateway.locks = {f"L-{number:02}": FOREIGN for number in range(MANY + 1)}
    status, _, err = wallet(desk, "compare")
    assert (status, "nothing was done" in err) == (1, True)
    status, out, _ = wallet(desk, "compare", "--however-many")
    assert (status, "21 differences" in out) == (0, True)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        pytest.param("yesterday", "write it as 2026-12-01", id="no day"),
        pytest.param("2020-01-01", "see `shimin wallet compare`", id="not compared"),
    ],
)
def test_a_night_that_cannot_be_told(desk: Shell, day: str, says: str) -> None:
    status, _, err = wallet(desk, "report", day)
    assert (status, says in err, "Traceback" in err) == (1, True, False)


def test_the_wallet_does_not_answer(desk: Shell, gateway: FakeWallet) -> None:
    gateway.trouble = GatewayDown("timeout")
    status, _, err = wallet(desk, "compare")
    assert (status, "the wallet: timeout" in err, "Traceback" in err) == (1, True, False)
