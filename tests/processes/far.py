"""The other side of every wire, which can be made to take its time."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.architecture.far_ends import FarEnds


@dataclass
class SlowFarEnds(FarEnds):
    """A call to `held` (the beginning of a path) is answered once the test lets it `go`."""

    held: str = "nothing"
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        if request.path.startswith(self.held):
            self.reached.set()
            await self.go.wait()
        return await super().handle(request)
