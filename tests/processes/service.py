"""A process of the service as an operator starts it: `python -m bot serve|worker|scheduler`, seen from outside."""

import asyncio
import json
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from tests.wechat import pushes

LONG = 60.0  # what takes a second may take many on a busy machine
LOOK_AGAIN = 0.05
NUMBERS = count(1)


@dataclass
class Service:
    """`web` and `ops` are its addresses, `log` what it logged."""

    process: Process
    web: str
    ops: str
    log_file: Path
    http: aiohttp.ClientSession

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What it logged of one event."""
        entries = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [entry for entry in entries if entry["event"] == event]

    async def ask(self, url: str) -> tuple[int, Any]:
        """Status and JSON of a GET; 0 when nobody listens."""
        try:
            async with self.http.get(url) as answer:
                return answer.status, await answer.json()
        except aiohttp.ClientConnectionError:
            return 0, None

    async def until(self, url: str, status: int) -> Any:
        """Ask again and again; what it answered at last."""
        async with asyncio.timeout(LONG):
            while True:
                found, answer = await self.ask(url)
                if found == status:
                    return answer
                assert self.process.returncode is None, self.log
                await asyncio.sleep(LOOK_AGAIN)

    async def until_leading(self) -> Any:
        """What it says of itself once somebody leads."""
        async with asyncio.timeout(LONG):
            while not (answer := await self.until(f"{self.ops}/readyz", 200))["leases"]:
                await asyncio.sleep(LOOK_AGAIN)
            return answer

    async def say(self, words: str) -> str:
        """Into the chat, encrypted, as WeChat does; the body of the answer."""
        inner = f"<MsgType>text</MsgType><Content><![CDATA[{words}]]></Content><MsgId>{next(NUMBERS)}</MsgId>"
        query, body = pushes.push(pushes.xml(inner), timestamp=int(time.time()), nonce=f"n{next(NUMBERS)}")
        async with self.http.post(f"{self.web}/wechat", params=query, data=body) as answer:
            assert answer.status == 200
            return await answer.text()

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Its exit status. It is 1 when the ten seconds were not enough."""
        async with asyncio.timeout(LONG):
            return await self.process.wait()


@asynccontextmanager
async def started(
    role: str, environment: Mapping[str, str], folder: Path, ports: tuple[int, int]
) -> AsyncIterator[Service]:
    """Run one role until it is ready; killed at last, if it is still there."""
    port, ops_port = ports
    own = {"SHIMIN_PORT": str(port), "SHIMIN_METRICS_PORT": str(ops_port)}
    log_file = folder / f"{role}-{ops_port}.log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", role, cwd=folder, env={**environment, **own}, stdout=log, stderr=log
        )
    async with aiohttp.ClientSession() as http:
        web, ops = (f"http://127.0.0.1:{each}" for each in ports)
        service = Service(process, web, ops, log_file, http)
        try:
            await service.until(f"{ops}/readyz", 200)
            yield service
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
