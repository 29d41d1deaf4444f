"""What nobody counts while it happens: how far the post and the jobs are behind, who leads, whether the money is in balance, how late
the event loop is. Read in the background for `/metrics`; a scrape asks the database nothing.
"""

import asyncio
import time

import structlog

from bot.metrics import Prometheus
from bot.services import Services
from models.post.waiting import waiting
from models.restrictions import comparison
from models.violations.balance import imbalance
from models.violations.bills import open_differences
from scheduler.service import Scheduler

LOOK_SECONDS = 10.0
BALANCE_SECONDS = 60.0
LONGEST_LOOK = 5.0
TIMER_SECONDS = 0.2
log = structlog.get_logger()


class Watch:
    """One for each process that has metrics."""

    def __init__(self, services: Services, scheduler: Scheduler, metrics: Prometheus) -> None:
        self._services = services
        self._scheduler = scheduler
        self._metrics = metrics
        self._weighed = -BALANCE_SECONDS

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._time_the_loop())
            group.create_task(self._look_again_and_again())

    async def look(self) -> None:
        """Read everything once. While the database is away the figures stay, and the time at which they were read tells."""
        metrics = self._metrics
        metrics.redis_away.set(self._services.ephemeral.away)
        async with asyncio.timeout(LONGEST_LOOK), self._services.database.read() as work:
            post = await waiting(work)
            metrics.due.set(post.count)
            metrics.oldest_due.set(post.oldest_seconds)
            lead = await self._scheduler.lead(work)
            metrics.leading.set(lead.ours)
            metrics.lease.set(lead.seconds_left)
            metrics.lagging(await self._scheduler.lag(work))
            if time.monotonic() >= self._weighed + BALANCE_SECONDS:
                metrics.imbalance.set(await imbalance(work))
                metrics.bill_differences.set(await open_differences(work))
                metrics.wallet_differences.set(await comparison.open_differences(work))
                compared = await comparison.last(work)
                metrics.wallet_compared.set(compared.timestamp() if compared else 0)
                self._weighed = time.monotonic()
        metrics.looked.set_to_current_time()

    async def _look_again_and_again(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as problem:  # whatever it is, the next look may be better
                log.warning("watch_failed", problem=type(problem).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _time_the_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TIMER_SECONDS
            await asyncio.sleep(TIMER_SECONDS)
            self._metrics.looped(max(0.0, loop.time() - due))
