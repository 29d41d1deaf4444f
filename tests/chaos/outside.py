"""The far ends: an SMS carrier in the shape of Aliyun's that has bad days, WeChat's customer-service messages, the wallet.

The carrier does not de-duplicate: whatever is submitted is a text on somebody's phone. It tells what it took, by number and day.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from models.base.clock import CITY_ZONE
from tests.chaos.size import SEED

LONGEST_DELAY = 0.05
# How a submission goes, and how often: taken and said so; taken and hung up; hung up; taken and said to have failed half-way; not now.
WELL, MUTE, DEAF, ILL, BUSY = "well", "mute", "deaf", "ill", "busy"
GOOD_DAYS = {WELL: 1}
MOODS = {WELL: 90, MUTE: 4, DEAF: 2, ILL: 2, BUSY: 2}
TAKEN = {WELL, MUTE, ILL}


class Outside:
    """`texts` counts the texts under each OutId, `pushed` is what each chat was sent, `locked` the days (`today`) on which each lock
    was asked for."""

    def __init__(self) -> None:
        self.texts: Counter[str] = Counter()
        self.pushed: dict[str, list[str]] = defaultdict(list)
        self.locked: dict[str, list[Any]] = defaultdict(list)
        self.today: Callable[[], Any] = lambda: None
        self.moods = MOODS
        self.busy = 0
        self._by_phone: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._random = Random(SEED)
        self._server: web.Server | None = None

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The address of all of them."""
        app = web.Application()
        app.router.add_post("/", self.carry)
        app.router.add_post("/cgi-bin/stable_token", self.token)
        app.router.add_post("/cgi-bin/message/custom/send", self.push)
        app.router.add_put("/v1/locks/{reference}", self.lock)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._server = runner.server
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()

    @property
    def quiet(self) -> bool:
        """Nobody is connected, and nothing that came in is still to be counted."""
        return self._server is not None and not self._server.connections and not self.busy

    async def carry(self, request: web.Request) -> web.StreamResponse:
        self.busy += 1
        try:
            given = dict(parse_qsl(await request.text()))
            if request.headers["x-acs-action"] == "QuerySendDetails":
                return web.json_response(self._details(given))
            return await self._submit(request, given)
        finally:
            self.busy -= 1

    async def _submit(self, request: web.Request, given: dict[str, str]) -> web.StreamResponse:
        [mood] = self._random.choices(list(self.moods), weights=list(self.moods.values()))
        if mood in TAKEN:
            self.texts[given["OutId"]] += 1
            self._by_phone[given["PhoneNumbers"], f"{datetime.now(CITY_ZONE):%Y%m%d}"].append(given["OutId"])
        await asyncio.sleep(self._random.uniform(0, LONGEST_DELAY))
        if mood in (MUTE, DEAF) and request.transport:
            request.transport.abort()
        if mood == ILL:
            return web.json_response({"Code": "isp.SYSTEM_ERROR"}, status=503)
        code = "isv.BUSINESS_LIMIT_CONTROL" if mood == BUSY else "OK"
        return web.json_response({"Code": code, "BizId": f"biz-{self.texts.total()}"})

    def _details(self, given: dict[str, str]) -> dict[str, Any]:
        found = self._by_phone.get((given["PhoneNumber"], given["SendDate"]), [])
        size, page = int(given["PageSize"]), int(given["CurrentPage"])
        shown = [{"SendStatus": 1, "OutId": key} for key in found[(page - 1) * size : page * size]]
        return {"Code": "OK", "TotalCount": len(found), "SmsSendDetailDTOs": {"SmsSendDetailDTO": shown}}

    async def token(self, request: web.Request) -> web.Response:
        del request
        lifetime = timedelta(hours=2).total_seconds()
        return web.json_response({"access_token": "token", "expires_in": int(lifetime)})

    async def push(self, request: web.Request) -> web.Response:
        message = json.loads(await request.text())
        said = (
            message["text"]["content"] if message["msgtype"] == "text" else message["msgmenu"]["head_content"]
        )
        self.pushed[message["touser"]].append(said)
        await asyncio.sleep(self._random.uniform(0, LONGEST_DELAY))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def lock(self, request: web.Request) -> web.Response:
        reference = request.match_info["reference"]
        self.locked[reference].append(self.today())
        return web.json_response({"reference": reference, "state": "locked"})
