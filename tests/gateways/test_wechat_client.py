"""The official account API: token, one renewal and one retry, raw UTF-8, and errors that are values."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from bot.wechat.client import Api, ApiError, NoAnswer, stable_token
from models.base.ports import GatewayDown, GatewayError
from tests.gateways.conftest import Serve, hang_up, wrong_turn
from tests.wechat.platform import APP_ID, OK, SECRET, MemoryCache, Platform, client


async def test_wechatpys_modules_go_out_over_aiohttp(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform(answer={**OK, "ticket": "t1"})
    wechat = client(session, await serve(far.handle))
    assert await wechat.message.send_text("openid-1", "您好 👋") == far.answer
    assert await wechat.menu.create({"button": []}) == far.answer
    assert await wechat.qrcode.create({"action_name": "QR_SCENE"}) == far.answer
    assert await wechat.post("message/mass/sendall", data={"clientmsgid": "m1"}) == far.answer
    assert await wechat.get("getcallbackip", params={"a": "1"}) == far.answer
    token = {"access_token": "token-1"}
    text = '{"touser": "openid-1", "msgtype": "text", "text": {"content": "您好 👋"}}'
    assert far.calls == [
        ("POST /cgi-bin/message/custom/send", token, text.encode()),
        ("POST /cgi-bin/menu/create", token, b'{"button": []}'),
        ("POST /cgi-bin/qrcode/create", token, b'{"action_name": "QR_SCENE"}'),
        ("POST /cgi-bin/message/mass/sendall", token, b'{"clientmsgid": "m1"}'),
        ("GET /cgi-bin/getcallbackip", {"a": "1", **token}, b""),
    ]


async def test_a_result_processor_of_wechatpy_is_honoured(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(answer={"ip_list": ["127.0.0.1"]})
    wechat = client(session, await serve(far.handle))
    assert await wechat.get("getcallbackip", result_processor=lambda r: r["ip_list"]) == ["127.0.0.1"]


async def test_an_answer_without_what_wechatpy_takes_out_of_it(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    wechat = client(session, await serve(Platform().handle))
    with pytest.raises(NoAnswer, match="unreadable"):
        await wechat.tag.get()


async def test_ten_calls_at_once_fetch_one_token(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    wechat = client(session, await serve(far.handle))
    await asyncio.gather(*(wechat.message.send_text("openid-1", str(n)) for n in range(10)))
    assert (far.issued, len(far.calls)) == (1, 10)


@pytest.mark.parametrize("refusal", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(
    session: aiohttp.ClientSession, serve: Serve, refusal: int
) -> None:
    far = Platform(refusal=refusal)
    cache = MemoryCache()
    wechat = client(session, await serve(far.handle), cache=cache)
    await wechat.message.send_text("openid-1", "1")
    far.expire()
    assert await wechat.message.send_text("openid-1", "2") == OK
    assert [query["access_token"] for _, query, _ in far.calls] == ["token-1", "token-1", "token-2"]
    assert (far.issued, cache.values) == (2, {f"wechat:token:{APP_ID}": b"token-2"})


async def test_ten_refused_calls_fetch_one_token(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    wechat = client(session, await serve(far.handle))
    await wechat.message.send_text("openid-1", "1")
    far.expire()
    await asyncio.gather(*(wechat.message.send_text("openid-1", str(n)) for n in range(10)))
    assert far.issued == 2


async def test_a_token_that_stays_refused_is_not_asked_for_again(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(answer={"errcode": 42001, "errmsg": "access_token expired"})
    wechat = client(session, await serve(far.handle))
    with pytest.raises(ApiError, match="42001"):
        await wechat.message.send_text("openid-1", "1")
    assert (far.issued, len(far.calls)) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        pytest.param(
            {"errcode": 45015, "errmsg": "openid-1"}, ApiError, "45015 window closed", id="an errcode"
        ),
        pytest.param({"errcode": "45015"}, ApiError, "45015 window closed", id="an errcode in quotes"),
        pytest.param({"errcode": 99999}, ApiError, "99999 unknown code", id="an errcode nobody knows"),
        pytest.param({"errcode": "later"}, NoAnswer, "unreadable", id="an errcode that is no number"),
        pytest.param({"errcode": None}, NoAnswer, "unreadable", id="an errcode that is nothing"),
        pytest.param(b"<html>", NoAnswer, "unreadable", id="no JSON"),
        pytest.param(b"[]", NoAnswer, "unreadable", id="no object"),
        pytest.param(b"[" * 100_000, NoAnswer, "unreadable", id="a very deep answer"),
    ],
)
async def test_http_200_is_not_yet_a_success(
    session: aiohttp.ClientSession, serve: Serve, answer: bytes, error: type[GatewayError], words: str
) -> None:
    wechat = client(session, await serve(Platform(answer=answer).handle))
    with pytest.raises(error) as failure:
        await wechat.message.send_text("openid-1", "1")
    assert str(failure.value) == words


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({}, id="no errcode"),
        pytest.param(b'{"errcode":0,"errmsg":"a\x01b"}', id="a raw control character"),
        pytest.param(b'{"errcode":0,"errmsg":"\xff"}', id="a byte that is not UTF-8"),
    ],
)
async def test_sloppy_answers_that_are_a_success(
    session: aiohttp.ClientSession, serve: Serve, answer: bytes
) -> None:
    wechat = client(session, await serve(Platform(answer=answer).handle))
    assert isinstance(await wechat.message.send_text("openid-1", "1"), dict)


async def test_a_lone_surrogate_does_not_stop_a_message(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    await client(session, await serve(far.handle)).message.send_text("openid-1", "a\ud83d")
    assert json.loads(far.calls[0][2])["text"] == {"content": "a?"}


async def test_nobody_there(session: aiohttp.ClientSession, nowhere: str) -> None:
    with pytest.raises(GatewayDown, match="unreachable") as failure:
        await Api(session, base_url=nowhere).call("GET", "/")
    assert not isinstance(failure.value, NoAnswer)


async def test_somebody_who_says_nothing(session: aiohttp.ClientSession, silent: str) -> None:
    with pytest.raises(NoAnswer, match="timeout"):
        await Api(session, base_url=silent, timeout=0.05).call("GET", "/")


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        pytest.param(hang_up, "connection lost", id="hangs up"),
        pytest.param(wrong_turn, "http_307", id="redirects: the secrets stay here"),
        pytest.param(Platform(status=502, answer=b"").handle, "http_502", id="a proxy's error"),
    ],
)
async def test_a_call_that_may_have_been_carried_out(
    session: aiohttp.ClientSession, serve: Serve, handler: object, words: str
) -> None:
    api = Api(session, base_url=await serve(handler))  # type: ignore[arg-type]
    with pytest.raises(NoAnswer) as failure:
        await api.call("POST", "/sns/oauth2/access_token", params={"secret": SECRET}, body={})
    assert str(failure.value) == words


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"expires_in": 7200}, id="no token"),
        pytest.param({"access_token": "", "expires_in": 7200}, id="an empty token"),
        pytest.param({"access_token": "a"}, id="no lifetime"),
        pytest.param({"access_token": "a", "expires_in": "7200"}, id="a lifetime in words"),
    ],
)
async def test_a_token_answer_without_a_token(
    session: aiohttp.ClientSession, serve: Serve, answer: dict[str, object]
) -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(answer)

    with pytest.raises(NoAnswer, match="no token in the answer"):
        await stable_token(Api(session, base_url=await serve(handle)), app_id=APP_ID, secret=SECRET)
