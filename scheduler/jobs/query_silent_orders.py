"""Orders nobody told us the end of: ask WeChat Pay, book what was paid, close what expired, and what another payment made needless."""

import structlog

from models.base.db import Database
from models.base.ports import GatewayError, GatewayRefused, PaymentGateway, TradeState
from models.flows import settlement
from models.violations import payments
from models.violations.payments import Order
from scheduler.service import TickJob

GONE = frozenset({TradeState.CLOSED, TradeState.REVOKED, TradeState.REFUNDED, TradeState.UNKNOWN_ORDER})
log = structlog.get_logger()


class SilentOrders:
    """Asks about orders; also closes all open ones when the demo's clock is moved."""

    def __init__(self, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    def job(self) -> TickJob:
        """Every five seconds, for orders older than the provider's first repetition."""
        return TickJob("query_silent_orders", 5, self.query_all)

    async def query_all(self) -> int:
        """Ask about each silent order; returns how many came to an end."""
        async with self._database.read() as work:
            silent = await payments.unpaid_orders(work, silent_only=True)
        return sum([await self._ask_safely(order, close_anyway=False) for order in silent])

    async def close_all(self) -> None:
        """Close every open order, booking those that turn out to be paid."""
        async with self._database.read() as work:
            unpaid = await payments.unpaid_orders(work, silent_only=False)
        for order in unpaid:
            await self._ask_safely(order, close_anyway=True)

    async def _ask_safely(self, order: Order, *, close_anyway: bool) -> bool:
        try:
            return await self._ask(order, close_anyway=close_anyway)
        except GatewayError as problem:
            log.warning("order_query_failed", order=order.number, problem=str(problem))
            return False

    async def _ask(self, order: Order, *, close_anyway: bool) -> bool:
        trade = await self._gateway.query(order.number)
        if trade.state is TradeState.PAID:
            async with self._database.begin("system:query_silent_orders") as work:
                ids = {"app_id": self._gateway.app_id, "merchant_id": self._gateway.merchant_id}
                await settlement.settle(work, trade, **ids)
            return True
        expired = order.expires_at < self._database.wall.now()
        if trade.state not in GONE and not (expired or close_anyway):
            return False
        if trade.state not in GONE and not await self._close(order):
            return False
        async with self._database.begin("system:query_silent_orders") as work:
            await payments.order_closed(work, order.number)
        return True

    async def _close(self, order: Order) -> bool:
        """Expiry alone does not close an order at WeChat Pay. False when it was paid at the last moment: the next query books it."""
        try:
            await self._gateway.close(order.number)
        except GatewayRefused as refusal:
            log.info("order_not_closed", order=order.number, code=refusal.code)
            return False
        return True
