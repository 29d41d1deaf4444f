"""The only way to add a route that accepts a POST: with an authenticator that stops the request before its handler runs.

A test walks the router and proves it for every such route. Each request is a trace; a handler that knows the request's own key begins
one of that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from aiohttp import web

from models.base import trace
from models.base.ports import Malformed, Unauthentic

Who = TypeVar("Who")
BODY_SECONDS = 6.0  # WeChat and WeChat Pay themselves give up after 5


class Door(Generic[Who]):
    """A request handler behind an authenticator. What the authenticator returns is the handler's second argument.

    The body must come within `BODY_SECONDS` (408). The authenticator raises Unauthentic (401) or Malformed (400) to stop the request;
    the handler may raise Malformed, too. `refuse` makes the answer, in the words of the wire.
    """

    def __init__(
        self,
        authenticate: Callable[[web.Request], Awaitable[Who]],
        handle: Callable[[web.Request, Who], Awaitable[web.StreamResponse]],
        refuse: Callable[[int, str], web.Response],
    ) -> None:
        self.authenticate = authenticate
        self.handle = handle
        self.refuse = refuse

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        trace.begin(trace.new())
        try:
            if not request.content.is_eof() and not await _whole(request):
                return self._too_slow()
            return await self.handle(request, await self.authenticate(request))
        except Unauthentic as problem:
            return self.refuse(401, str(problem))
        except Malformed as problem:
            return self.refuse(400, str(problem))

    def _too_slow(self) -> web.Response:
        refusal = self.refuse(408, "the body did not come in time")
        refusal.force_close()
        return refusal


async def _whole(request: web.Request) -> bool:
    """Read a body that did not come with its head; False when it takes too long. The request keeps it for whoever reads it next."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        return False
    return True


def plain(status: int, reason: str) -> web.Response:
    """A refusal in plain text."""
    return web.Response(status=status, text=reason)


def post(app: web.Application, path: str, door: Door[Who]) -> None:
    """Add a route behind its door. The door is kept as the handler, so that it can be found on the router."""
    app.router.add_post(path, door.__call__)
