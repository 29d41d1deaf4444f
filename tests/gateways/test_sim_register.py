"""The SIM register's wire: signed, three personal values in the body, one answer; everything else is "down"."""

import json

import aiohttp
import pytest

from bot.gateways.sim_register import SignedSimRegister
from models.base.ports import GatewayDown, SimRegister
from tests.gateways.conftest import Serve, hang_up, wrong_turn
from tests.gateways.signed_wire import NOW, SECRET, Receiver

PERSON = {"name": "李明", "resident_id": "442000199001011234", "phone": "13800138000"}


def register(session: aiohttp.ClientSession, base_url: str, timeout: float = 3.0) -> SimRegister:
    return SignedSimRegister(
        session=session, base_url=base_url, secret=SECRET, timeout=timeout, wall=lambda: float(NOW)
    )


@pytest.mark.parametrize("match", [True, False])
async def test_asks_with_a_signed_body_and_believes_the_answer(
    session: aiohttp.ClientSession, serve: Serve, match: bool
) -> None:
    far = Receiver(answer={"match": match})
    assert await register(session, await serve(far.handle)).matches(**PERSON) is match
    [(method, path, body)] = far.calls
    assert (method, path, json.loads(body)) == ("POST", "/v1/verify", PERSON)
    assert "李明".encode() in body, "UTF-8, not escapes"


async def test_a_path_before_the_wires_own_is_signed_too(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Receiver(answer={"match": True})
    assert await register(session, await serve(far.handle) + "/city/sim/").matches(**PERSON)
    assert far.calls[0][1] == "/city/sim/v1/verify"


async def test_no_nonce_is_used_twice(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Receiver(answer={"match": True})
    sim = register(session, await serve(far.handle))
    for _ in range(3):
        await sim.matches(**PERSON)
    assert len(set(far.nonces)) == 3


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        pytest.param(401, {"code": "unsigned", "message": "李明"}, "http_401", id="our secret is wrong"),
        pytest.param(400, {"code": "shape", "message": "李明"}, "refused shape", id="our call is wrong"),
        pytest.param(404, b"<html>", "refused http_404", id="a wrong address"),
        pytest.param(429, {}, "http_429", id="too fast"),
        pytest.param(500, {"code": "busy", "message": ""}, "http_500", id="out of order"),
        pytest.param(204, b"", "http_204", id="another success"),
        pytest.param(200, {"match": "true"}, "unreadable", id="text instead of a truth value"),
        pytest.param(200, {"match": 1}, "unreadable", id="a number instead of a truth value"),
        pytest.param(200, {}, "unreadable", id="no answer in the answer"),
        pytest.param(200, [True], "unreadable", id="not an object"),
        pytest.param(200, b"\xff", "unreadable", id="not UTF-8"),
        pytest.param(200, b"[" * 100_000, "unreadable", id="too deep"),
    ],
)
async def test_anything_but_an_answer_is_down(
    session: aiohttp.ClientSession, serve: Serve, status: int, answer: object, reason: str
) -> None:
    url = await serve(Receiver(status=status, answer=answer).handle)
    with pytest.raises(GatewayDown) as caught:
        await register(session, url).matches(**PERSON)
    assert str(caught.value) == reason, "the reason names no person"


async def test_silence_is_down(session: aiohttp.ClientSession, silent: str) -> None:
    with pytest.raises(GatewayDown, match="timeout"):
        await register(session, silent, timeout=0.05).matches(**PERSON)


async def test_nobody_there_is_down(session: aiohttp.ClientSession, nowhere: str) -> None:
    with pytest.raises(GatewayDown, match="unreachable"):
        await register(session, nowhere).matches(**PERSON)


async def test_a_dropped_call_is_down(session: aiohttp.ClientSession, serve: Serve) -> None:
    with pytest.raises(GatewayDown, match="unreachable"):
        await register(session, await serve(hang_up)).matches(**PERSON)


async def test_a_redirect_is_not_followed(session: aiohttp.ClientSession, serve: Serve) -> None:
    with pytest.raises(GatewayDown, match="http_307"):
        await register(session, await serve(wrong_turn)).matches(**PERSON)


@pytest.mark.parametrize("address", ["http://sim.example", "ftp://sim.example", "sim.example", ""])
async def test_personal_data_travels_by_https_only(session: aiohttp.ClientSession, address: str) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        register(session, address)
