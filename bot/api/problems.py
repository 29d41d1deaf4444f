"""Every refusal of the API is problem+json (RFC 9457): those of its doors, and those that come before any door.

A body: `type` (about:blank: the status says what kind it is), `status`, `title` (one sentence for whoever is at the other end: what
is wrong, what to do) and, where a rule refused, `code`, which stays the same when the sentence is put better.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Literal

import structlog
from aiohttp import hdrs, web
from pydantic import BaseModel, Field

from models.base.errors import DatabaseAway, OutcomeUnknown
from models.base.ports import Unauthentic

PREFIX = "/api/"
KIND = "application/problem+json"
RETRY_SECONDS = 5  # as long as a database takes that fails over
SORRY = "Something went wrong on our side. Try again later; the same Idempotency-Key is safe."
log = structlog.get_logger()

# Refusals that aiohttp makes itself.
TITLES = {
    404: "there is nothing at this path; see /api/v1/openapi.json for what there is",
    405: "this path does not take that method; the header Allow says which it takes",
    413: "the body is larger than 65536 bytes; nothing here takes as much",
}


class Problem(BaseModel):
    """RFC 9457, as this API fills it in."""

    type: Literal["about:blank"]
    status: int = Field(ge=400, le=599)
    title: str = Field(min_length=1)
    code: str | None = Field(default=None, min_length=1)


def problem(status: int, title: str, **more: object) -> web.Response:
    """`title` is one sentence for the developer or officer at the other end."""
    body = {"type": "about:blank", "status": status, "title": title, **more}
    headers = {hdrs.WWW_AUTHENTICATE: "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return web.json_response(body, status=status, content_type=KIND, headers=headers)


def refused(why: Unauthentic) -> web.Response:
    """Of a door: who is not known."""
    return problem(401, str(why))


def again_later(status: int, title: str, seconds: int, **more: object) -> web.Response:
    """For what may be tried again."""
    answer = problem(status, title, **more)
    answer.headers[hdrs.RETRY_AFTER] = str(seconds)
    return answer


async def in_our_words(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """What goes wrong below `PREFIX` and no door answers. Other exceptions go on."""
    try:
        return await handler(request)
    except web.HTTPException as wrong:
        title = TITLES.get(wrong.status)
        if title is None:
            raise
        answer = problem(wrong.status, title)
        if hdrs.ALLOW in wrong.headers:
            answer.headers[hdrs.ALLOW] = wrong.headers[hdrs.ALLOW]
        return answer
    except DatabaseAway:
        return again_later(503, "the database is away and nothing was changed; send it again", RETRY_SECONDS)
    except OutcomeUnknown:
        title = "it may have been done or not; send the same again under the same Idempotency-Key"
        return again_later(503, title, RETRY_SECONDS)
    except Exception as wrong:
        route = request.match_info.route.resource
        log.exception("request_failed", route=route.canonical if route else "", exc_info=wrong)
        return problem(500, SORRY)
