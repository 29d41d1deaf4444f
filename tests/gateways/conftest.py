"""The far ends: real HTTP on loopback that answers as a test says, that is silent, or that is not there."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from pytest_aiohttp import AiohttpServer

from bot.gateways.wechat_pay import WechatPay
from models.base.ports import PaymentGateway
from tests.gateways.wechat_pay_platform import (
    APIV3_KEY,
    APP_ID,
    CERTIFICATE_SERIAL,
    MERCHANT_ID,
    NOTIFY_URL,
    NOW,
    PLATFORM_KEY_ID,
    Keys,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]
Open = Callable[..., Awaitable[PaymentGateway]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def serve(aiohttp_server: AiohttpServer) -> Serve:
    """Start a server that gives every request to one handler; returns its address."""

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        return str((await aiohttp_server(app)).make_url("/")).rstrip("/")

    return start


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of somebody who takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def nowhere() -> str:
    """An address where nobody listens."""
    return f"http://127.0.0.1:{unused_port()}"


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Real 2048-bit keys; making them takes a while, so once."""
    return Keys()


def gateway(keys: Keys, host: str, timeout: float = 5.0, **changes: Any) -> WechatPay:
    """WeChat Pay as a city configures it; no connection is open yet."""
    values = {
        "app_id": APP_ID,
        "merchant_id": MERCHANT_ID,
        "private_key": keys.merchant_pem,
        "certificate_serial": CERTIFICATE_SERIAL,
        "apiv3_key": APIV3_KEY,
        "public_key": keys.platform_pem,
        "public_key_id": PLATFORM_KEY_ID,
        "notify_url": NOTIFY_URL,
    }
    return WechatPay(**(values | changes), host=host, timeout=timeout, wall=lambda: float(NOW))


@pytest.fixture
async def connect(keys: Keys, serve: Serve) -> AsyncIterator[Open]:
    """Open the gateway on a handler, or on an address; it is closed when the test ends."""
    async with AsyncExitStack() as stack:

        async def opened(far: Handler | str, timeout: float = 5.0) -> PaymentGateway:
            host = far if isinstance(far, str) else await serve(far)
            return await stack.enter_async_context(gateway(keys, host, timeout))

        yield opened


async def hang_up(request: web.Request) -> web.Response:
    """Take the whole request, then close the connection without an answer."""
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def wrong_turn(request: web.Request) -> web.Response:
    """Send the caller, and what it carries, somewhere else."""
    return web.Response(status=307, headers={"Location": "/elsewhere"})
