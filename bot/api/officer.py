"""`/api/v1/officer/...`: what officers do, each with a key of their own (`shimin officer add`). See docs/officers.md.

    GET  queue?kind=&topic=&taken=any|mine|free&due_by=&limit=&after=
    GET  cases/{number}                                    personal data masked
    GET  cases/{number}/photos/{key}                       the picture itself; each look is on record
    POST cases/{number}/reveal | figure | erase | void | extend | announce
    POST plans/{id}/grant | refuse                         challenges/{id}/decide     nominations/{id}/verify
    POST announcements/{id}/decide | withdraw              refunds/{number}/retry
    POST educations/{reference}/record                     a study, an exam or an activity
    POST tickets/{number}/take | release | close

Authorization: Bearer KEY, and for every POST an Idempotency-Key and a JSON object. Refusals are problem+json with a `code`.
"""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot import officer
from bot.api.authentication import problem
from bot.api.once import Answer, once, read_object
from bot.doors import Door, post
from bot.officer import ACTS, Act
from bot.officer_reasons import sentence
from bot.photos import photo_response
from bot.services import SERVICES
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Unauthentic
from models.identity.staff import Member

PREFIX = "/api/v1/officer"
MINUTE, HOUR = 60.0, 3600.0
CALLS_PER_MINUTE = 120  # of one key: a person, and whatever she works with
REVEALS_PER_HOUR = 60  # whoever looks at more people than that is looking for something else
READ_ONLY = ("queue", "cases/{subject}")  # the others leave an event
Handle = Callable[[web.Request, Member], Awaitable[web.StreamResponse]]
log = structlog.get_logger()


def add_routes(app: web.Application) -> None:
    read = {"queue": queue, "cases/{subject}": case, "cases/{subject}/photos/{key}": photo}
    for path, handle in read.items():
        door = Door(authenticate, limited(refusing(handle)), problem)
        app.router.add_get(f"{PREFIX}/{path}", door.__call__, allow_head=path in READ_ONLY)
    for act in ACTS:
        path = f"{PREFIX}/{act.on}/{{subject}}/{act.name}"
        post(app, path, Door(authenticate, limited(refusing(doing(act))), problem))


async def authenticate(request: web.Request) -> Member:
    """Whose key it is. Raises Unauthentic."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        raise Unauthentic("an officer's key is needed: Authorization: Bearer KEY")
    member = await officer.recognise(request.app[SERVICES].database, key.strip())
    if member is None:
        raise Unauthentic("this key is unknown or revoked")
    return member


async def queue(request: web.Request, member: Member) -> web.Response:
    """A page of what waits."""
    async with request.app[SERVICES].database.read() as work:
        return web.json_response(await officer.queue(work, member, request.query))


async def case(request: web.Request, member: Member) -> web.Response:
    """A case whole, masked."""
    async with request.app[SERVICES].database.read() as work:
        return web.json_response(await officer.show(work, member, request.match_info["subject"]))


async def photo(request: web.Request, member: Member) -> web.StreamResponse:
    """A picture of a case: on record first, then shown."""
    services, asked = request.app[SERVICES], request.match_info
    async with services.database.begin(member.actor) as work:
        seen = await officer.photo(work, member, asked["subject"], asked["key"])
    try:
        content = await services.blobs.get(seen.key or "")
    except LookupError as gone:
        raise Refusal("officer.no_photo", number=asked["subject"]) from gone
    return photo_response(content, seen.content_type or "")


def doing(act: Act) -> Handle:
    """The handler of one act."""

    async def handle(request: web.Request, member: Member) -> web.StreamResponse:
        subject, fields = request.match_info["subject"], read_object(await request.read() or b"{}")
        if act.name == "reveal" and (
            refused := await _too_many(request, member, "reveal", REVEALS_PER_HOUR, HOUR)
        ):
            return refused

        async def perform(work: Work) -> Answer:
            return Answer(200, await officer.perform(work, member, act, subject, fields))

        response, done = await once(request, member.actor, perform, about=f"{act.on}/{subject}/{act.name}")
        if done:
            log.info("officer_acted", officer=member.id, act=act.name, on=act.on)
        return response

    return handle


def refusing(handle: Handle) -> Handle:
    """A refusal is an answer: 422, with the sentence and its code."""

    async def answered(request: web.Request, member: Member) -> web.StreamResponse:
        try:
            return await handle(request, member)
        except Refusal as refusal:
            return problem(422, sentence(refusal), code=refusal.key)

    return answered


def limited(handle: Handle) -> Handle:
    """So many calls a minute for each member."""

    async def answered(request: web.Request, member: Member) -> web.StreamResponse:
        refused = await _too_many(request, member, "call", CALLS_PER_MINUTE, MINUTE)
        return refused or await handle(request, member)

    return answered


async def _too_many(
    request: web.Request, member: Member, what: str, most: int, seconds: float
) -> web.Response | None:
    counted = await request.app[SERVICES].ephemeral.count(f"officer:{what}:{member.id}", seconds)
    if counted <= most:
        return None
    said = sentence(Refusal("officer.too_many", seconds=int(seconds)))
    refused = problem(429, said, code="officer.too_many")
    refused.headers["Retry-After"] = str(int(seconds))
    return refused
