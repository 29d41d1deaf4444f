"""The short way before aiohttp: it takes only what aiohttp reads in the same way, and keeps the promises of its connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.http_parser import HttpRequestParserPy
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.doors import Answer, Push, PushDoor, post
from bot.server import FRONT, Connection, read
from tests.webhook.platform import Served

HEAD = b"POST /p?a=1 HTTP/1.1\r\nHost: x\r\n"


def request(body: bytes = b"hello", *, path: bytes = b"/p?a=1", more: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: x\r\n%bContent-Length: %d\r\n\r\n%b" % (path, more, len(body), body)


@dataclass
class Counter:
    """A door that counts, and waits where it is told to."""

    bodies: list[bytes] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    early: bool = False

    async def let_in(self, push: Push) -> None:
        del push

    async def answer(self, push: Push, who: None) -> Answer:
        self.bodies.append(push.body)
        if self.early:
            await push.answer_early(Answer(b"success"))
        await self.go.wait()
        return Answer(b"to " + push.body)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
async def server(counter: Counter) -> AsyncIterator[Served]:
    app = web.Application()
    door = PushDoor(counter.let_in, counter.answer)
    post(app, "/p", door)
    app[FRONT] = {"/p": door}
    made = Served(app)
    await made.start_server()
    yield made
    counter.go.set()
    await made.close()


@dataclass(frozen=True)
class Line:
    """A connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> bytes:
        """The body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        return await self.reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))


@pytest.fixture
async def line(server: Served) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    yield Line(reader, writer)
    writer.close()


@pytest.mark.parametrize(
    ("pieces", "bodies"),
    [
        pytest.param([request(b"one")], [b"one"], id="one in one piece"),
        pytest.param([request(b"one")[:30], request(b"one")[30:]], [b"one"], id="a head in two"),
        pytest.param([request(b"one")[:-2], request(b"one")[-2:]], [b"one"], id="a body in two"),
        pytest.param([request(b"one"), request(b"two")], [b"one", b"two"], id="one behind the other"),
        pytest.param([request(b"one") + request(b"two")], [b"one", b"two"], id="two in one piece"),
        pytest.param(
            [request(b"one"), request(b"two")[:9], request(b"two")[9:]], [b"one", b"two"], id="a slow one"
        ),
        pytest.param(
            [request(b"one")[:40], request(b"one")[40:], request(b"two")],
            [b"one", b"two"],
            id="after a slow one",
        ),
        pytest.param([b"POST /", request(b"one")], [], id="a whole one inside another's head"),
    ],
)
async def test_however_it_comes_it_is_read_once(
    server: Served, line: Line, counter: Counter, pieces: list[bytes], bodies: list[bytes]
):
    counter.go.set()
    for piece in pieces:
        line.writer.write(piece)
        await line.writer.drain()
        await asyncio.sleep(0.01)  # so that it is a piece of its own
    assert [await line.answer() for _ in bodies] == [b"to " + body for body in bodies]
    assert counter.bodies == bodies


async def test_what_comes_meanwhile_waits_and_is_answered_in_order(
    server: Served, line: Line, counter: Counter
):
    for body in (b"one", b"two", b"three"):
        line.writer.write(request(body))
        await asyncio.sleep(0.01)
    assert counter.bodies == [b"one"]
    counter.go.set()
    assert [await line.answer() for _ in range(3)] == [b"to one", b"to two", b"to three"]


async def test_an_early_answer_is_the_only_one_and_closes_the_connection(
    server: Served, line: Line, counter: Counter
):
    counter.early = True
    line.writer.write(request())
    assert await line.answer() == b"success"
    counter.go.set()
    assert await line.reader.read() == b""


async def test_the_end_of_the_server_waits_for_what_is_being_answered(
    server: Served, line: Line, counter: Counter
):
    line.writer.write(request())
    await asyncio.sleep(0.02)
    assert counter.bodies
    ending = asyncio.create_task(server.close())
    await asyncio.sleep(0.02)
    counter.go.set()
    assert await line.answer() == b"to hello"
    await ending
    assert await line.reader.read() == b""


async def test_the_end_of_the_server_waits_though_who_asked_has_gone(
    server: Served, line: Line, counter: Counter
):
    line.writer.write(request())
    await asyncio.sleep(0.02)
    line.writer.close()
    await asyncio.sleep(0.02)
    ending = asyncio.create_task(server.close())
    await asyncio.sleep(0.02)
    assert not ending.done()
    counter.go.set()
    await ending


async def test_a_connection_is_not_idle_while_it_is_answered(server: Served, counter: Counter):
    assert server.runner
    assert server.runner.server
    server.runner.server._kwargs["keepalive_timeout"] = 0.02
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    line = Line(reader, writer)
    line.writer.write(request())
    await asyncio.sleep(0.1)
    counter.go.set()
    assert await line.answer() == b"to hello"
    assert await line.reader.read() == b""  # and then it is closed, like any that is idle
    writer.close()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(request(path=b"/p?a=%31"), id="an escaped parameter"),
        pytest.param(request(path=b"/p?a=1+2"), id="a plus"),
        pytest.param(request(path=b"/p?a=1#b"), id="a fragment"),
        pytest.param(request(path=b"/p?a=1&a=2"), id="a parameter twice"),
        pytest.param(request(path=b"/p"), id="no parameters"),
        pytest.param(request(more=b"Content-Length: 5\r\n"), id="two lengths"),
        pytest.param(request(more=b"Content-Length : 5\r\n"), id="a gap before the colon"),
        pytest.param(request(more=b"Transfer-Encoding: chunked\r\n"), id="chunked"),
        pytest.param(request(more=b"Expect: 100-continue\r\n"), id="an expectation"),
        pytest.param(request(more=b"Connection: close\r\n"), id="to be closed"),
        pytest.param(request(more=b"Content-Encoding: gzip\r\n"), id="packed"),
        pytest.param(request(more=b"X: a\r\n folded\r\n"), id="a folded line"),
        pytest.param(request(more=b"X: \xff\r\n"), id="no ASCII"),
        pytest.param(request() + b"x", id="a byte too many"),
        pytest.param(request()[:-1], id="a byte too few"),
        pytest.param(request().replace(b"1.1", b"1.0"), id="an old version"),
        pytest.param(request().replace(b"\r\n", b"\n"), id="bare line feeds"),
        pytest.param(request(b"x" * 10_000), id="a large one"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_left_to_aiohttp(data: bytes):
    assert read(data) is None


class Heads:
    """Requests that are nearly right."""

    words = st.text("abcXYZ019-_.~=&?/%+# ", max_size=12).map(str.encode)
    path = st.builds(lambda more: b"/p" + more, words)
    names = st.sampled_from(
        [b"Host", b"X-A", b"Content-Length", b"content-type", b"Connection", b"TE", b"x y", b""]
    )
    lines = st.builds(
        lambda name, gap, value: name + b":" + gap + value + b"\r\n",
        names,
        st.sampled_from([b"", b" ", b"\t"]),
        words,
    )
    more = st.lists(lines, max_size=3).map(b"".join)
    body = st.binary(max_size=20)


@given(body=Heads.body, path=Heads.path, more=Heads.more)
def test_what_it_takes_aiohttp_reads_in_the_same_way(body: bytes, path: bytes, more: bytes):
    data = request(body, path=path, more=more)
    whole = read(data)
    if whole is None:
        return
    loop: Any = asyncio.new_event_loop()
    try:
        protocol: Any = Connection.__new__(Connection)
        messages, upgraded, tail = HttpRequestParserPy(protocol, loop, 2**16).feed_data(data)
    finally:
        loop.close()
    [(message, payload)] = messages
    assert (upgraded, tail, message.method, message.should_close) == (False, b"", "POST", False)
    asked = make_mocked_request("POST", message.path)
    assert (whole.path, dict(whole.query)) == (asked.rel_url.raw_path, dict(asked.query))
    assert payload.is_eof()
    assert b"".join(payload._buffer) == whole.body
