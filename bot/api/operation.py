"""An operation of the API, declared once: the router (`routes.py`) and the document (`openapi.py`) are made from the same.

An operation's `act` is given a unit of work (`models.base.db.Work`), who calls, and what was sent; it knows no HTTP. It answers, or
raises Refusal (422).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from aiohttp import web

from bot.api.bodies import Shape
from bot.api.once import Answer
from models.base.errors import Refusal


class Known(Protocol):
    """Somebody whose key opened the door; `actor` as the audit names them."""

    @property
    def actor(self) -> str: ...


Who = TypeVar("Who", bound=Known)


class Unit(Enum):
    """In what an act runs."""

    READ = "read"  # statements on their own
    WRITE = "write"  # a transaction; asked twice it is done twice
    ONCE = "once"  # a transaction with the Idempotency-Key in it
    OWN = "own"  # in several of its own, with a file between them or reads that merge: the act is given the services instead


class Call(NamedTuple):
    """What was sent: parameters of the path, of the query, and the body as its shape reads it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


class Picture(NamedTuple):
    """An answer that is no JSON."""

    content: bytes
    content_type: str


class Parameter(NamedTuple):
    """Of a query. `schema` is that of the text."""

    name: str
    about: str
    schema: Mapping[str, Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Audience(Generic[Who]):
    """Who calls, by which kind of key (the name of the document's security scheme), and in which words they are refused."""

    name: str
    about: str
    authenticate: Callable[[web.Request, str], Awaitable[Who]]
    sentence: Callable[[Refusal], str]


@dataclass(frozen=True, slots=True)
class Operation(Generic[Who]):
    """`path` is below /api/v1; `needs` is the scope or role; `answers` are types by status; `rates` are names of limits. What was
    done is logged as `event`, with these fields of the answer."""

    name: str
    method: str
    path: str
    about: str
    audience: Audience[Who]
    needs: str
    act: Callable[[Any, Who, Call], Awaitable[Answer | Picture]]
    answers: Mapping[int, Any]
    unit: Unit
    rates: Sequence[str]
    body: Shape | None = None
    most_bytes: int = 0  # of a body that may be larger than others
    query: Sequence[Parameter] = ()
    path_schema: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    event: str = ""
    logged: Sequence[str] = ()
    codes: Sequence[str] = ()  # of its refusals, where they are a closed list

    @property
    def parameters(self) -> Sequence[str]:
        """Names in the path, in order."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]
