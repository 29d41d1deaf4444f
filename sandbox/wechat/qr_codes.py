"""QR codes of the account: a scan of one is a follow, or a message to the service, with its scene."""

import io
import secrets
from dataclasses import dataclass
from typing import Any

import segno
from aiohttp import web

from sandbox import wall
from sandbox.state import QrCode, State
from sandbox.web_json import answer
from sandbox.wechat.calls import body_of, error, opened, part_of
from sandbox.world import WORLD

SHORTEST, LONGEST = 60, 30 * 86400  # seconds a temporary code lives: unless it says, and at most
MOST_PERMANENT = 100_000
PIXELS = 8  # of one module


@dataclass(frozen=True, slots=True)
class Action:
    """What an `action_name` makes: for ever or for a while, and scenes that are texts or numbers up to `most`."""

    permanent: bool
    most: int | None = None


ACTIONS = {
    "QR_SCENE": Action(permanent=False, most=2**32 - 1),
    "QR_STR_SCENE": Action(permanent=False),
    "QR_LIMIT_SCENE": Action(permanent=True, most=100_000),
    "QR_LIMIT_STR_SCENE": Action(permanent=True),
}


class NoCode(LookupError):
    """No QR code has this ticket, or it has expired."""


async def create(request: web.Request) -> web.Response:
    """`POST /cgi-bin/qrcode/create`."""
    state, body = opened(request).state, await body_of(request)
    action = ACTIONS.get(str(body.get("action_name")))
    if action is None:
        raise error(40052, "invalid action name")
    scene = _scene(action, part_of(body, "action_info", "scene"))
    if action.permanent:
        return answer(_made(state, scene, None))
    life = body.get("expire_seconds", SHORTEST)
    if type(life) is not int or not 1 <= life <= LONGEST:
        raise error(40035, "invalid parameter: expire_seconds")
    return answer(_made(state, scene, life) | {"expire_seconds": life})


async def show(request: web.Request) -> web.Response:
    """`GET /cgi-bin/showqrcode?ticket=`: the picture, to anybody."""
    code = request.app[WORLD].state.qr_codes.get(request.query.get("ticket", ""))
    if code is None:
        raise web.HTTPNotFound
    picture = io.BytesIO()
    segno.make(code.url, micro=False).save(picture, kind="png", scale=PIXELS)
    return web.Response(body=picture.getvalue(), content_type="image/png")


def found(state: State, ticket: str) -> QrCode:
    """The code that somebody scans. Raises NoCode."""
    code = state.qr_codes.get(ticket)
    if code is None or (code.expires is not None and code.expires <= wall.seconds()):
        raise NoCode
    return code


def _scene(action: Action, scene: dict[str, Any]) -> str:
    """Raises Refusal (40053)."""
    text, number = scene.get("scene_str"), scene.get("scene_id")
    if action.most is None and isinstance(text, str) and 1 <= len(text) <= 64:
        return text
    if action.most is not None and type(number) is int and 1 <= number <= action.most:
        return str(number)
    raise error(40053, "invalid action info")


def _made(state: State, scene: str, life: int | None) -> dict[str, Any]:
    if life is None and sum(code.expires is None for code in state.qr_codes) >= MOST_PERMANENT:
        raise error(45029, "qrcode count out of limit")
    name = secrets.token_urlsafe(33)
    expires = None if life is None else wall.seconds() + life
    code = state.qr_codes.put(QrCode(f"gQ{name}", scene, f"http://weixin.qq.com/q/{name}", expires))
    return {"ticket": code.ticket, "url": code.url}


ROUTES = [web.post("/cgi-bin/qrcode/create", create), web.get("/cgi-bin/showqrcode", show)]
