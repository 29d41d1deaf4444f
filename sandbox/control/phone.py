"""The phone's levers: who holds one, what the chat and the texts say, and writing, tapping, scanning."""

import base64
from collections.abc import Awaitable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.control.door import acting_resident, asked_resident, bad, body_of, refuse
from sandbox.state import Text
from sandbox.web_json import answer, text
from sandbox.wechat import chat, citizen, media
from sandbox.world import WORLD

PICTURE_LIMIT = 14 * 1024 * 1024  # bytes of JSON: ten MB in base64


async def people(request: web.Request) -> web.Response:
    """`GET /control/people`, in town order, with what each needs to bind: these papers are made up."""
    return answer([asdict(one) for one in request.app[WORLD].town.residents])


async def messages(request: web.Request) -> web.Response:
    """`GET /control/messages?as=`: the chat, oldest first."""
    who = asked_resident(request)
    return answer([chat.shown(line) for line in chat.lines(request.app[WORLD].state, who.openid)])


async def sms(request: web.Request) -> web.Response:
    """`GET /control/sms?as=`: the texts on the phone, oldest first."""
    who = asked_resident(request)
    return answer([_text(one) for one in request.app[WORLD].state.texts if one.phone == who.phone])


async def say(request: web.Request) -> web.Response:
    """`POST /control/say {"as","text","menu_id"?}`; answers once the passive reply is known."""
    body = await body_of(request)
    who = acting_resident(request, body)
    menu_id = text(body, "menu_id", bad) if "menu_id" in body else None
    return await outcome(citizen.say(request.app[WORLD], who, text(body, "text", bad), menu_id))


async def event(request: web.Request) -> web.Response:
    """`POST /control/event {"as","event","key"?,"fields"?}`: any event, with the fields of its XML."""
    body = await body_of(request)
    who = acting_resident(request, body)
    key = body.get("key", "")
    if not isinstance(key, str):
        refuse("key must be a string")
    return await outcome(citizen.act(request.app[WORLD], who, text(body, "event", bad), key, _fields(body)))


async def message(request: web.Request) -> web.Response:
    """`POST /control/message {"as","type","fields"?,"content"?}`: a message of any other kind, with the fields of its XML.

    `content` is an image or a voice in base64: it is kept as media and named in the fields.
    """
    body = await body_of(request.clone(client_max_size=PICTURE_LIMIT))
    who = acting_resident(request, body)
    kind, fields = text(body, "type", bad), _fields(body)
    if "content" in body:
        fields = await _kept(request, kind, text(body, "content", bad)) | fields
    return await outcome(citizen.send(request.app[WORLD], who, kind, fields))


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    fields = body.get("fields", {})
    if not isinstance(fields, dict):
        refuse("fields must be an object")
    return fields


async def _kept(request: web.Request, kind: str, content: str) -> dict[str, Any]:
    """Keep what the citizen sends; the fields that name it."""
    if kind not in ("image", "voice"):
        refuse("content goes with an image or a voice")
    try:
        raw = base64.b64decode(content, validate=True)
        kept = await media.keep(request.app[WORLD].state, kind, raw)
    except media.BadMedia as error:
        raise bad(str(error)) from error
    except ValueError as error:
        raise bad("content must be base64") from error
    named = {"PicUrl": media.address(request, kept)} if kind == "image" else {"Format": "amr"}
    return named | {"MediaId": kept.id}


async def outcome(work: Awaitable[citizen.Outcome]) -> web.Response:
    """What came of it."""
    try:
        came = await work
    except citizen.DoesNotFollow as error:
        raise bad("this person does not follow the account yet") from error
    except ValueError as error:
        raise bad("XML cannot carry this text") from error
    return answer({"replies": [chat.shown(line) for line in came.replies], "error": came.error})


def _text(one: Text) -> dict[str, Any]:
    return {
        "id": one.id,
        "biz_id": one.biz_id,
        "text": one.text,
        "template": one.template,
        "at": one.at,
        "status": one.status,
    }


ROUTES = [
    web.get("/control/people", people),
    web.get("/control/messages", messages),
    web.get("/control/sms", sms),
    web.post("/control/say", say),
    web.post("/control/event", event),
    web.post("/control/message", message),
]
