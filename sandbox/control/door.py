"""Who may pull the levers, and how a lever reads its body."""

import ipaddress
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.residents import NobodyOfThatName, Resident
from sandbox.web_json import NotAnObject, Refusal, parse_object, text
from sandbox.world import WORLD


@web.middleware
async def local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Levers answer this machine, and no page that another site has opened on it."""
    if not request.path.startswith("/control/"):
        return await handler(request)
    if not _is_loopback(request.remote):
        refuse("the levers are for this machine only", 403)
    origin = request.headers.get("Origin")
    if origin and origin not in (f"http://{request.host}", f"https://{request.host}"):
        refuse("the levers are for the sandbox's own page only", 403)
    return await handler(request)


def bad(message: str) -> Refusal:
    """A 400 with a clear sentence."""
    return Refusal(400, {"error": message})


def refuse(message: str, status: int = 400) -> NoReturn:
    """Raise a refusal with a clear sentence."""
    raise Refusal(status, {"error": message})


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that was posted. Raises Refusal; HTTP 413 for more than the application's or the request's limit."""
    try:
        return parse_object(await request.read())
    except NotAnObject as error:
        raise bad(str(error)) from error


def resident(request: web.Request, name: str) -> Resident:
    """The person a lever is for; 404 for somebody unknown."""
    try:
        return request.app[WORLD].town.called(name)
    except NobodyOfThatName as error:
        raise Refusal(404, {"error": str(error)}) from error


def asked_resident(request: web.Request) -> Resident:
    """The person of `?as=`."""
    return resident(request, request.query.get("as", ""))


def acting_resident(request: web.Request, body: dict[str, Any]) -> Resident:
    """The person of `"as"`."""
    return resident(request, text(body, "as", bad))


def _is_loopback(remote: str | None) -> bool:
    try:
        return ipaddress.ip_address(remote or "").is_loopback
    except ValueError:
        return False
