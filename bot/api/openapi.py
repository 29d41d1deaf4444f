"""The document at `/api/v1/openapi.json` (OpenAPI 3.1), made from the operations themselves: what is mounted is what is written."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from bot.api.bodies import JSON, Shape
from bot.api.operation import Audience, Operation, Picture, Unit
from bot.api.problems import KIND, Problem
from models.base.pictures import TYPES

REF = "#/components/schemas/{model}"
ABOUT = """Every refusal is problem+json (RFC 9457): `title` says what is wrong and what to do, `code` names the reason and stays.

Bodies are JSON in UTF-8, at most 64 KiB unless it is said otherwise, and no text holds the character NUL. What writes takes an
Idempotency-Key: the same key and request again get the stored answer, with `Idempotent-Replayed: true`; the same key with another
request is refused (422, `idempotency.other_request`). RateLimit and RateLimit-Policy say how many calls are left."""
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The caller's own name for this request; a repetition has the same.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,128}$"},
}
# What any operation may answer beside its own; those that take a body also the second line.
REFUSALS = {
    400: "It cannot be read: a parameter, a header or the body is missing or not as it should be.",
    401: "The key is missing, unknown or revoked.",
    403: "The key does not have the scope.",
    422: "A rule refuses it.",
    429: "Too often; Retry-After says when to go on.",
    500: "An accident on our side.",
    503: "The database is away; Retry-After says when to send it again.",
}
OF_BODIES = {
    408: "The body did not come in time.",
    413: "The body is too large.",
    415: "The body is of another media type, or compressed.",
}
TEXT = {"type": "string"}
HEADERS = {
    "RateLimit": {"description": "What is left of each limit, and for how many seconds.", "schema": TEXT},
    "RateLimit-Policy": {"description": "The limits that count this call.", "schema": TEXT},
}
REPLAYED = {"description": "This answer was given before.", "schema": {"type": "string", "const": "true"}}
RETRY_AFTER = {"description": "Seconds.", "required": True, "schema": {"type": "integer", "minimum": 0}}
CHALLENGE = {"description": "How to show a key.", "required": True, "schema": TEXT}
OF_STATUS = {
    401: {"WWW-Authenticate": CHALLENGE},
    429: HEADERS | {"Retry-After": RETRY_AFTER},
    503: {"Retry-After": RETRY_AFTER},
}


def document(prefix: str, operations: Sequence[Operation[Any]]) -> dict[str, Any]:
    """The document."""
    schemas = _Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(prefix + operation.path, {})[operation.method.lower()] = _operation(
            operation, schemas
        )
    audiences = {operation.audience.name: operation.audience for operation in operations}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shimin", "version": version("shimin"), "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {name: _scheme(audience) for name, audience in sorted(audiences.items())},
        },
    }


def _operation(operation: Operation[Any], schemas: "_Schemas") -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "security": [{operation.audience.name: [operation.needs]}],
        "parameters": list(_parameters(operation)),
        "responses": dict(_responses(operation, schemas)),
    }
    if operation.body:
        content = {kind: {"schema": schemas.of(operation.body.schema())} for kind in operation.body.kinds}
        said["requestBody"] = {"required": _must_come(operation.body), "content": content}
    return said


def _parameters(operation: Operation[Any]) -> Iterator[dict[str, Any]]:
    for name in operation.parameters:
        schema = {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for each in operation.query:
        about = {"name": each.name, "in": "query", "description": each.about, "schema": dict(each.schema)}
        yield about | ({"required": True} if each.required else {})
    if operation.unit is Unit.ONCE:
        yield IDEMPOTENCY_KEY


def _responses(operation: Operation[Any], schemas: "_Schemas") -> Iterator[tuple[str, dict[str, Any]]]:
    replayed = {"Idempotent-Replayed": REPLAYED} if operation.unit is Unit.ONCE else {}
    for status, kind in operation.answers.items():
        headers = HEADERS | replayed
        yield (
            str(status),
            {"description": _about(kind), "headers": headers, "content": _content(kind, schemas)},
        )
    body: dict[int, str] = OF_BODIES if operation.body else {}
    for status, about in sorted((REFUSALS | body).items()):
        codes = f" Codes: {', '.join(operation.codes)}." if operation.codes and status == 422 else ""
        content = {KIND: {"schema": schemas.of(Problem)}}
        yield (
            str(status),
            {"description": about + codes, "headers": OF_STATUS.get(status, {}), "content": content},
        )


def _content(kind: Any, schemas: "_Schemas") -> dict[str, Any]:
    if kind is Picture:
        return {each: {} for each in sorted(TYPES)}
    return {JSON: {"schema": schemas.of(kind)}}


def _about(kind: Any) -> str:
    return (kind.__doc__ or "Done.").split("\n\n")[0].replace("\n    ", " ")


def _must_come(body: Shape) -> bool:
    """A body in which nothing is required may be missing altogether."""
    schema = body.schema()
    return not isinstance(schema, dict) or bool(schema.get("required", True))


def _scheme(audience: Audience[Any]) -> dict[str, str]:
    return {"type": "http", "scheme": "bearer", "description": audience.about}


class _Schemas:
    """One definition for each type, and references to it."""

    def __init__(self, operations: Sequence[Operation[Any]]) -> None:
        bodies = {o.body.schema() for o in operations if o.body and isinstance(o.body.schema(), type)}
        answers = {kind for o in operations for kind in o.answers.values() if kind is not Picture}
        made = [(kind, "validation", TypeAdapter(kind)) for kind in _sorted(bodies)]
        made += [(kind, "serialization", TypeAdapter(kind)) for kind in _sorted({Problem, *answers})]
        self._schemas, whole = TypeAdapter.json_schemas(made, ref_template=REF)  # type: ignore[arg-type]
        self.definitions = whole["$defs"]

    def of(self, kind: Any) -> Any:
        """A schema as it is; of a type the reference."""
        if isinstance(kind, dict):
            return kind
        found = (self._schemas.get((kind, mode)) for mode in ("validation", "serialization"))
        return next(schema for schema in found if schema is not None)


def _sorted(kinds: set[Any]) -> list[Any]:
    return sorted(kinds, key=lambda kind: str(kind.__name__))
