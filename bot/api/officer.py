"""`/api/v1/officer/...`: what officers do, each with a key of their own (`shimin officer add`). See docs/officers.md.

    GET  queue?kind=&topic=&taken=any|mine|free&due_by=&limit=&after=
    GET  cases/{subject}                                   personal data masked
    GET  cases/{subject}/photos/{key}                      the picture itself; each look is on record
    POST {on}/{subject}/{name}                             the acts of `bot.officer.ACTS`

Authorization: Bearer KEY, and for every POST an Idempotency-Key and a JSON object. Refusals are problem+json with a `code`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot import officer
from bot.api.authentication import bearer
from bot.api.bodies import Loose
from bot.api.officer_answers import ANSWERS, QUEUE, VIEW
from bot.api.once import Answer
from bot.api.operation import Audience, Call, Operation, Parameter, Picture, Unit
from bot.officer import ACTS, Act
from bot.officer_fields import DAY, PAGE
from bot.officer_reasons import sentence
from bot.services import SERVICES, Services
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Unauthentic
from models.identity.staff import Member, Role
from models.violations.officer_queue import MOST, Taken, Waits

PREFIX = "/officer"
KINDS = "|".join(Waits)


async def authenticate(request: web.Request, role: str) -> Member:
    """Whose key it is; whether the role is theirs is for the act to say, at both doors alike. Raises Unauthentic."""
    del role
    member = await officer.recognise(request.app[SERVICES].database, bearer(request, "an officer's key"))
    if member is None:
        raise Unauthentic("this key is unknown or revoked")
    return member


async def queue(work: Work, member: Member, call: Call) -> Answer:
    """A page of what waits."""
    return Answer(200, await officer.queue(work, member, call.query))


async def case(work: Work, member: Member, call: Call) -> Answer:
    """A case whole, masked."""
    return Answer(200, await officer.show(work, member, call.path["subject"]))


async def photo(services: Services, member: Member, call: Call) -> Picture:
    """A picture of a case: on record first, then shown."""
    number = call.path["subject"]
    async with services.database.begin(member.actor) as work:
        seen = await officer.photo(work, member, number, call.path["key"])
    try:
        content = await services.blobs.get(seen.key or "")
    except LookupError as gone:
        raise Refusal("officer.no_photo", number=number) from gone
    return Picture(content, seen.content_type or "")


def doing(act: Act) -> Callable[[Work, Member, Call], Awaitable[Answer]]:
    """The operation of one act."""

    async def do(work: Work, member: Member, call: Call) -> Answer:
        return Answer(200, await officer.perform(work, member, act, call.path["subject"], call.body))

    return do


def shape_of(act: Act) -> Loose:
    """Its fields as the document has them; no others."""
    return Loose(
        {
            "type": "object",
            "properties": {name: dict(read.schema) for name, read in act.fields.items()},
            "required": [name for name in act.fields if name not in act.optional],
            "additionalProperties": False,
        }
    )


OFFICERS = Audience(
    name="officers",
    about="A member of staff's own key, made by the operator: `shimin officer add NAME --authority CODE`.",
    authenticate=authenticate,
    sentence=sentence,
)


def _act(act: Act) -> Operation[Member]:
    return Operation(
        name=f"{act.name}{act.on.removesuffix('s').capitalize()}",
        method="POST",
        path=f"{PREFIX}/{act.on}/{{subject}}/{act.name}",
        about=f"{act.name.capitalize()} (docs/officers.md).",
        audience=OFFICERS,
        needs=act.role.value,
        act=doing(act),
        body=shape_of(act),
        answers={200: ANSWERS[act.on, act.name]},
        unit=Unit.ONCE,
        rates=("calls", "reveal") if act.name == "reveal" else ("calls",),
        event="officer_acted",
    )


def _look(
    name: str, path: str, about: str, act: Any, answer: Any, *query: Parameter, unit: Unit = Unit.READ
) -> Operation[Member]:
    return Operation(
        name=name,
        method="GET",
        path=f"{PREFIX}/{path}",
        about=about,
        audience=OFFICERS,
        needs=Role.OFFICER.value,
        act=act,
        answers={200: answer},
        unit=unit,
        rates=("calls",),
        query=query,
    )


OPERATIONS = (
    _look(
        "listQueue",
        "queue",
        "What waits for an officer of this authority, the nearest legal deadline first.",
        queue,
        QUEUE,
        Parameter(
            "kind",
            "Of these kinds, commas between.",
            {"type": "string", "pattern": f"^(({KINDS})(,({KINDS}))*)?$"},
        ),
        Parameter("topic", "Tickets of this topic.", {"type": "string"}),
        Parameter("taken", "Whose.", {"type": "string", "enum": list(Taken), "default": Taken.ANY}),
        Parameter("due_by", "Due by this day.", DAY),
        Parameter("after", "Behind this place: `next` of the page before.", {"type": "string"}),
        Parameter("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE}),
    ),
    _look("showCase", "cases/{subject}", "A case whole, personal data masked.", case, VIEW),
    _look(
        "showPhoto",
        "cases/{subject}/photos/{key}",
        "A picture of a case; the look is on record.",
        photo,
        Picture,
        unit=Unit.OWN,
    ),
    *map(_act, ACTS),
)
