"""The short way of the webhook is the router's way: the same answers, on every kind of connection."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import make_app
from bot.doors import Answer, Push, PushDoor
from bot.server import FRONT
from models.base.db import Database
from tests.helpers import town
from tests.service import Fakes, assembled
from tests.webhook.platform import Served
from tests.wechat import pushes


@pytest.fixture
async def app(database: Database, fakes: Fakes) -> web.Application:
    await town(database)
    return await asyncio.to_thread(make_app, assembled(database, fakes))


@pytest.fixture(params=[Served, TestServer], ids=["front door", "router"])
async def server(request: pytest.FixtureRequest, app: web.Application) -> AsyncIterator[TestServer]:
    made = request.param(app)
    await made.start_server()
    yield made
    await made.close()


def raw(version: str, *more: str, path: str = "", body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    head = (f"POST /wechat{path} HTTP/{version}", "Host: x", f"Content-Length: {len(body)}", *more, "", "")
    return "\r\n".join(head).encode() + body


def genuine(version: str, *more: str) -> bytes:
    inner = "<MsgType>text</MsgType><Content>帮助</Content><MsgId>1</MsgId>"
    asked, body = pushes.push(pushes.xml(inner))
    path = "?" + "&".join(f"{name}={value}" for name, value in asked.items())
    return raw(version, *more, path=path, body=body)


async def exchange(server: TestServer, request: bytes) -> tuple[str, bool]:
    """The head of the answer in lower case, and whether the connection was closed behind it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].split()[0])
    await reader.readexactly(length)
    try:
        async with asyncio.timeout(0.3):
            closed = await reader.read(1) == b""
    except TimeoutError:
        closed = False
    writer.close()
    return head, closed


@pytest.mark.parametrize(
    ("version", "more", "said", "closed"),
    [
        pytest.param("1.1", (), None, False, id="1.1 stays open"),
        pytest.param("1.1", ("Connection: close",), "connection: close", True, id="1.1 that is to be closed"),
        pytest.param("1.0", (), None, True, id="1.0 is closed"),
        pytest.param("1.0", ("Connection: keep-alive",), "connection: keep-alive", False, id="1.0 kept"),
    ],
)
async def test_a_reply(server: TestServer, version: str, more: tuple[str], said: str | None, closed: bool):
    head, was_closed = await exchange(server, genuine(version, *more))
    assert " 200 ok\r\n" in head
    assert "\r\ncontent-type: application/xml" in head
    assert "\r\ndate: " in head
    assert was_closed is closed
    if said:
        assert said in head


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(raw("1.1"), 401, id="nothing in it"),
        pytest.param(
            raw("1.1", path="?timestamp=%31&nonce=a+b", body=b"<xml/>"), 401, id="escaped parameters"
        ),
        pytest.param(raw("1.1", path="?a&b=&=c&&"), 401, id="odd parameters"),
        pytest.param(raw("1.1", path="/more"), 404, id="another path"),
        pytest.param(raw("1.1", body=b"x" * 70_000), 413, id="too large"),
    ],
)
async def test_a_refusal(server: TestServer, request_: bytes, status: int):
    head, _ = await exchange(server, request_)
    assert head.startswith(f"http/1.1 {status} ")


async def let_in(push: Push) -> None:
    """By the doors of these tests."""
    del push


async def test_an_accident_behind_the_front_door_is_an_answer(
    app: web.Application, aiohttp_client: Any, no_accident: list[BaseException]
):
    async def breaks(push: Push, who: None) -> Answer:
        raise RuntimeError("out of order")

    app[FRONT]["/wechat"] = PushDoor(let_in, breaks)
    client = await aiohttp_client(Served(app))
    async with client.post("/wechat?a=1") as answer:
        assert (answer.status, await answer.text()) == (
            500,
            "Something went wrong on our side. Nothing was changed.",
        )
    assert str(no_accident.pop()) == "out of order"
