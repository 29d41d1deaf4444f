"""One effect for each Idempotency-Key, however often the call comes: the answer is kept with what it tells of, in one transaction.

The same key and the same request again: the stored answer. The same key with another request: refused. A refusal keeps nothing, so
that the same key may be used again.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from models.base import trace
from models.base.crypto import fingerprint
from models.base.db import Database, Work
from models.base.errors import Refusal
from models.base.ports import Malformed
from models.post import inbox

KEY = re.compile(r"[\x21-\x7e]{1,128}")
OTHER_REQUEST = "idempotency.other_request"


class Answer(NamedTuple):
    """What goes back, and is kept; `replayed` when it was given before."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


def read_key(value: str) -> str:
    """The header's value. Raises Malformed."""
    if not KEY.fullmatch(value):
        raise Malformed("the header Idempotency-Key is needed: 1 to 128 visible ASCII characters")
    return value


async def once(
    database: Database, actor: str, key: str, request: bytes, act: Callable[[Work], Awaitable[Answer]]
) -> Answer:
    """The answer to this request of this actor, who is also the actor of the unit of work; done now, or found done.

    Raises what the act raises, and Refusal(`OTHER_REQUEST`): then nothing is kept.
    """
    asked = fingerprint(request)
    trace.begin(trace.of(f"{actor} {key}"))
    async with database.begin(actor) as work:
        stored = await inbox.claim(work, actor, key, asked)
        if stored is None:
            answer = await act(work)
            await inbox.answer(work, actor, key, {"status": answer.status, "body": answer.body})
            return answer
    if stored.fingerprint != asked:
        raise Refusal(OTHER_REQUEST)
    return Answer(stored.answer["status"], stored.answer["body"], replayed=True)
