"""`/demo/clock`: the town's clock (docs/wires.md). The route exists only in the demo.

Each day is lived through: orders are closed, the clock lands at 10:00, the due jobs run, the due notices go out; then the next day.
"""

import asyncio
import hmac
import json
from dataclasses import dataclass

from aiohttp import web

from bot.doors import Door, post
from models.base.clock import DemoCivic, next_morning
from models.base.ports import Malformed, Unauthentic
from scheduler.delivery import Delivery
from scheduler.jobs.query_silent_orders import SilentOrders
from scheduler.service import Scheduler

PATH = "/demo/clock"
MOST_DAYS = 400


@dataclass(frozen=True)
class DemoClock:
    """Moves the town from day to day."""

    civic: DemoCivic
    key: str
    scheduler: Scheduler
    delivery: Delivery
    orders: SilentOrders

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.tell)
        post(app, PATH, Door(self.authenticate, self.move, _refuse))

    async def authenticate(self, request: web.Request) -> None:
        """The demo's own key."""
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        if not hmac.compare_digest(token.encode(errors="surrogateescape"), self.key.encode()):
            raise Unauthentic("the clock needs its key")

    async def tell(self, request: web.Request) -> web.Response:
        """What time it is in the town."""
        try:
            await self.authenticate(request)
        except Unauthentic as problem:
            return _refuse(401, str(problem))
        return self._now()

    async def move(self, request: web.Request, who: None) -> web.Response:
        """Live through some days."""
        del who
        for _ in range(_days(await request.read())):
            await self.orders.close_all()
            await asyncio.to_thread(self.civic.move_to, next_morning(self.civic.now()))
            await self.scheduler.tick()
            await self.delivery.drain()
        return self._now()

    def _now(self) -> web.Response:
        now = self.civic.now()
        return web.json_response({"now": now.isoformat(timespec="seconds"), "today": now.date().isoformat()})


def _days(body: bytes) -> int:
    try:
        days = json.loads(body)["days"]
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise Malformed('send {"days": N}') from problem
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise Malformed(f"days must be a whole number from 1 to {MOST_DAYS}; time does not go back")
    return days


def _refuse(status: int, reason: str) -> web.Response:
    return web.json_response({"code": "days" if status == 400 else "key", "message": reason}, status=status)
