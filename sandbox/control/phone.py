"""The phone's levers: who holds one, what the chat and the texts say, and writing, tapping, scanning."""

from collections.abc import Awaitable
from typing import Any

from aiohttp import web

from sandbox.control.door import acting_resident, asked_resident, bad, body_of, refuse
from sandbox.state import Text
from sandbox.web_json import answer, text
from sandbox.wechat import chat, citizen
from sandbox.world import WORLD


async def people(request: web.Request) -> web.Response:
    """`GET /control/people`, in town order."""
    held = request.app[WORLD].town.residents
    return answer(
        [{"slug": one.slug, "name": one.name, "phone": one.phone, "openid": one.openid} for one in held]
    )


async def messages(request: web.Request) -> web.Response:
    """`GET /control/messages?as=`: the chat, oldest first."""
    who = asked_resident(request)
    return answer([chat.shown(line) for line in chat.lines(request.app[WORLD].state, who.openid)])


async def sms(request: web.Request) -> web.Response:
    """`GET /control/sms?as=`: the texts on the phone, oldest first."""
    who = asked_resident(request)
    return answer([_text(one) for one in request.app[WORLD].state.texts if one.phone == who.phone])


async def say(request: web.Request) -> web.Response:
    """`POST /control/say {"as","text"}`; answers once the passive reply is known."""
    body = await body_of(request)
    who = acting_resident(request, body)
    return await _outcome(citizen.say(request.app[WORLD], who, text(body, "text", bad)))


async def event(request: web.Request) -> web.Response:
    """`POST /control/event {"as","event","key"?}`."""
    body = await body_of(request)
    who = acting_resident(request, body)
    key = body.get("key", "")
    if not isinstance(key, str):
        refuse("key must be a string")
    return await _outcome(citizen.act(request.app[WORLD], who, text(body, "event", bad), key))


async def message(request: web.Request) -> web.Response:
    """`POST /control/message {"as","type","fields"}`: a message of any other kind, with the fields of its XML."""
    body = await body_of(request)
    who = acting_resident(request, body)
    fields = body.get("fields", {})
    if not isinstance(fields, dict):
        refuse("fields must be an object")
    return await _outcome(citizen.send(request.app[WORLD], who, text(body, "type", bad), fields))


async def _outcome(work: Awaitable[citizen.Outcome]) -> web.Response:
    try:
        outcome = await work
    except citizen.DoesNotFollow as error:
        raise bad("this person does not follow the account yet") from error
    except ValueError as error:
        raise bad("XML cannot carry this text") from error
    return answer({"replies": [chat.shown(line) for line in outcome.replies], "error": outcome.error})


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
