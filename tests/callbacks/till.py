"""One order, the notifications WeChat Pay may send about it, and what is on record afterwards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from models.base.db import Database
from models.post.desk import tickets
from models.post.outbox import outbox
from models.violations import payments, store
from models.violations.payments import Order
from tests.conftest import FixedClock
from tests.gateways.wechat_pay_platform import APP_ID, MERCHANT_ID, NOW, Keys, sealed, signature_headers
from tests.helpers import Town, decided_case
from tests.service import rows

PATH = "/callbacks/wechat-pay"


@dataclass
class Till:
    """`order` is of 20,000 fen."""

    database: Database
    http: TestClient[Any, Any]
    keys: Keys
    wall: FixedClock
    people: Town
    order: Order = field(init=False)

    async def open_order(self, record_no: str = "R1") -> None:
        async with self.database.begin("citizen") as work:
            number = await decided_case(work, self.people.li_ming, record_no)
            case = await store.case(work, number)
            assert case is not None
            self.order = await payments.prepare_order(work, case, payments.BY_CODE)
            await payments.order_opened(work, self.order.number, "weixin://x")

    def notice(self, **changes: Any) -> str:
        """A notification that the order was paid, with these fields of the transaction instead."""
        transaction = {
            "appid": APP_ID,
            "mchid": MERCHANT_ID,
            "out_trade_no": self.order.number,
            "transaction_id": f"4200{self.order.number[:24]}",
            "trade_state": "SUCCESS",
            "success_time": self.wall.now().isoformat(),
            "amount": {"total": self.order.total, "currency": "CNY"},
        }
        resource = sealed(transaction | changes)
        kinds = {"event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource"}
        return json.dumps({"id": "EV-1", **kinds, "resource": resource})

    async def notify(self, body: str = "", headers: Mapping[str, str] | None = None) -> ClientResponse:
        """Send a notification, rightly signed and fresh unless `headers` says otherwise."""
        body = body or self.notice()
        signed = signature_headers(self.keys.platform, body, NOW) if headers is None else headers
        return await self.http.post(PATH, data=body.encode(), headers=signed)

    async def standing(self) -> tuple[str, str]:
        """State of the order and of its case."""
        async with self.database.read() as work:
            order = await payments.order(work, self.order.number)
            case = await store.case(work, self.order.case_number)
        assert order is not None
        assert case is not None
        return order.state, case.state

    async def topics(self) -> list[str]:
        """What waits on the desk."""
        async with self.database.read() as work:
            return [row.topic for row in await work.all(select(tickets).order_by(tickets.c.opened_at))]

    async def told(self) -> list[str]:
        """Kinds of notice about money that were queued."""
        async with self.database.read() as work:
            rows = await work.all(select(outbox.c.kind).order_by(outbox.c.id))
        return [row.kind for row in rows if row.kind.startswith("payment")]

    async def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return await rows(self.database)
