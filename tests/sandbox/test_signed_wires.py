"""The SIM register and the wallet, as docs/wires.md specifies them; the signature is computed here once more."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.sandbox.conftest import Starts, shown

PERSON = {"name": "李明", "resident_id": "442000188503121375", "phone": "13800010001"}
LOCK = {
    "resident_id": "442000188503121375",
    "measure": "wallet",
    "authority": "442000",
    "legal_basis": "(made up) ordinance 7",
    "since": "2026-12-01",
}


def headers(
    secret: str, method: str, path: str, body: bytes, *, age: int = 0, nonce: str = ""
) -> dict[str, str]:
    timestamp, nonce = str(int(time.time()) - age), nonce or secrets.token_hex(16)
    text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{hashlib.sha256(body).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {"X-Shimin-Timestamp": timestamp, "X-Shimin-Nonce": nonce, "X-Shimin-Signature": signature}


async def call(
    client: TestClient, method: str, path: str, body: Any = None, secret: str = "wallet-secret", **how: Any
) -> tuple[int, dict[str, Any]]:
    raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    async with client.request(
        method, path, data=raw, headers=headers(secret, method, path, raw, **how)
    ) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        pytest.param({}, True, id="the-holder"),
        pytest.param({"name": "王芳"}, False, id="another-name"),
        pytest.param({"resident_id": "442000188708212481"}, False, id="another-id"),
        pytest.param({"phone": "13800010002"}, False, id="another-phone"),
        pytest.param({"phone": "13900000000"}, False, id="a-phone-of-nobody"),
    ],
)
async def test_is_the_phone_theirs(sandbox: TestClient, change: dict, match: bool):
    assert await call(sandbox, "POST", "/v1/verify", PERSON | change, "sim-secret") == (200, {"match": match})


@pytest.mark.parametrize(
    "body", [pytest.param({"name": "李明"}, id="incomplete"), pytest.param([], id="not-an-object")]
)
async def test_a_question_to_the_register_that_cannot_be_read(sandbox: TestClient, body: Any):
    status, answer = await call(sandbox, "POST", "/v1/verify", body, "sim-secret")
    assert (status, answer["code"]) == (400, "invalid")


async def test_a_lock_from_first_to_last(sandbox: TestClient):
    assert await call(sandbox, "GET", "/v1/locks/L-1") == (
        404,
        {"code": "unknown", "message": "no such reference"},
    )
    status, locked = await call(sandbox, "PUT", "/v1/locks/L-1", LOCK)
    assert (status, locked["reference"], locked["state"]) == (200, "L-1", "locked")
    assert await call(sandbox, "PUT", "/v1/locks/L-1", LOCK) == (200, locked)
    assert await call(sandbox, "GET", "/v1/locks/L-1") == (200, locked | {"since": "2026-12-01"})
    wallet = await shown(sandbox, "wallet")
    assert (wallet["locked"], [lock["reference"] for lock in wallet["locks"]]) == (True, ["L-1"])
    status, released = await call(sandbox, "DELETE", "/v1/locks/L-1")
    assert (status, released["state"]) == (200, "released")
    assert await call(sandbox, "DELETE", "/v1/locks/L-1") == (200, released)
    status, answer = await call(sandbox, "PUT", "/v1/locks/L-1", LOCK)
    assert (status, answer["code"]) == (409, "released")
    assert (await shown(sandbox, "wallet"))["locked"] is False


async def test_an_unlock_that_overtakes_its_lock_wins(sandbox: TestClient):
    status, answer = await call(sandbox, "DELETE", "/v1/locks/L-2")
    assert (status, answer["state"]) == (200, "released")
    assert (await call(sandbox, "PUT", "/v1/locks/L-2", LOCK))[0] == 409


@pytest.mark.parametrize(
    ("path", "change"),
    [
        pytest.param("/v1/locks/L_1", {}, id="reference"),
        pytest.param("/v1/locks/" + "x" * 65, {}, id="reference-too-long"),
        pytest.param("/v1/locks/L-1", {"measure": "travel"}, id="measure"),
        pytest.param("/v1/locks/L-1", {"since": "yesterday"}, id="since"),
        pytest.param("/v1/locks/L-1", {"legal_basis": ""}, id="no-basis"),
        pytest.param("/v1/locks/L-1", {"resident_id": 1}, id="owner"),
    ],
)
async def test_a_lock_that_cannot_be_read(sandbox: TestClient, path: str, change: dict):
    status, answer = await call(sandbox, "PUT", path, LOCK | change)
    assert (status, answer["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"secret": "sim-secret"}, id="the-other-wires-secret"),
        pytest.param({"age": 310}, id="old"),
        pytest.param({"age": -310}, id="early"),
        pytest.param({"nonce": "short"}, id="nonce-too-short"),
        pytest.param({"nonce": "with-a-dash-in-it-"}, id="nonce-with-other-characters"),
    ],
)
async def test_a_wrong_signature_does_nothing(sandbox: TestClient, how: dict):
    status, answer = await call(sandbox, "PUT", "/v1/locks/L-1", LOCK, **how)
    assert (status, answer["code"]) == (401, "unsigned")
    assert (await call(sandbox, "GET", "/v1/locks/L-1"))[0] == 404


@pytest.mark.parametrize(
    ("signed_for", "sent"),
    [
        pytest.param(("PUT", "/v1/locks/L-1", b"{}"), ("DELETE", "/v1/locks/L-1", b"{}"), id="method"),
        pytest.param(("DELETE", "/v1/locks/L-1", b""), ("DELETE", "/v1/locks/L-2", b""), id="path"),
        pytest.param(("DELETE", "/v1/locks/L-1", b""), ("DELETE", "/v1/locks/L-1?x=1", b""), id="query"),
        pytest.param(("PUT", "/v1/locks/L-1", b"{}"), ("PUT", "/v1/locks/L-1", b"{ }"), id="body"),
    ],
)
async def test_a_signature_covers_the_call(sandbox: TestClient, signed_for: tuple, sent: tuple):
    method, path, body = sent
    async with sandbox.request(
        method, path, data=body, headers=headers("wallet-secret", *signed_for)
    ) as response:
        assert response.status == 401


async def test_an_unsigned_call(sandbox: TestClient):
    async with sandbox.get("/v1/locks/L-1") as response:
        assert response.status == 401


async def test_a_nonce_is_used_once(sandbox: TestClient):
    nonce = "0123456789abcdef"
    assert (await call(sandbox, "DELETE", "/v1/locks/L-1", nonce=nonce))[0] == 200
    assert (await call(sandbox, "DELETE", "/v1/locks/L-1", nonce=nonce))[0] == 401


async def test_locks_survive_a_restart(start: Starts):
    first = await start()
    await call(first, "PUT", "/v1/locks/L-1", LOCK)
    await first.close()
    second = await start()
    assert (await call(second, "GET", "/v1/locks/L-1"))[1]["state"] == "locked"
    assert (await shown(second, "wallet"))["locked"] is True
