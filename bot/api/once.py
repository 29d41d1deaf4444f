"""One effect for each Idempotency-Key, however often the call comes: the answer is kept with what it tells of, in one transaction.

The same key and body again: the stored answer, with `Idempotent-Replayed: true`. The same key with another body: 409.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.api.authentication import problem
from bot.services import SERVICES
from models.base import trace
from models.base.crypto import fingerprint
from models.base.db import Work
from models.base.ports import Malformed
from models.post import inbox

KEY = re.compile(r"[\x21-\x7e]{1,128}")
OTHER_BODY = "this Idempotency-Key was used with another body; use a new key for a new request"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, and is kept."""

    status: int
    body: dict[str, Any]


async def once(
    request: web.Request, source: str, act: Callable[[Work], Awaitable[Answer]], *, about: str = ""
) -> tuple[web.Response, Answer | None]:
    """The response, and the answer when the act was done just now. `source` is who calls, and the actor of the unit of work;
    `about` is what the path says beside the body, where it says anything.

    Raises Malformed without a key, and what the act raises: then nothing is kept, and the same key may be used again.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Malformed("the header Idempotency-Key is needed: 1 to 128 visible ASCII characters")
    asked = fingerprint(about.encode() + await request.read())
    trace.begin(trace.of(f"{source} {key}"))
    async with request.app[SERVICES].database.begin(source) as work:
        stored = await inbox.claim(work, source, key, asked)
        if stored is None:
            answer = await act(work)
            await inbox.answer(work, source, key, {"status": answer.status, "body": answer.body})
    if stored is None:
        return web.json_response(answer.body, status=answer.status), answer
    if stored.fingerprint != asked:
        return problem(409, OTHER_BODY), None
    replayed = {"Idempotent-Replayed": "true"}
    return web.json_response(stored.answer["body"], status=stored.answer["status"], headers=replayed), None


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises Malformed."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Malformed("the body is not JSON") from wrong
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    return value
