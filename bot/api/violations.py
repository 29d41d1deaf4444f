"""`POST /api/v1/violations`: an authority enters one violation.

    Authorization: Bearer KEY (scope violations:write)     Idempotency-Key: 1-128 visible ASCII characters
    {"authority", "record_no", "plate", "plate_kind", "offence", "occurred_at", "place"}, all text
    201 {"case", "new": true}; 200 {"case", "new": false} when the record was in already; problem+json otherwise

The same key and body again: the stored answer, with `Idempotent-Replayed: true`. The same key with another body: 409.
"""

import json
import re
from typing import Any

import structlog
from aiohttp import web

from bot.api.authentication import bearer, problem
from bot.doors import Door, post
from bot.reasons import SENTENCES
from bot.reports import FIELDS, read_report
from bot.services import SERVICES
from models.base import trace
from models.base.crypto import fingerprint
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import Malformed
from models.identity.keys import Caller
from models.post import inbox
from models.violations import acts as violations

PATH = "/api/v1/violations"
SCOPE = "violations:write"
KEY = re.compile(r"[\x21-\x7e]{1,128}")
log = structlog.get_logger()


def add_routes(app: web.Application) -> None:
    post(app, PATH, Door(bearer(SCOPE), enter, problem))


async def enter(request: web.Request, caller: Caller) -> web.Response:
    """One violation, once for each Idempotency-Key."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Malformed("the header Idempotency-Key is needed: 1 to 128 visible ASCII characters")
    body = await request.read()
    fields = read_fields(body)
    source = f"api:{caller.key_id}"
    trace.begin(trace.of(f"{source} {key}"))
    try:
        async with request.app[SERVICES].database.begin(source) as work:
            stored = await inbox.claim(work, source, key, fingerprint(body))
            if stored is None:
                answer = await _record(work, fields)
                await inbox.answer(work, source, key, answer)
    except Refusal as refusal:
        return problem(422, SENTENCES[refusal.key], code=refusal.key)
    if stored is None:
        log.info("violation_entered", caller=caller.key_id, **answer["body"])
        return web.json_response(answer["body"], status=answer["status"])
    if stored.fingerprint != fingerprint(body):
        return problem(
            409, "this Idempotency-Key was used with another body; use a new key for a new request"
        )
    replayed = {"Idempotent-Replayed": "true"}
    return web.json_response(stored.answer["body"], status=stored.answer["status"], headers=replayed)


def read_fields(body: bytes) -> dict[str, str]:
    """A JSON object of texts. Raises Malformed with what is wrong."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Malformed("the body is not JSON") from wrong
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    for name in FIELDS:
        if not isinstance(value.get(name), str):
            raise Malformed(f"the field {name} is missing or not a text")
    return {name: value[name] for name in FIELDS}


async def _record(work: Work, fields: dict[str, str]) -> dict[str, Any]:
    recorded = await violations.record(work, read_report(fields))
    return {"status": 201 if recorded.new else 200, "body": {"case": recorded.number, "new": recorded.new}}
