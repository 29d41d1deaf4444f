"""Who gets in, in which language, and what every answer carries."""

from collections.abc import Callable

import pytest
from aiohttp import web

from bot.settings import Settings
from tests.pages import lives
from tests.pages.settings import settings
from tests.pages.world import Visitor, World

WRONG_TOKENS = [
    pytest.param("x", id="too short"),
    pytest.param("A" * 23, id="not signed by us"),
    pytest.param("罚单", id="not even base64"),
    pytest.param("%00%ff", id="not even text"),
]


@pytest.mark.parametrize("place", ["", "/status", "/wechat", "/chat", "/pay/0"])
@pytest.mark.parametrize("token", WRONG_TOKENS)
async def test_a_wrong_link_says_what_to_do(visitor: Visitor, token: str, place: str) -> None:
    answer = await visitor.get(f"/c/{token}{place}")
    assert answer.status == 404
    assert "请从短信或公众号里重新点开" in await answer.text()


@pytest.mark.parametrize("token", WRONG_TOKENS)
async def test_a_wrong_link_orders_nothing(visitor: Visitor, world: World, token: str) -> None:
    answer = await visitor.post(f"/c/{token}/order")
    assert answer.status == 401
    assert "打不开这个页面" in await answer.text()
    assert world.payments.asked == []


async def test_a_right_token_of_no_case_is_a_wrong_link(visitor: Visitor, world: World) -> None:
    assert (await visitor.get(world.path("100000000009"))).status == 404


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        pytest.param("", "", "zh-CN", id="Chinese by default"),
        pytest.param("", "en-US,en;q=0.9,zh;q=0.8", "en", id="as the browser prefers"),
        pytest.param("", "fr-FR, en;q=0.5", "en", id="the first that is spoken here"),
        pytest.param("", "fr", "zh-CN", id="not spoken here"),
        pytest.param("", "zh-TW,zh;q=0.9,en;q=0.8", "zh-CN", id="Chinese of elsewhere"),
        pytest.param("?lang=en", "zh-CN", "en", id="the address goes before the browser"),
        pytest.param("?lang=zh_CN", "en", "zh-CN", id="both ways"),
        pytest.param("?lang=<b>", "", "zh-CN", id="an unknown one is ignored"),
    ],
)
async def test_language(visitor: Visitor, query: str, header: str, language: str) -> None:
    answer = await visitor.get(f"/privacy{query}", headers={"Accept-Language": header})
    assert f'<html lang="{language}">' in await answer.text()


async def test_the_choice_of_language_stays_in_links(visitor: Visitor, world: World) -> None:
    path = world.path(await lives.served(world))
    page = await (await visitor.get(f"{path}?lang=en")).text()
    for link in (f"{path}/order?lang=en", f"{path}/wechat?lang=en", "/privacy?lang=en", f"{path}?lang=zh_CN"):
        assert f'"{link}"' in page


@pytest.mark.parametrize(
    ("place", "status"),
    [
        pytest.param("", 200, id="the case"),
        pytest.param("/status", 200, id="its state"),
        pytest.param("/wechat", 405, id="not what acts: the way to WeChat"),
        pytest.param("/chat?code=c&state=s", 405, id="not what acts: the way back"),
    ],
)
async def test_head(visitor: Visitor, world: World, place: str, status: int) -> None:
    path = world.path(await lives.served(world))
    assert (await visitor.head(f"{path}{place}")).status == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_unknown_methods(visitor: Visitor, world: World, method: str) -> None:
    path = world.path(await lives.served(world))
    assert (await visitor.request(method, path)).status == 405


@pytest.mark.parametrize("place", ["", "/status", "/order", "/wechat", "/chat", "/pay/0"])
async def test_every_answer_carries_the_headers(visitor: Visitor, world: World, place: str) -> None:
    path = world.path(await lives.served(world))
    method = "POST" if place == "/order" else "GET"
    headers = (await visitor.request(method, f"{path}{place}", allow_redirects=False)).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.fixture
def demo_app(make_app: Callable[[Settings], web.Application]) -> web.Application:
    """Inside the sandbox's phone."""
    phone = "http://127.0.0.1:8081"
    return make_app(settings(js_sdk_url=f"{phone}/jweixin.js", frame_ancestors=phone))


async def test_the_sandbox_may_frame_the_pages_and_bring_its_script(
    aiohttp_client: Callable[[web.Application], Visitor], demo_app: web.Application
) -> None:
    answer = await (await aiohttp_client(demo_app)).get("/privacy")  # type: ignore[misc]
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' http://127.0.0.1:8081;" in policy
    assert policy.endswith("frame-ancestors http://127.0.0.1:8081")
    assert '<script src="http://127.0.0.1:8081/jweixin.js" defer>' in await answer.text()


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        pytest.param("zh_CN", ["留存什么", "留存多久", "示范市公安局交通警察支队", "12123"], id="Chinese"),
        pytest.param("en", ["What is kept", "How long", "Model Town", "12123"], id="English"),
    ],
)
async def test_privacy(visitor: Visitor, language: str, sentences: list[str]) -> None:
    page = await (await visitor.get(f"/privacy?lang={language}")).text()
    for sentence in sentences:
        assert sentence in page


@pytest.mark.parametrize("file", ["page.css", "case.js", "pay.js", "done.svg", "note.svg"])
async def test_static_files(visitor: Visitor, file: str) -> None:
    assert (await visitor.get(f"/static/pages/{file}")).status == 200
