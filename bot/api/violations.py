"""`POST /api/v1/violations`: an authority enters one violation.

    Authorization: Bearer KEY (scope violations:write)     Idempotency-Key: 1-128 visible ASCII characters
    {"authority", "record_no", "plate", "plate_kind", "offence", "occurred_at", "place"}, all text; and, if there are any,
    "pictures": https addresses on hosts that the city allows, or keys from `POST /api/v1/pictures`
    201 {"case", "new": true}; 200 {"case", "new": false} when the record was in already; problem+json otherwise

The same key and body again: the stored answer, with `Idempotent-Replayed: true`. The same key with another body: 409.
"""

import structlog
from aiohttp import web

from bot.api.authentication import bearer, problem
from bot.api.once import Answer, once, read_object
from bot.doors import Door, post
from bot.reasons import reason
from bot.reports import FIELDS, PICTURES, read_report
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Malformed
from models.identity.keys import Caller
from models.violations import acts as violations

PATH = "/api/v1/violations"
SCOPE = "violations:write"
log = structlog.get_logger()


def add_routes(app: web.Application) -> None:
    post(app, PATH, Door(bearer(SCOPE), enter, problem))


async def enter(request: web.Request, caller: Caller) -> web.Response:
    """One violation, once for each Idempotency-Key."""

    fields = read_fields(await request.read())

    async def record(work: Work) -> Answer:
        recorded = await violations.record(work, read_report(fields))
        return Answer(201 if recorded.new else 200, {"case": recorded.number, "new": recorded.new})

    try:
        response, entered = await once(request, f"api:{caller.key_id}", record)
    except Refusal as refusal:
        return problem(422, reason(refusal), code=refusal.key)
    if entered:
        log.info("violation_entered", caller=caller.key_id, **entered.body)
    return response


def read_fields(body: bytes) -> dict[str, str]:
    """A JSON object of texts. Raises Malformed with what is wrong."""
    value = read_object(body)
    for name in FIELDS:
        if not isinstance(value.get(name), str):
            raise Malformed(f"the field {name} is missing or not a text")
    pictures = value.get(PICTURES, [])
    if not isinstance(pictures, list) or not all(isinstance(each, str) and each.split() for each in pictures):
        raise Malformed(f"the field {PICTURES} is not a list of texts")
    return {**{name: value[name] for name in FIELDS}, PICTURES: " ".join(pictures)}
