"""A wire that can fail: a TCP proxy on loopback that cuts, falls silent, turns away, and loses what it should carry.

    async with proxied(target) as wire:            target: ("127.0.0.1", 5432) or the path of a unix socket
        wire.silence()                             everything stays connected, nothing is carried any more (a frozen server)
        wire.cut()                                 every connection is reset, new ones are carried
        wire.away()                                every connection is reset, new ones are, too
        wire.mend()                                all is well again
        wire.lose(b"COMMIT", after=True)           the next COMMIT arrives, its answer does not: the connection is reset
        wire.lose(b"COMMIT", after=False)          the next COMMIT does not arrive, the connection is reset

`wire.turns` counts the times the client spoke and was answered, over all connections.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

Target = tuple[str, int] | Path
CHUNK = 65536


@dataclass(frozen=True)
class Loss:
    """The next piece of the client's that has these bytes is lost; with `after`, its answer is instead."""

    piece: bytes
    after: bool


@dataclass
class Answers:
    """Of one connection: whether one is awaited, and whether it will be lost."""

    asked: bool = False
    lost: bool = False


class Wire:
    """What lies between a client and its server; `address` is where the client connects."""

    def __init__(self, target: Target) -> None:
        self.address = ("127.0.0.1", 0)
        self.turns = 0
        self.accepted = 0
        self._target = target
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._turned_away = False
        self._loss: Loss | None = None
        self._writers: set[StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def silence(self) -> None:
        self._flowing.clear()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def away(self) -> None:
        self._turned_away = True
        self.cut()

    def mend(self) -> None:
        self._turned_away = False
        self._flowing.set()

    def lose(self, piece: bytes, *, after: bool) -> None:
        self._loss = Loss(piece, after)

    @property
    def losing(self) -> bool:
        """What should be lost has not come yet."""
        return self._loss is not None

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, until an end of it closes."""
        self.accepted += 1
        if self._turned_away:
            writer.transport.abort()
            return
        await self._flowing.wait()
        far_reader, far_writer = await self._connect()
        answers = Answers()
        ends = {writer, far_writer}
        self._writers |= ends
        ways = (self._out(reader, far_writer, answers), self._back(far_reader, writer, answers))
        tasks = {asyncio.create_task(way) for way in ways}
        self._tasks |= tasks
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._writers -= ends
        self._tasks -= tasks

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(str(self._target))
        return await asyncio.open_connection(*self._target)

    async def _out(self, reader: StreamReader, far: StreamWriter, answers: Answers) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                await self._flowing.wait()
                self.turns += not answers.asked
                answers.asked = True
                loss = self._loss
                if loss is not None and loss.piece in piece:
                    self._loss = None
                    if not loss.after:
                        return
                    answers.lost = True
                far.write(piece)
                await far.drain()

    async def _back(self, far: StreamReader, writer: StreamWriter, answers: Answers) -> None:
        with suppress(OSError):
            while piece := await far.read(CHUNK):
                await self._flowing.wait()
                answers.asked = False
                if answers.lost:
                    return
                writer.write(piece)
                await writer.drain()


@asynccontextmanager
async def proxied(target: Target) -> AsyncIterator[Wire]:
    """A wire to this server."""
    wire = Wire(target)
    connections: set[asyncio.Task[None]] = set()

    async def accept(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await wire.carry(reader, writer)
        writer.transport.abort()
        connections.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    wire.address = server.sockets[0].getsockname()[:2]
    yield wire
    server.close()
    wire.cut()
    for task in connections.copy():
        task.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


@asynccontextmanager
async def proxied_database(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to a PostgreSQL, and the url that leads through it."""
    whole = make_url(url)
    async with proxied(_target(whole)) as wire:
        host, port = wire.address
        through = whole.set(host=host, port=port, query={})
        yield wire, through.render_as_string(hide_password=False)


def _target(url: URL) -> Target:
    host = url.query.get("host") or url.host or "127.0.0.1"
    assert isinstance(host, str)
    if host.startswith("/"):
        return Path(host) / f".s.PGSQL.{url.port or url.query.get('port') or 5432}"
    return host, url.port or 5432
