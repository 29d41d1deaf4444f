"""The phone's page, and a sign of life."""

from pathlib import Path

from aiohttp import web

from sandbox.web_json import answer

PHONE = Path(__file__).with_name("phone")


async def phone(_request: web.Request) -> web.FileResponse:
    """`GET /`: the phone."""
    return _fresh(PHONE / "index.html")


async def phone_file(request: web.Request) -> web.FileResponse:
    """`GET /phone/{name}`: what the phone's page is made of."""
    return _fresh(PHONE / request.match_info["name"])


async def bridge(_request: web.Request) -> web.FileResponse:
    """`GET /jweixin.js`: what a page inside the chat loads, as it would WeChat's own."""
    return _fresh(PHONE / "jweixin.js")


async def alive(_request: web.Request) -> web.Response:
    """`GET /livez`."""
    return answer({"status": "ok"})


def _fresh(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


ROUTES = [
    web.get("/", phone),
    web.get(r"/phone/{name:[\w-]+\.\w+}", phone_file),
    web.get("/jweixin.js", bridge),
    web.get("/livez", alive),
]
