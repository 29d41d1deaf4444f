"""`/api/v1`: every operation behind a door of its own, and the document that describes them."""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, cast

import structlog
from aiohttp import hdrs, web

from bot.api import clearance, matters, officer, openapi, pictures, violations
from bot.api.bodies import is_written_so
from bot.api.once import OTHER_REQUEST, Answer, once, read_key
from bot.api.operation import Call, Operation, Picture, Unit
from bot.api.problems import again_later, problem
from bot.api.rates import count, headers
from bot.doors import Door, post
from bot.photos import photo_response
from bot.services import SERVICES
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Malformed

PREFIX = "/api/v1"
OPERATIONS: tuple[Operation[Any], ...] = (
    *violations.OPERATIONS,
    *pictures.OPERATIONS,
    *clearance.OPERATIONS,
    *matters.OPERATIONS,
    *officer.OPERATIONS,
)
NOT_SO = "the body must be {kinds} (text in UTF-8), not compressed; say so in Content-Type"
OTHER = "This Idempotency-Key was used with another request. Use a new key for a new request."
TOO_OFTEN = "That was too often in a short time. Go on in {seconds} seconds."
log = structlog.get_logger()


def add_routes(app: web.Application) -> None:
    """All of them, and the document, which everybody may read."""
    for operation in OPERATIONS:
        door = _door(operation)
        if operation.method == hdrs.METH_GET:  # what leaves a trace is not done by asking for a head
            head = operation.unit is Unit.READ
            app.router.add_get(PREFIX + operation.path, door.__call__, allow_head=head)
        else:
            post(app, PREFIX + operation.path, door)
    text = written()

    async def document(request: web.Request) -> web.Response:
        del request
        return web.Response(body=text, content_type="application/json")

    app.router.add_get(f"{PREFIX}/openapi.json", document, allow_head=False)


@cache
def written() -> bytes:
    """The document as JSON: the same for every application of a process."""
    return json.dumps(openapi.document(PREFIX, OPERATIONS), ensure_ascii=False).encode()


def _door(operation: Operation[Any]) -> Door[Any]:
    larger = {"most_bytes": operation.most_bytes} if operation.most_bytes else {}
    return Door(_authenticator(operation), _answering(operation), problem, **larger)


def _authenticator(operation: Operation[Any]) -> Callable[[web.Request], Awaitable[Any]]:
    async def authenticate(request: web.Request) -> Any:
        return await operation.audience.authenticate(request, operation.needs)

    return authenticate


def _answering(operation: Operation[Any]) -> Callable[[web.Request, Any], Awaitable[web.StreamResponse]]:
    """Its handler: so often, in this form, and what is refused in the words of its audience."""

    async def handle(request: web.Request, who: Any) -> web.StreamResponse:
        counted = await count(request.app[SERVICES], who.actor, operation.rates)
        exceeded = [each for each in counted if each.exceeded]
        if exceeded:
            seconds = max(each.ends_in for each in exceeded)
            answer = again_later(429, TOO_OFTEN.format(seconds=seconds), seconds, code="api.too_often")
        else:
            answer = await _refusing(operation, request, who)
        answer.headers.update(headers(counted))
        return answer

    return handle


async def _refusing(operation: Operation[Any], request: web.Request, who: Any) -> web.Response:
    """A refusal is an answer: 422, with the sentence and its code."""
    if operation.body and not is_written_so(request, operation.body.kinds):
        return problem(415, NOT_SO.format(kinds=" or ".join(operation.body.kinds)))
    try:
        answer = await _done(operation, request, who)
    except Malformed as wrong:
        return problem(400, str(wrong))
    except Refusal as refusal:
        said = OTHER if refusal.key == OTHER_REQUEST else operation.audience.sentence(refusal)
        return problem(422, said, code=refusal.key)
    if isinstance(answer, Picture):
        return photo_response(answer.content, answer.content_type)
    if operation.event and not answer.replayed:
        told = {name: answer.body[name] for name in operation.logged}
        log.info(operation.event, caller=who.actor, operation=operation.name, **told)
    replayed = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    return web.json_response(answer.body, status=answer.status, headers=replayed)


async def _done(operation: Operation[Any], request: web.Request, who: Any) -> Answer | Picture:
    """Read what was sent, and act in the unit of work that the operation asks for. Raises Malformed, Refusal."""
    database = request.app[SERVICES].database
    body = await request.read()
    call = _read(operation, request, body)
    if operation.unit is Unit.OWN:
        return await operation.act(request.app[SERVICES], who, call)

    async def act(work: Work) -> Any:
        return await operation.act(work, who, call)

    if operation.unit is Unit.ONCE:
        key = read_key(request.headers.get("Idempotency-Key", ""))
        return await once(database, who.actor, key, request.path.encode() + b"\0" + body, act)
    if operation.unit is Unit.WRITE:
        async with database.begin(who.actor) as work:
            return cast("Answer", await act(work))
    async with database.read() as work:
        return cast("Answer", await act(work))


def _read(operation: Operation[Any], request: web.Request, body: bytes) -> Call:
    path, query = dict(request.match_info), dict(request.query)
    if "\0" in "".join((*path.values(), *query.values())) or _has_half(query) or _has_half(path):
        raise Malformed("a parameter holds a character that is none")
    return Call(path, query, operation.body.read(body) if operation.body else None)


def _has_half(parameters: Mapping[str, str]) -> bool:
    """Percent-encoded bytes that are no UTF-8 come as halves of characters."""
    try:
        "".join(parameters.values()).encode()
    except UnicodeEncodeError:
        return True
    return False
