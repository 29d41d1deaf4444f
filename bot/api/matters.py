"""`/api/v1/matters`: a court or the police restrict somebody's travel, change it, free a scope for a while, end it.

    Authorization: Bearer KEY (scope matters:write)     Idempotency-Key: 1-128 visible ASCII characters
    POST matters                   {"document", "kind", "resident_id", "name", "facts", "occurred_on", "scopes", "until"?}
    POST matters/{number}/amend    {"scopes"?, "until"?, "performed_on"?}
    POST matters/{number}/close    {"ending": "performed" | "paid" | "notice", "day"?}
    POST matters/{number}/exempt   {"mode", "since", "until", "reasons"}

201 {"matter", "new": true, "since", "until", ...}; 200 when the document was in already, and for changes; problem+json otherwise. A
matter is there only for whoever entered it. The authority that the person reads is the name of the key.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web

from bot import matter_fields
from bot.api.authentication import bearer, problem
from bot.api.once import Answer, once, read_object
from bot.doors import Door, post
from bot.officer_act import as_json
from bot.officer_reasons import sentence
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import keys
from models.identity.keys import Caller
from models.restrictions import listed, matters
from models.restrictions.listed import Listed

PATH = "/api/v1/matters"
SCOPE = "matters:write"
Change = Callable[[Work, str, str, dict[str, Any]], Awaitable[Listed]]
log = structlog.get_logger()


def add_routes(app: web.Application) -> None:
    post(app, PATH, Door(bearer(SCOPE), open_, problem))
    for name, change in CHANGES.items():
        post(app, f"{PATH}/{{number}}/{name}", Door(bearer(SCOPE), changing(name, change), problem))


async def open_(request: web.Request, caller: Caller) -> web.Response:
    """List a matter, once for each document."""
    body = read_object(await request.read())

    async def act(work: Work) -> Answer:
        fields = matter_fields.read(matter_fields.OPEN, matter_fields.OPTIONAL["open"], body)
        filing = matter_fields.filing(fields, fields["document"])
        named = await keys.name_of(work, caller.key_id)
        matter, new = await matters.open_(work, work.actor, named, filing)
        return Answer(201 if new else 200, {**shown(matter), "new": new})

    return await _answered(request, caller, act, "open")


def changing(name: str, change: Change) -> Callable[[web.Request, Caller], Awaitable[web.Response]]:
    """The handler of one change."""

    async def handle(request: web.Request, caller: Caller) -> web.Response:
        body, subject = read_object(await request.read()), request.match_info["number"]

        async def act(work: Work) -> Answer:
            number = listed.read_number(subject)
            fields = matter_fields.read(READ[name], matter_fields.OPTIONAL[name], body)
            return Answer(200, shown(await change(work, number, work.actor, fields)))

        return await _answered(request, caller, act, f"{subject}/{name}")

    return handle


async def amend(work: Work, number: str, owner: str, fields: dict[str, Any]) -> Listed:
    """Other scopes, another last day, or that it was performed."""
    return await matters.amend(work, number, owner, **fields)


async def close(work: Work, number: str, owner: str, fields: dict[str, Any]) -> Listed:
    """It is over."""
    return await matters.close(work, number, owner, fields["ending"], fields.get("day"))


async def exempt(work: Work, number: str, owner: str, fields: dict[str, Any]) -> Listed:
    """A scope is free for a while."""
    return await matters.exempt(work, number, owner, **fields)


def shown(matter: Listed) -> dict[str, Any]:
    """As its authority sees it: no name, no id of ours."""
    told = as_json(matter)
    scopes = {scope.mode: list(scope.classes) for scope in matter.scopes}
    named = ("kind", "listed_on", "performed_on", "delete_by", "closed_on", "ending", "contested")
    return {"matter": matter.number, **{key: told[key] for key in named}, **told["span"], "scopes": scopes}


async def _answered(
    request: web.Request, caller: Caller, act: Callable[[Work], Awaitable[Answer]], about: str
) -> web.Response:
    try:
        response, done = await once(request, f"api:{caller.key_id}", act, about=about)
    except Refusal as refusal:
        return problem(422, sentence(refusal), code=refusal.key)
    if done:
        log.info("matter_changed", caller=caller.key_id, what=about[-16:], matter=done.body["matter"])
    return response


CHANGES: dict[str, Change] = {"amend": amend, "close": close, "exempt": exempt}
READ = {"amend": matter_fields.AMEND, "close": matter_fields.CLOSE, "exempt": matter_fields.EXEMPT}
