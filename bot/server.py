"""How requests reach the application: the server's limits, and a short way for the one path where nearly everything arrives.

Every route is on the router, where tests find it. A push that comes in one piece on a connection where nothing else came (which is
how a proxy sends them) goes to the same door without aiohttp's parser, request, response and the two tasks between them, which cost a
half of an empty answer. Whatever looks otherwise goes aiohttp's way, and so does everything behind it on that connection.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

import structlog
from aiohttp import web

from bot.doors import Answer, Push, PushDoor

Doors = Mapping[str, PushDoor[Any]]
FRONT: web.AppKey[dict[str, PushDoor[Any]]] = web.AppKey("front", dict)
log = structlog.get_logger()

# A connection without a whole request head for so long is closed: slow ones must not fill the house.
IDLE_SECONDS = 8.0
LINGER_SECONDS = 1.0  # for the rest of a body that was refused
SORRY = "Something went wrong on our side. Nothing was changed."
# A head that can be read in one way only; nothing escaped in its path, no more in it than a name and a value on each line.
HEAD = re.compile(rb"POST (/[!$&-*,-~]*) HTTP/1\.1\r\n((?:[A-Za-z0-9-]+:[\t -~]*\r\n)*+)\r\n")
LENGTH = re.compile(rb"(?:^|\n)content-length: ?([0-9]{1,4})\r")  # a push of 10,000 bytes is no everyday one
# What says how the body comes, or what becomes of the connection, is aiohttp's business.
SPECIAL = re.compile(
    rb"(?:^|\n)(?:transfer-encoding|content-encoding|connection|keep-alive|expect|upgrade|te|trailer):"
)


def accident(route: str, problem: Exception) -> web.Response:
    """What nobody foresaw, logged with its traceback; never with the path as it was asked for, which may hold tokens."""
    log.error("request_failed", route=route, exc_info=problem)
    return web.Response(status=500, text=SORRY)


class Whole(NamedTuple):
    """A request that came in one piece."""

    path: str
    query: Mapping[str, str]
    body: bytes


def read(data: bytes) -> Whole | None:
    """The request that these bytes are from their first to their last; None for what is not for the short way."""
    head = HEAD.match(data)
    if head is None:
        return None
    fields = head[2].lower()
    lengths = LENGTH.findall(fields)
    if len(lengths) != 1 or fields.count(b"content-length") != 1 or SPECIAL.search(fields):
        return None
    body = data[head.end() :]
    path, _, asked = head[1].decode().partition("?")
    query = dict(pair.split("=", 1) for pair in asked.split("&") if "=" in pair)
    if len(body) != int(lengths[0]) or len(query) != asked.count("&") + 1:
        return None
    return Whole(path, query, body)


class Connection(web.RequestHandler):
    """aiohttp's connection with the short way before it, until something comes that is not for it."""

    __slots__ = ("_doors", "_held", "_with_aiohttp", "answering")

    def __init__(self, server: web.Server, doors: Doors, **limits: Any) -> None:
        super().__init__(server, **limits)
        self._doors = doors
        self._with_aiohttp = not doors
        self.answering: asyncio.Task[None] | None = None  # a push that is being answered
        self._held = b""  # what came meanwhile

    def data_received(self, data: bytes) -> None:
        """From the transport, in pieces as they come."""
        if self.answering is not None:
            self._hold(data)
        elif self._with_aiohttp or not self._take(data):
            self._with_aiohttp = True
            super().data_received(data)

    async def shutdown(self, timeout: float | None = 15.0) -> None:
        """What is being answered is answered first. Idle ones are told again: one that came in the moment in which all were told
        would be waited for until the time is up."""
        self.close()
        if self.answering is not None:
            await asyncio.wait({self.answering}, timeout=timeout)
        await super().shutdown(timeout)

    def _take(self, data: bytes) -> bool:
        whole = read(data)
        door = self._doors.get(whole.path) if whole else None
        if whole is None or door is None or self._close or self._force_close:
            return False
        push = ShortPush(whole, self)
        self.answering = self._loop.create_task(self._answer(door, push, whole.path))
        return True

    async def _answer(self, door: PushDoor[Any], push: "ShortPush", path: str) -> None:
        try:
            answer = await door.take(push)
        except Exception as problem:
            accident(path, problem)
            answer = Answer(SORRY.encode(), status=500)
        finally:
            self.answering = None
        if push.answered:
            return
        closing = self._close or self._force_close
        self.send(answer, closing=closing)
        if not closing:
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
            self._go_on()

    def send(self, answer: Answer, *, closing: bool) -> None:
        """Head and body in one write. Who has gone is not told."""
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write(_written(answer, closing=closing))
        if closing:
            self.transport.close()

    def _hold(self, data: bytes) -> None:
        """One push after another; who sends on without waiting is not read any more."""
        self._held += data
        self._pause_transport_reading()

    def _go_on(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._resume_transport_reading()
            self.data_received(held)

    def _process_keepalive(self) -> None:
        """A connection is not idle while a push of it is being answered."""
        if self.answering is not None:
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        super()._process_keepalive()


class ShortPush(Push):
    """A push that came the short way."""

    __slots__ = ("_connection", "answered")

    def __init__(self, whole: Whole, connection: Connection) -> None:
        super().__init__(whole.query, whole.body)
        self._connection = connection
        self.answered = False

    async def answer_early(self, answer: Answer) -> None:
        """The connection is closed behind it: another push would wait on it for this one's end."""
        self.answered = True
        self._connection.send(answer, closing=True)


def _written(answer: Answer, *, closing: bool) -> bytes:
    """As it goes over the wire."""
    kind = answer.kind if answer.kind != "text/plain" else "text/plain; charset=utf-8"
    close = "Connection: close\r\n" if closing else ""
    head = (
        f"HTTP/1.1 {_reason(answer.status)}\r\nContent-Type: {kind}\r\nContent-Length: {len(answer.body)}\r\n"
        f"Date: {_date(int(time.time()))}\r\n{close}\r\n"
    )
    return head.encode() + answer.body


@lru_cache(maxsize=8)
def _reason(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    """As HTTP writes it."""
    return formatdate(second, usegmt=True)


class Server(web.Server):
    """aiohttp's, whose connections know the front doors."""

    def __init__(self, made: web.Server, doors: Doors) -> None:
        super().__init__(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,  # noqa: SLF001  aiohttp has no other way to a connection of one's own
        )
        self._doors = doors

    def __call__(self) -> web.RequestHandler:
        """For each connection that comes."""
        return Connection(self, self._doors, loop=self._loop, **self._kwargs)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """The end of the server waits for a push that is being answered, though who sent it has gone."""
        if isinstance(handler, Connection) and handler.answering:
            handler.answering.add_done_callback(lambda _: super(Server, self).connection_lost(handler, exc))
        else:
            super().connection_lost(handler, exc)


class Runner(web.AppRunner):
    """An application with its front doors before the router."""

    async def _make_server(self) -> web.Server:
        doors = self.app.get(FRONT, {})
        return Server(await super()._make_server(), doors)


def runner(app: web.Application, drain_seconds: float) -> Runner:
    """The application with the limits of a server that strangers can reach; at the end, requests under way have so long."""
    return Runner(
        app,
        access_log=None,
        shutdown_timeout=drain_seconds,
        keepalive_timeout=IDLE_SECONDS,
        lingering_time=LINGER_SECONDS,
        handler_cancellation=False,  # a citizen's message is handled though WeChat hung up
        auto_decompress=False,  # nobody who calls us compresses; what cannot be unpacked would be an accident
    )
