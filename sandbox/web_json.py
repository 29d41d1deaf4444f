"""JSON in and out: raw UTF-8, objects only, and refusals as exceptions that carry their answer."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler


class Refusal(Exception):
    """Ends a request with this status and body; each wire has its own shape of body."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


class NotAnObject(ValueError):
    """A body that is not a JSON object in UTF-8."""


def dumps(value: Any) -> str:
    """JSON that keeps Chinese characters as they are."""
    return json.dumps(value, ensure_ascii=False)


def answer(value: Any, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.json_response(value, status=status, dumps=dumps)


def parse_object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises NotAnObject."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NotAnObject("the body is not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise NotAnObject("the body is not a JSON object")
    return value


def text(body: Mapping[str, Any], key: str, refuse: Callable[[str], Exception]) -> str:
    """A field that must be a non-empty string; otherwise raises what `refuse` makes of a sentence."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise refuse(f"{key} must be a non-empty string")
    return value


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a Refusal into its answer."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return answer(refusal.body, refusal.status)
