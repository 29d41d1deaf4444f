"""The only way to add a route that accepts a POST: with an authenticator that stops the request before its handler runs.

A test walks the router and proves it for every such route. Each request is a trace; a handler that knows the request's own key begins
one of that.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from aiohttp import web

from models.base import trace
from models.base.ports import Forbidden, Malformed, Unauthentic

Who = TypeVar("Who")
BODY_SECONDS = 6.0  # WeChat and WeChat Pay themselves give up after 5


class Door(Generic[Who]):
    """A request handler behind an authenticator. What the authenticator returns is the handler's second argument.

    The body must come within `BODY_SECONDS` (408). The authenticator raises Unauthentic (401), Forbidden (403) or Malformed (400) to
    stop the request; the handler may raise Malformed, too. `refuse` makes the answer, in the words of the wire.

    A body is as large as the application allows; a door with `most_bytes` lets larger ones in, but looks who brings it before it reads.
    """

    def __init__(
        self,
        authenticate: Callable[[web.Request], Awaitable[Who]],
        handle: Callable[[web.Request, Who], Awaitable[web.StreamResponse]],
        refuse: Callable[[int, str], web.Response],
        *,
        most_bytes: int | None = None,
    ) -> None:
        self.authenticate = authenticate
        self.handle = handle
        self.refuse = refuse
        self.most_bytes = most_bytes

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        trace.begin(trace.new())
        try:
            if self.most_bytes is not None:
                return await self._let_in_first(request, self.most_bytes)
            if not await whole(request):
                return too_slow(self.refuse(*TOO_SLOW))
            return await self.handle(request, await self.authenticate(request))
        except Forbidden as problem:
            return self.refuse(403, str(problem))
        except Unauthentic as problem:
            return self.refuse(401, str(problem))
        except Malformed as problem:
            return self.refuse(400, str(problem))

    async def _let_in_first(self, request: web.Request, most_bytes: int) -> web.StreamResponse:
        who = await self.authenticate(request)
        large = request.clone(client_max_size=most_bytes)
        return await self.handle(large, who) if await whole(large) else too_slow(self.refuse(*TOO_SLOW))


class Answer(NamedTuple):
    """What a push is answered with; no more is said over this wire."""

    body: bytes
    kind: str = "text/plain"
    status: int = 200


class Push(ABC):
    """A whole request by which a platform tells us something, whichever way it came: its parameters, its body, and when it was here
    (of the loop's clock)."""

    __slots__ = ("began", "body", "query")

    def __init__(self, query: Mapping[str, str], body: bytes) -> None:
        self.query = query
        self.body = body
        self.began = asyncio.get_running_loop().time()

    @abstractmethod
    async def answer_early(self, answer: Answer) -> None:
        """Answer now, while the push is still being worked on; what is answered in the end is not sent any more."""


class PushDoor(Generic[Who]):
    """A door for pushes: the same promise as `Door`, for one wire where nearly everything arrives, and without a request of aiohttp's."""

    def __init__(
        self,
        authenticate: Callable[[Push], Awaitable[Who]],
        handle: Callable[[Push, Who], Awaitable[Answer]],
    ) -> None:
        self.authenticate = authenticate
        self.handle = handle

    async def take(self, push: Push) -> Answer:
        """Let it in, or say why not."""
        trace.begin(trace.new())
        try:
            return await self.handle(push, await self.authenticate(push))
        except Unauthentic as problem:
            return Answer(str(problem).encode(), status=401)
        except Malformed as problem:
            return Answer(str(problem).encode(), status=400)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """A push that came by the router."""
        if not await whole(request):
            return too_slow(plain(*TOO_SLOW))
        push = _Routed(request, await request.read())
        answer = await self.take(push)
        return push.answered or _response(answer)


class _Routed(Push):
    """A push that came as a request of aiohttp's."""

    __slots__ = ("_request", "answered")

    def __init__(self, request: web.Request, body: bytes) -> None:
        super().__init__(request.query, body)
        self._request = request
        self.answered: web.Response | None = None

    async def answer_early(self, answer: Answer) -> None:
        """The connection is closed behind it: another request would wait on it for this one's end."""
        response = self.answered = _response(answer)
        response.force_close()
        await response.prepare(self._request)
        await response.write_eof()


TOO_SLOW = (408, "the body did not come in time")


def too_slow(refusal: web.Response) -> web.Response:
    """What is still to come of such a request is not waited for."""
    refusal.force_close()
    return refusal


async def whole(request: web.Request) -> bool:
    """Read a body that did not come with its head; False when it takes too long. The request keeps it for whoever reads it next."""
    if request.content.is_eof():
        return True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        return False
    return True


def plain(status: int, reason: str) -> web.Response:
    """A refusal in plain text."""
    return web.Response(status=status, text=reason)


def _response(answer: Answer) -> web.Response:
    return web.Response(body=answer.body, status=answer.status, content_type=answer.kind)


def post(app: web.Application, path: str, door: "Door[Who] | PushDoor[Who]") -> None:
    """Add a route behind its door. The door is kept as the handler, so that it can be found on the router."""
    app.router.add_post(path, door.__call__)
