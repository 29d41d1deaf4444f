"""What pages and walls need of the account: the JS-SDK's signature, QR codes, the menu."""

import json
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.wechat import menu
from bot.wechat.client import ApiError, NoAnswer
from bot.wechat.jssdk import js_sdk
from bot.wechat.qr import QrCode, create, scene_of
from models.base.ephemeral import MemoryEphemeral
from tests.conftest import FixedClock
from tests.gateways.conftest import Serve
from tests.wechat.platform import APP_ID, OK, MemoryCache, Platform, client

# The example of WeChat's page "JS-SDK, appendix 1".
TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
NONCE, AT, URL = "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value"
SIGNATURE = "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


@pytest.mark.parametrize(
    "url", [pytest.param(URL, id="as on WeChat's page"), pytest.param(f"{URL}#top", id="with a fragment")]
)
async def test_the_signature_of_a_page(
    session: aiohttp.ClientSession, serve: Serve, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    far = Platform(answer={**OK, "ticket": TICKET, "expires_in": 7200})
    monkeypatch.setattr("secrets.token_hex", lambda _: NONCE)
    wall = FixedClock(datetime.fromtimestamp(AT, UTC))
    sdk = js_sdk(client(session, await serve(far.handle)), app_id=APP_ID, cache=MemoryEphemeral(), wall=wall)
    assert await sdk.config(url) == {
        "appId": APP_ID,
        "timestamp": AT,
        "nonceStr": NONCE,
        "signature": SIGNATURE,
    }


async def test_the_ticket_is_kept_like_the_token(session: aiohttp.ClientSession, serve: Serve) -> None:
    far, cache = Platform(answer={**OK, "ticket": "t1", "expires_in": 7200}), MemoryCache()
    sdk = js_sdk(client(session, await serve(far.handle)), app_id=APP_ID, cache=cache, wall=FixedClock())
    for _ in range(3):
        await sdk.config(URL)
    assert [call for call, _, _ in far.calls] == ["GET /cgi-bin/ticket/getticket"]
    assert (cache.values, cache.ttl) == ({f"wechat:jsapi_ticket:{APP_ID}": b"t1"}, 6900.0)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({**OK, "expires_in": 7200}, id="no ticket"),
        pytest.param({**OK, "ticket": "t", "expires_in": "7200"}, id="a lifetime that is no number"),
    ],
)
async def test_no_ticket_in_the_answer(
    session: aiohttp.ClientSession, serve: Serve, answer: dict[str, object]
) -> None:
    wechat = client(session, await serve(Platform(answer=answer).handle))
    with pytest.raises(NoAnswer, match="no ticket"):
        await js_sdk(wechat, app_id=APP_ID, cache=MemoryEphemeral(), wall=FixedClock()).config(URL)


SCENE = {"action_info": {"scene": {"scene_str": "office:石岐大队"}}}


@pytest.mark.parametrize(
    ("days", "asked"),
    [
        pytest.param(
            30, {"expire_seconds": 2592000, "action_name": "QR_STR_SCENE", **SCENE}, id="for 30 days"
        ),
        pytest.param(None, {"action_name": "QR_LIMIT_STR_SCENE", **SCENE}, id="for ever"),
    ],
)
async def test_a_qr_code(
    session: aiohttp.ClientSession, serve: Serve, days: int | None, asked: dict[str, object]
) -> None:
    lasting = {"expire_seconds": asked["expire_seconds"]} if days else {}
    far = Platform(answer={"ticket": "gQ/8=", "url": "http://weixin.qq.com/q/kZ", **lasting})
    code = await create(client(session, await serve(far.handle)), scene_of("石岐大队"), days=days)
    picture = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQ/8%3D"
    seconds = 2592000 if days else 0
    assert code == QrCode("office:石岐大队", "http://weixin.qq.com/q/kZ", picture, seconds)
    [(call, _, body)] = far.calls
    assert (call, json.loads(body)) == ("POST /cgi-bin/qrcode/create", asked)


@pytest.mark.parametrize(
    ("office", "days", "says"),
    [
        pytest.param("", 1, "office: must be a name", id="no name"),
        pytest.param(" x", 1, "office: must be a name", id="a gap before it"),
        pytest.param("a\nb", 1, "office: must be a name", id="two lines"),
        pytest.param("字" * 20, 1, "office: must be at most 57 bytes", id="a long name"),
        pytest.param("x", 0, "days: must be 1 to 30", id="no day"),
        pytest.param("x", 31, "days: must be 1 to 30", id="31 days"),
    ],
)
async def test_a_code_that_cannot_be(
    session: aiohttp.ClientSession, nowhere: str, office: str, days: int, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        await create(client(session, nowhere), scene_of(office), days=days)


async def test_a_code_that_did_not_come(session: aiohttp.ClientSession, serve: Serve) -> None:
    with pytest.raises(NoAnswer, match="no ticket"):
        await create(client(session, await serve(Platform().handle)), scene_of("x"), days=1)


async def test_the_menu_is_set_shown_and_taken_away(session: aiohttp.ClientSession, serve: Serve) -> None:
    wanted = {"button": [{"type": "click", "name": "罚单", "key": "罚单"}]}
    far = Platform(answer={**OK, "menu": wanted})
    wechat = client(session, await serve(far.handle))
    await menu.create(wechat, wanted)
    assert await menu.current(wechat) == wanted
    await menu.delete(wechat)
    assert [(call, body) for call, _, body in far.calls] == [
        ("POST /cgi-bin/menu/create", json.dumps(wanted, ensure_ascii=False).encode()),
        ("GET /cgi-bin/menu/get", b""),
        ("GET /cgi-bin/menu/delete", b""),
    ]


async def test_no_menu_is_an_answer_and_other_errors_are_errors(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(answer={"errcode": 46003})
    wechat = client(session, await serve(far.handle))
    assert await menu.current(wechat) is None
    far.answer = {"errcode": 48001}
    with pytest.raises(ApiError, match="48001"):
        await menu.current(wechat)
