"""A load of ready-made HTTP requests over keep-alive connections, as lean as asyncio allows, and the server's CPU time beside it."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """`rate` requests a second, `cpu_us` of the server for each, `p99_ms` of what a client waits; `bad` answers other than 200."""

    rate: float
    cpu_us: float
    p99_ms: float
    bad: int


class Client(asyncio.Protocol):
    """Sends its requests one after another, each when the answer before has come."""

    def __init__(self, requests: Sequence[bytes], done: asyncio.Future[None]) -> None:
        self._requests = iter(requests)
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self.waits: list[float] = []
        self.bad = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by class
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        at = head.lower().index(b"content-length:") + 15
        if len(body) < int(head[at:].split(b"\r\n", 1)[0]):
            return
        self.waits.append(time.perf_counter() - self._sent)
        self.bad += not head.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


async def measure(port: int, pid: int, requests: Sequence[bytes], connections: int) -> Measured:
    """Send all requests over so many connections."""
    loop = asyncio.get_running_loop()
    clients = []
    before, began = cpu_seconds(pid), time.perf_counter()
    for number in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        client = Client(requests[number::connections], done)
        clients.append((client, done))
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(done for _, done in clients))
    took, cpu = time.perf_counter() - began, cpu_seconds(pid) - before
    waits = sorted(wait for client, _ in clients for wait in client.waits)
    count = len(waits)
    bad = sum(client.bad for client, _ in clients)
    return Measured(count / took, cpu / count * 1e6, waits[int(count * 0.99)] * 1e3, bad)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
