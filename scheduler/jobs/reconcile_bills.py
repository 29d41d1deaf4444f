"""WeChat Pay's bill of yesterday, compared with our books line by line, both ways: what we lack is asked about and booked, the rest goes
to the desk. `shimin bill reconcile DAY` does the same for one day.

The provider's days are the wall's. A day is read in short units of work; a run that ends half-way is begun again, and finds the same.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from models.base import trace
from models.base.clock import CITY_ZONE
from models.base.db import Database, Work
from models.base.ports import GatewayDown, GatewayError, GatewayRefused, Malformed, PaymentGateway, TradeState
from models.flows import settlement
from models.flows.settlement import Settlement
from models.violations import bills, refunds
from models.violations.bill_rules import Outcome, What
from models.violations.bills import Bill, Difference
from scheduler.service import TickJob

EVERY_SECONDS = 60.0
PATIENCE = 20.0  # seconds for a statement over a day's lines
# WeChat Pay has yesterday's bill from ten on; half an hour for its being late.
FROM = time(10, 30)
LOOK_BACK = 7  # days: an outage of a week is made up for by itself
OLDEST = timedelta(days=90)  # WeChat Pay keeps them for three months
ACTOR = "system:reconcile_bills"
SETTLED = frozenset({Settlement.BOOKED, Settlement.SURPLUS, Settlement.ALREADY})
log = structlog.get_logger()


class NoSuchBill(ValueError):
    """There is no bill of that day, and there never will be, or not yet; the message says which."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A day that was compared: `found` differences, of which so many were mended at once."""

    bill: Bill
    found: int
    mended: int


class ReconcileBills:
    """Asks WeChat Pay for bills, and about what is missing here."""

    def __init__(self, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    def job(self) -> TickJob:
        """Every minute, for days that were not compared yet."""
        return TickJob("reconcile_bills", EVERY_SECONDS, self.run_due)

    async def run_due(self) -> int:
        """Compare what is due, the oldest day first; returns how many days came to their end."""
        days = due_days(self._database.wall.now())
        async with self._database.read() as work:
            done = await bills.done_days(work, days)
        return sum([await self._run_safely(day) for day in days if day not in done])

    async def run(self, day: date) -> Reconciled:
        """Compare one day. Raises NoSuchBill, GatewayError."""
        check_day(day, self._database.wall.now())
        run = self._database.city.ids.order_no()
        await self._read(run, day)
        async with self._begin() as work:
            found = await bills.compare(work, run, day)
        mended = await self._mend(day)
        async with self._begin() as work:
            bill = await bills.finish(work, run, day)
        counts = {"payments": bill.payments, "refunds": bill.refunds, "found": found, "mended": mended}
        log.info("bill_reconciled", day=day.isoformat(), **counts)
        return Reconciled(bill, found, mended)

    async def _run_safely(self, day: date) -> bool:
        try:
            await self.run(day)
        except Malformed as problem:
            log.error("bill_unreadable", day=day.isoformat(), problem=str(problem))  # noqa: TRY400 - our own words
            async with self._begin() as work:
                await bills.unreadable(work, day)
            return False
        except GatewayError as problem:
            log.warning("bill_not_fetched", day=day.isoformat(), problem=str(problem))
            return False
        return True

    async def _read(self, run: str, day: date) -> None:
        """The lines, in short units of work: SQLite's one writer is not held while the file is read."""
        first = 1
        async for batch in self._gateway.trade_bill(day):
            async with self._begin() as work:
                await bills.add_lines(work, run, first, batch)
            first += len(batch)

    async def _mend(self, day: date) -> int:
        """Ask about each that can be mended by asking; returns how many were."""
        mended = after = 0
        while True:
            async with self._database.read() as work:
                page = await bills.to_mend(work, day, after)
            if not page:
                return mended
            for difference in page:
                mended += await self._ask(difference)
            after = page[-1].id

    async def _ask(self, difference: Difference) -> bool:
        """Raises GatewayDown: then the whole day is done again later."""
        mend = self._book if difference.what is What.PAYMENT else self._hear
        with trace.bound(trace.new()):
            try:
                outcome = await mend(difference)
            except GatewayDown:
                raise
            except (
                GatewayRefused,
                ValueError,
            ) as problem:  # ValueError: a number that no order of ours can have
                log.warning("bill_line_refused", number=difference.number, problem=str(problem))
                return False
            if outcome:
                async with self._begin() as work:
                    await bills.settle(work, difference, outcome)
        return outcome is not None

    async def _book(self, difference: Difference) -> Outcome | None:
        """A payment we never heard of is booked as its notification would have been, if the order's own answer agrees with the bill."""
        trade = await self._gateway.query(difference.order_number)
        told = (difference.number, difference.theirs)
        if trade.state is not TradeState.PAID or (trade.transaction_id, trade.total) != told:
            return None
        ids = {"app_id": self._gateway.app_id, "merchant_id": self._gateway.merchant_id}
        async with self._begin() as work:
            settled = await settlement.settle(work, trade, **ids)
        return Outcome.BOOKED if settled in SETTLED else None

    async def _hear(self, difference: Difference) -> Outcome | None:
        """A refund that has come to its end without our hearing of it."""
        news = await self._gateway.query_refund(difference.number)
        if news is None:
            return None
        async with self._begin() as work:
            became = await refunds.heard(work, news)
        return Outcome.RECORDED if became is refunds.Heard.ENDED else None

    def _begin(self) -> AbstractAsyncContextManager[Work]:
        return self._database.begin(ACTOR, patience=PATIENCE)


def due_days(now: datetime) -> list[date]:
    """The days whose bill should be there at this instant, the oldest first."""
    here = now.astimezone(CITY_ZONE)
    newest = here.date() - timedelta(days=1 if here.time() >= FROM else 2)
    return [newest - timedelta(days=back) for back in reversed(range(LOOK_BACK))]


def check_day(day: date, now: datetime) -> None:
    """Raises NoSuchBill for a day that is not over, or too long ago."""
    today = now.astimezone(CITY_ZONE).date()
    if day >= today:
        raise NoSuchBill(f"{day} is not over yet: its bill is there from {FROM:%H:%M} on the day after")
    if day < today - OLDEST:
        raise NoSuchBill(f"{day} is too long ago: WeChat Pay keeps bills for three months")
