"""What a call carries: JSON objects in UTF-8 of a declared shape."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from models.base.ports import Malformed

JSON = "application/json"
UTF8 = {"utf-8", "utf8"}
Model = TypeVar("Model", bound=BaseModel)


class Shape(Protocol):
    """How a body is written, and how it is read; `kinds` are media types."""

    @property
    def kinds(self) -> Sequence[str]: ...

    def schema(self) -> Any:
        """Its JSON schema; a type for which pydantic makes one."""
        ...

    def read(self, body: bytes) -> Any:
        """What handlers are given. Raises Malformed."""
        ...


class Typed(Generic[Model]):
    """A body that is a pydantic model: types as they are declared, never guessed from others."""

    kinds = (JSON,)

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def schema(self) -> Any:
        return self.model

    def read(self, body: bytes) -> Model:
        read_object(body)
        try:
            return self.model.model_validate_json(body, strict=True)
        except ValidationError as wrong:
            raise Malformed(_sentence(wrong)) from wrong


class Loose:
    """A body of which the act itself reads field after field, because it refuses in sentences of its own."""

    kinds = (JSON,)

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def schema(self) -> Any:
        return self._schema

    def read(self, body: bytes) -> dict[str, Any]:
        """Nothing at all is an object without fields."""
        return read_object(body or b"{}")


class File:
    """A body as it is; what it holds is told by its bytes."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def schema(self) -> Any:
        """OpenAPI 3.1 has no schema for bytes."""
        return {}

    def read(self, body: bytes) -> bytes:
        """The same."""
        return body


def is_written_so(request: web.Request, kinds: Sequence[str]) -> bool:
    """Did it come declared as one of these, in UTF-8 where it is text, not compressed? Nothing at all need not be declared."""
    if not request.body_exists:
        return True
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    charset = (request.charset or "utf-8").lower()
    return request.content_type in kinds and charset in UTF8 and encoding == "identity"


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object (RFC 8259, texts without half characters and NUL). Raises Malformed."""
    try:
        value = orjson.loads(body)
    except ValueError as wrong:
        raise Malformed("the body is not JSON") from wrong
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    if b"\\u0000" in body and _has_nul(value):
        raise Malformed("a text in the body holds the character NUL; no text here may")
    return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        return f"the field {name} is missing"
    return f"the field {name} is not as it should be: {first['msg'][:1].lower()}{first['msg'][1:]}"
