"""The hosts we call, WeChat's first, in a thread of its own, for commands that bring their own loop."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = {"access_token": "token-1", "expires_in": 7200}


@dataclass
class Host:
    """`answers` by path, `{"errcode": 0}` for the rest; `statuses` by path, 200 for the rest; `calls` are (path, body).

    `date` replaces the Date of every answer. A body that is no JSON is kept as it came.
    """

    answers: dict[str, Any] = field(default_factory=lambda: {"/cgi-bin/stable_token": TOKEN})
    statuses: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    date: str = ""
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        is_json = request.content_type != "application/x-www-form-urlencoded"
        self.calls.append((request.path, json.loads(body or b"null") if is_json else body))
        headers = {"Date": self.date} if self.date else {}
        answer, status = self.answers.get(request.path, {"errcode": 0}), self.statuses.get(request.path, 200)
        return web.json_response(answer, status=status, headers=headers)


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    """While it is open, `host.url` answers."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.handle)
    runner = web.AppRunner(app)

    async def start() -> str:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        _, port = runner.addresses[0][:2]
        return f"http://127.0.0.1:{port}"

    host.url = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield host
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(runner.cleanup())
        loop.close()
