"""The wallet's wire: a lock is set and lifted by reference; only the wallet's own word counts as done."""

import json
from datetime import date
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.gateways.wallet import SignedWallet
from models.base.ports import GatewayDown, GatewayRefused, Malformed, Outcome, SendResult, WalletGateway
from tests.gateways.conftest import Serve, hang_up
from tests.gateways.signed_wire import NOW, SECRET, Receiver

AT = "2026-12-01T10:00:00+08:00"
LOCK: dict[str, Any] = {
    "reference": "wl-20261201-7",
    "resident_id": "442000199001011234",
    "authority": "中山市公安局交通警察支队",
    "legal_basis": "示范条例第九条",
    "since": date(2026, 12, 1),
}


def wallet(session: aiohttp.ClientSession, base_url: str, timeout: float = 5.0) -> WalletGateway:
    return SignedWallet(
        session=session, base_url=base_url, secret=SECRET, timeout=timeout, wall=lambda: float(NOW)
    )


async def test_a_lock_is_put_under_its_reference(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Receiver(answer={"reference": "wl-20261201-7", "state": "locked", "at": AT})
    result = await wallet(session, await serve(far.handle)).lock(**LOCK)
    assert result == SendResult(Outcome.SENT, provider_id="wl-20261201-7")
    [(method, path, body)] = far.calls
    assert (method, path) == ("PUT", "/v1/locks/wl-20261201-7")
    assert json.loads(body) == {
        "resident_id": "442000199001011234",
        "measure": "wallet",
        "authority": "中山市公安局交通警察支队",
        "legal_basis": "示范条例第九条",
        "since": "2026-12-01",
    }


async def test_an_unlock_has_no_body_and_waits_for_the_acknowledgement(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Receiver(answer={"reference": "wl-1", "state": "released", "at": AT})
    result = await wallet(session, await serve(far.handle)).unlock(reference="wl-1")
    assert result == SendResult(Outcome.SENT, provider_id="wl-1")
    assert far.calls == [("DELETE", "/v1/locks/wl-1", b"")]


@pytest.mark.parametrize(
    ("status", "answer", "outcome", "reason"),
    [
        pytest.param(
            409, {"code": "released"}, Outcome.REFUSED, "released", id="lifted before, stays lifted"
        ),
        pytest.param(400, {"code": "shape"}, Outcome.REFUSED, "shape", id="refused"),
        pytest.param(403, b"no", Outcome.REFUSED, "http_403", id="refused without words"),
        pytest.param(401, {"code": "unsigned"}, Outcome.LATER, "http_401", id="our secret is wrong"),
        pytest.param(503, {"code": "busy"}, Outcome.LATER, "http_503", id="busy"),
        pytest.param(
            200, {"reference": "wl-1", "state": "released"}, Outcome.LATER, "unreadable", id="state"
        ),
        pytest.param(
            200, {"reference": "wl-2", "state": "locked"}, Outcome.LATER, "unreadable", id="reference"
        ),
        pytest.param(200, b"{", Outcome.LATER, "unreadable", id="broken off"),
    ],
)
async def test_what_the_wallet_may_say_instead(
    session: aiohttp.ClientSession, serve: Serve, status: int, answer: object, outcome: Outcome, reason: str
) -> None:
    url = await serve(Receiver(status=status, answer=answer).handle)
    result = await wallet(session, url).lock(**{**LOCK, "reference": "wl-1"})
    assert result == SendResult(outcome, "wl-1", reason)


async def test_a_lost_answer_is_mended_by_asking_again(session: aiohttp.ClientSession, serve: Serve) -> None:
    result = await wallet(session, await serve(hang_up)).unlock(reference="wl-1")
    assert result == SendResult(Outcome.LATER, "wl-1", "unreachable")


async def test_silence_is_later(session: aiohttp.ClientSession, silent: str) -> None:
    result = await wallet(session, silent, timeout=0.05).unlock(reference="wl-1")
    assert result == SendResult(Outcome.LATER, "wl-1", "timeout")


async def test_nobody_there_is_later(session: aiohttp.ClientSession, nowhere: str) -> None:
    result = await wallet(session, nowhere).lock(**LOCK)
    assert result == SendResult(Outcome.LATER, LOCK["reference"], "unreachable")


@pytest.mark.parametrize("reference", ["", "a/b", "..", "a?b", "锁", "a" * 65, "wl-1\n"])
async def test_a_reference_stands_in_the_path_so_it_is_checked(
    session: aiohttp.ClientSession, nowhere: str, reference: str
) -> None:
    with pytest.raises(ValueError, match="reference"):
        await wallet(session, nowhere).unlock(reference=reference)


class Pages(Receiver):
    """Answers page after page."""

    async def handle(self, request: web.Request) -> web.Response:
        self.answer, *rest = self.answer
        response = await super().handle(request)
        self.answer = rest
        return response


def page(*references: str, then: Any = None) -> dict[str, Any]:
    return {"locks": [{"reference": each, "since": "2026-12-01"} for each in references], "next": then}


async def listed(
    session: aiohttp.ClientSession, serve: Serve, *pages: Any
) -> tuple[list[list[str]], Receiver]:
    far = Pages(answer=list(pages))
    gateway = wallet(session, await serve(far.handle))
    return [list(batch) async for batch in gateway.held()], far


async def test_the_list_is_read_page_by_page(session: aiohttp.ClientSession, serve: Serve) -> None:
    batches, far = await listed(session, serve, page("A", "B", then="B"), page("C"))
    assert batches == [["A", "B"], ["C"]]
    assert [path for _, path, _ in far.calls] == ["/v1/held-locks", "/v1/held-locks/B"]


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([{}], id="no list"),
        pytest.param([{"locks": {"A": 1}}], id="another shape"),
        pytest.param([{"locks": ["A"]}], id="no locks in it"),
        pytest.param([page("A/../B")], id="a reference that is none"),
        pytest.param([page("B", "A")], id="not in order"),
        pytest.param([page("A", "A")], id="one twice"),
        pytest.param([page("A", then="A"), page("A", then="A")], id="the same page again"),
        pytest.param([page(then="A")], id="an empty page that goes on"),
        pytest.param([page("A", then="B")], id="goes on elsewhere"),
    ],
)
async def test_a_list_that_cannot_be(session: aiohttp.ClientSession, serve: Serve, pages: list[Any]) -> None:
    with pytest.raises(Malformed):
        await listed(session, serve, *pages)


@pytest.mark.parametrize(
    ("status", "answer", "holds"),
    [
        pytest.param(200, {"reference": "A", "state": "locked"}, True, id="locked"),
        pytest.param(200, {"reference": "A", "state": "released"}, False, id="released"),
        pytest.param(404, {"code": "unknown"}, False, id="never seen"),
    ],
)
async def test_whether_one_holds(
    session: aiohttp.ClientSession, serve: Serve, status: int, answer: Any, holds: bool
) -> None:
    far = Receiver(status=status, answer=answer)
    assert await wallet(session, await serve(far.handle)).holds(reference="A") is holds


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        pytest.param(200, {"reference": "B", "state": "locked"}, Malformed, id="about another"),
        pytest.param(200, {"reference": "A", "state": "perhaps"}, Malformed, id="no state"),
        pytest.param(400, {"code": "invalid"}, GatewayRefused, id="refused"),
        pytest.param(503, {}, GatewayDown, id="away"),
    ],
)
async def test_no_word_about_one(
    session: aiohttp.ClientSession, serve: Serve, status: int, answer: Any, error: type[Exception]
) -> None:
    far = Receiver(status=status, answer=answer)
    with pytest.raises(error):
        await wallet(session, await serve(far.handle)).holds(reference="A")
