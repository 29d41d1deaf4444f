"""The service's own WeChat Pay gateway against the sandbox's daily bills, over HTTP: what is told, and every way it goes wrong."""

from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.gateways.wechat_pay import WechatPay
from models.base.ports import BillLine, GatewayDown, GatewayRefused
from sandbox import wall
from sandbox.state import Order, Refund
from sandbox.world import WORLD, World
from tests.sandbox.conftest import QUICK, Starts, said
from tests.sandbox.test_service_pay import pay, settings

__all__ = ["pay", "settings"]  # fixtures


@pytest.fixture
async def sandbox(start: Starts) -> TestClient:
    """One whose bills are there from midnight on, at whatever hour the test runs."""
    return await start(timing=QUICK.with_bills(0))


def world(sandbox: TestClient) -> World:
    server = sandbox.server
    assert isinstance(server, TestServer)
    return server.app[WORLD]


def ago(days: int) -> date:
    return wall.now().date() - timedelta(days=days)


def put_order(sandbox: TestClient, no: str, total: int, day: date, description: str = "交通违法罚款") -> None:
    asked = {"description": description, "amount": {"total": total}, "notify_url": "https://x"}
    paid = {"transaction_id": f"4200{no}", "payer": "o-li", "paid_at": f"{day}T09:00:00+08:00"}
    world(sandbox).state.orders.put(Order(no, "JSAPI", asked, 0.0, state="SUCCESS", told=True, **paid))


def put_refund(sandbox: TestClient, no: str, order_no: str, fen: int, day: date, status: str) -> None:
    asked = {"amount": {"refund": fen}}
    made = {"made_at": f"{day}T23:59:59+08:00", "status": status, "told": True}
    world(sandbox).state.refunds.put(Refund(no, order_no, f"5030{no}", asked, "https://x", **made))  # type: ignore[arg-type]


async def read(pay: WechatPay, day: date) -> list[BillLine]:
    return [line async for batch in pay.trade_bill(day) for line in batch]


async def test_a_day(pay: WechatPay, sandbox: TestClient):
    put_order(sandbox, "ORDER-1", 20000, ago(1))
    put_order(sandbox, "ORDER-2", 5, ago(1), "罚款,第二笔")  # goods may hold a comma
    put_order(sandbox, "ORDER-0", 100, ago(2))
    put_refund(sandbox, "REFUND-1", "ORDER-0", 40, ago(1), "SUCCESS")
    put_refund(sandbox, "REFUND-2", "ORDER-0", 60, ago(1), "ABNORMAL")
    assert sorted(await read(pay, ago(1)), key=lambda line: line.number) == [
        BillLine("payment", "4200ORDER-1", "ORDER-1", 20000, "SUCCESS"),
        BillLine("payment", "4200ORDER-2", "ORDER-2", 5, "SUCCESS"),
        BillLine("refund", "REFUND-1", "ORDER-0", 40, "SUCCESS"),
        BillLine("refund", "REFUND-2", "ORDER-0", 60, "FAIL"),
    ]


async def test_many_lines_come_in_batches(pay: WechatPay, sandbox: TestClient):
    for number in range(501):
        put_order(sandbox, f"ORDER-{number}", 100, ago(1))
    assert [len(batch) async for batch in pay.trade_bill(ago(1))] == [500, 1]


async def test_a_day_without_anything_has_no_statement(pay: WechatPay):
    assert await read(pay, ago(1)) == []


@pytest.mark.parametrize(
    ("what", "says"),
    [
        pytest.param("hash", "hash", id="another hash than the file's"),
        pytest.param("torn", "broke off", id="half of the file"),
    ],
)
async def test_a_file_that_is_not_the_one_told_of(pay: WechatPay, sandbox: TestClient, what: str, says: str):
    put_order(sandbox, "ORDER-1", 20000, ago(1))
    await said(sandbox, "faults", wire="bill", what=what)
    with pytest.raises(GatewayDown, match=says):
        await read(pay, ago(1))
    assert len(await read(pay, ago(1))) == 1


async def test_no_statement_on_order(pay: WechatPay, sandbox: TestClient):
    put_order(sandbox, "ORDER-1", 20000, ago(1))
    await said(sandbox, "faults", wire="bill", what="none")
    assert await read(pay, ago(1)) == []


@pytest.mark.parametrize("day", [pytest.param(0, id="today"), pytest.param(91, id="four months ago")])
async def test_a_day_of_which_there_is_no_bill(pay: WechatPay, day: int):
    with pytest.raises(GatewayRefused, match="PARAM_ERROR"):
        await read(pay, ago(day))


async def test_before_it_is_made(start: Starts, settings: dict[str, Any]):
    late = await start(timing=QUICK.with_bills(2 * 86400.0))
    async with WechatPay(**settings | {"host": str(late.make_url("/"))}) as pay:
        with pytest.raises(GatewayDown, match="STATEMENT_CREATING"):
            await read(pay, ago(1))


async def test_an_address_that_has_run_out(start: Starts, settings: dict[str, Any]):
    short = await start(timing=QUICK.with_bills(0, lives=-1.0))
    put_order(short, "ORDER-1", 20000, ago(1))
    async with WechatPay(**settings | {"host": str(short.make_url("/"))}) as pay:
        with pytest.raises(GatewayDown, match="HTTP_400"):
            await read(pay, ago(1))
