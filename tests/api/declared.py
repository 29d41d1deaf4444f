"""Is an answer one that the document declares? Asked of every answer that the tests of the API get, those of real cases above all."""

import re
from functools import cache
from typing import Any

import jsonschema_rs
from aiohttp import ClientResponse

from bot.api import openapi
from bot.api.routes import OPERATIONS, PREFIX

DOCUMENT = openapi.document(PREFIX, OPERATIONS)
PATHS = {re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): path for path in DOCUMENT["paths"]}


async def declared(answer: ClientResponse) -> ClientResponse:
    """The same answer, once its status, media type, headers and body are those of its operation."""
    path = next(path for pattern, path in PATHS.items() if pattern.fullmatch(answer.url.raw_path))
    responses = DOCUMENT["paths"][path][answer.method.lower()]["responses"]
    said = responses[str(answer.status)]
    assert answer.content_type in said["content"], answer
    required = {name for name, header in said["headers"].items() if header.get("required")}
    assert required <= answer.headers.keys(), answer
    if said["content"][answer.content_type]:
        body = await answer.json(content_type=None)
        validator(path, answer.method.lower(), answer.status, answer.content_type).validate(body)
    return answer


@cache
def validator(path: str, method: str, status: int, kind: str) -> Any:
    """Of one answer's body."""
    content = DOCUMENT["paths"][path][method]["responses"][str(status)]["content"]
    return jsonschema_rs.Draft202012Validator(
        content[kind]["schema"] | {"components": DOCUMENT["components"]}, validate_formats=True
    )
