"""aiohttp hands over bytes that are no UTF-8 as lone surrogates; encoding those for a comparison fell over with a 500."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.app import make_app
from bot.demo_clock import DemoClock
from models.base.clock import DemoCivic
from models.base.db import Database
from models.base.texts import LANGUAGES, texts
from scheduler.jobs.query_silent_orders import SilentOrders
from tests.conftest import FixedClock
from tests.service import Fakes, assembled

for language in LANGUAGES:
    texts(language).show(date.min)


@pytest.fixture
def app(database: Database, wall: FixedClock, tmp_path: Path) -> web.Application:
    """The service with the demo's clock."""
    fakes = Fakes()
    shimin = assembled(database, fakes)
    civic, orders = DemoCivic(wall, tmp_path / "clock.json"), SilentOrders(database, fakes.payments)
    clock = DemoClock(civic, "the key of the town's clock", shimin.scheduler, shimin.delivery, orders)
    return make_app(replace(shimin, demo_clock=clock))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(b"/api/v1/violations", 401, id="the API"),
        pytest.param(b"/demo/clock", 401, id="the demo's clock"),
        pytest.param(b"/callbacks/wechat-pay", 401, id="payment notifications"),
        pytest.param(b"/callbacks/sms/%ff%fe", 401, id="SMS reports"),
        pytest.param(b"/c/%ff%fe/order", 401, id="the payment page"),
        pytest.param(b"/wechat?nonce=%ff", 401, id="the chat"),
    ],
)
async def test_bytes_that_are_no_text_are_refused(
    aiohttp_server: Any, app: web.Application, path: bytes, status: int
) -> None:
    server = await aiohttp_server(app)
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(
        b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n"
        b"Authorization: Bearer \xff\xfe\r\nIdempotency-Key: \xff\r\nWechatpay-Signature: \xff\r\n"
        b"Wechatpay-Timestamp: \xff\r\nWechatpay-Nonce: \xff\r\nWechatpay-Serial: \xff\r\n\r\n{}"
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert int(answer.split(b" ", 2)[1]) == status
