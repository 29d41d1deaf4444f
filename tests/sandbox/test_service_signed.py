"""The service's own SIM register and wallet gateways against the sandbox's, over HTTP (docs/wires.md)."""

import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient

from bot.gateways.sim_register import SignedSimRegister
from bot.gateways.wallet import SignedWallet
from models.base.ports import GatewayDown, Outcome, SendResult
from sandbox import wallet as sandbox_wallet
from tests.sandbox.conftest import said, shown

LI_MING = {"name": "李明", "resident_id": "442000188503121375", "phone": "13800010001"}
LOCK: dict[str, Any] = {
    "reference": "lock-1",
    "resident_id": LI_MING["resident_id"],
    "authority": "示范市公安局交通警察支队",
    "legal_basis": "示范条例第九条",
    "since": date(2026, 12, 1),
}
ACKNOWLEDGED = SendResult(Outcome.SENT, "lock-1")
WRONG = [
    pytest.param({"secret": "another"}, id="secret"),
    pytest.param({"wall": lambda: time.time() - 400}, id="clock"),
]


@pytest.fixture
async def far(sandbox: TestClient) -> AsyncIterator[dict[str, Any]]:
    """Where both systems of this sandbox are."""
    async with aiohttp.ClientSession() as session:
        yield {"session": session, "base_url": str(sandbox.make_url("/")).rstrip("/")}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        pytest.param({}, True, id="his"),
        pytest.param({"name": "王芳"}, False, id="another-name"),
        pytest.param({"resident_id": "442000188708212481"}, False, id="another-id"),
        pytest.param({"phone": "13800010002"}, False, id="another-phone"),
    ],
)
async def test_whose_phone_it_is(far: dict[str, Any], change: dict[str, str], match: bool):
    assert await SignedSimRegister(**far, secret="sim-secret").matches(**(LI_MING | change)) is match


@pytest.mark.parametrize("ours", WRONG)
async def test_the_register_does_not_answer_strangers(far: dict[str, Any], ours: dict[str, Any]):
    register = SignedSimRegister(**(far | {"secret": "sim-secret"} | ours))
    with pytest.raises(GatewayDown, match="401"):
        await register.matches(**LI_MING)


async def test_a_wallet_is_locked_and_released_however_often_it_is_said(
    far: dict[str, Any], sandbox: TestClient
):
    wallet = SignedWallet(**far, secret="wallet-secret")
    for _ in range(2):
        assert await wallet.lock(**LOCK) == ACKNOWLEDGED
        shown_lock = await shown(sandbox, "wallet")
        assert (shown_lock["locked"], len(shown_lock["locks"])) == (True, 1)
    for _ in range(2):
        assert await wallet.unlock(reference="lock-1") == ACKNOWLEDGED
        assert not (await shown(sandbox, "wallet"))["locked"]
    assert await wallet.lock(**LOCK) == SendResult(Outcome.REFUSED, "lock-1", "released")


@pytest.mark.parametrize("what", ["fail", "drop"])
async def test_a_wallet_that_fails_is_asked_again(far: dict[str, Any], sandbox: TestClient, what: str):
    wallet = SignedWallet(**far, secret="wallet-secret")
    await wallet.lock(**LOCK)
    await said(sandbox, "faults", wire="wallet", what=what, times=1)
    assert (await wallet.unlock(reference="lock-1")).outcome is Outcome.LATER
    assert await wallet.unlock(reference="lock-1") == ACKNOWLEDGED


@pytest.mark.parametrize("ours", WRONG)
async def test_no_stranger_locks_a_wallet(far: dict[str, Any], sandbox: TestClient, ours: dict[str, Any]):
    stranger = SignedWallet(**(far | {"secret": "wallet-secret"} | ours))
    assert await stranger.lock(**LOCK) == SendResult(Outcome.LATER, "lock-1", "http_401")
    assert await shown(sandbox, "wallet") == {"locked": False, "locks": []}


async def test_what_the_wallet_holds_is_listed_whole(far: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    """Page after page; what was released is not on it."""
    monkeypatch.setattr(sandbox_wallet, "PAGE", 2)
    wallet = SignedWallet(**far, secret="wallet-secret")
    for number in range(5):
        await wallet.lock(**LOCK | {"reference": f"L-{number}"})
    await wallet.unlock(reference="L-3")
    assert [list(batch) async for batch in wallet.held()] == [["L-0", "L-1"], ["L-2", "L-4"]]
    assert [await wallet.holds(reference=f"L-{number}") for number in (2, 3, 9)] == [True, False, False]
    with pytest.raises(GatewayDown, match="401"):
        await SignedWallet(**far, secret="another").holds(reference="L-2")
