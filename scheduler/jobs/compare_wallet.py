"""What the wallet holds, compared with what we hold, each night: what it should have let go is told again, the rest goes to the desk.
`shimin wallet compare` does the same at once.

Nothing is believed of a list before all of it was read; each difference is asked about once more before it counts. A wallet that is away,
or answers nonsense, changes nothing: it is asked again, and after some hours a person is told.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from models.base import trace
from models.base.clock import CITY_ZONE
from models.base.db import Database, Work
from models.base.ports import GatewayError, Malformed, WalletGateway
from models.post import desk
from models.restrictions import comparison
from models.restrictions.comparison import Comparison, Differs
from scheduler.service import TickJob

EVERY_SECONDS = 60.0
FROM = time(3)
LATE = timedelta(hours=6)  # after which a person is told that there is no answer
BACK_OFF = timedelta(hours=1)  # after nonsense, or too much at once: it will not be better in a minute
# So many locks held there alone, and more than a tenth of all, are not let go by themselves: our own books may be the wrong ones.
MANY, TENTH = 20, 10
ACTOR = "system:compare_wallet"
UNREADABLE, TOO_MANY, UNANSWERED = "wallet_unreadable", "wallet_too_many", "wallet_not_compared"
SUBJECT = "wallet"
log = structlog.get_logger()


class TooMany(Exception):
    """More locks would be let go than anybody should without looking; the message says how many."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A night that was compared: `found` differences."""

    comparison: Comparison
    found: int


class CompareWallet:
    """Asks the wallet what it holds, and about each lock that differs."""

    def __init__(self, database: Database, wallet: WalletGateway) -> None:
        self._database = database
        self._wallet = wallet
        self._not_before: datetime | None = None

    def job(self) -> TickJob:
        """Every minute, for the last night if it was not compared yet."""
        return TickJob("compare_wallet", EVERY_SECONDS, self.run_due)

    async def run_due(self) -> int:
        """Compare what is due; returns how many differences there were."""
        now = self._database.wall.now()
        day = due_day(now)
        async with self._database.read() as work:
            done = await comparison.of_night(work, day)
        if done or (self._not_before and now < self._not_before):
            return 0
        try:
            return (await self.run(day)).found
        except Malformed as problem:
            await self._trouble(UNREADABLE, problem)
        except TooMany as problem:
            await self._trouble(TOO_MANY, problem)
        except GatewayError as problem:
            log.warning("wallet_not_compared", problem=str(problem))
            if now - due_at(day) > LATE:
                await self._ticket(UNANSWERED)
        return 0

    async def run(self, day: date, *, however_many: bool = False) -> Compared:
        """Compare now, as the night of this day. Raises GatewayError, TooMany (unless `however_many`)."""
        there: set[str] = set()
        async for batch in self._wallet.held():
            there.update(batch)
        async with self._database.read() as work:
            here = await comparison.held(work)
        alone = there - here
        if len(alone) > MANY and len(alone) * TENTH > len(there) and not however_many:
            raise TooMany(
                f"{len(alone)} of the {len(there)} locks that the wallet holds rest on nothing here"
            )
        found = {
            reference
            for reference in sorted(alone)
            if await self._differs(day, Differs.HELD_THERE, reference)
        }
        missing = here - there
        found |= {each for each in sorted(missing) if await self._differs(day, Differs.HELD_HERE, each)}
        async with self._begin() as work:
            done = await comparison.finish(work, day, len(there), len(here), found | alone | missing)
            await desk.settled(work, SUBJECT, UNREADABLE, TOO_MANY, UNANSWERED, outcome="compared")
        log.info("wallet_compared", day=day.isoformat(), there=len(there), here=len(here), found=len(found))
        return Compared(done, len(found))

    async def _differs(self, day: date, kind: Differs, reference: str) -> bool:
        """Still, now that the wallet is asked about this one alone. Each in a unit of work of its own."""
        holds = await self._wallet.holds(reference=reference)
        if holds is not (kind is Differs.HELD_THERE):
            return False
        with trace.bound(trace.new()):
            async with self._begin() as work:
                return await comparison.keep(work, day, kind, reference)

    async def _trouble(self, topic: str, problem: Exception) -> None:
        log.error(topic, problem=str(problem))
        self._not_before = self._database.wall.now() + BACK_OFF
        await self._ticket(topic)

    async def _ticket(self, topic: str) -> None:
        async with self._begin() as work:
            await desk.open_ticket(work, topic, SUBJECT)

    def _begin(self) -> AbstractAsyncContextManager[Work]:
        return self._database.begin(ACTOR)


def due_day(now: datetime) -> date:
    """The day whose night should be compared at this instant: today's from three on."""
    here = now.astimezone(CITY_ZONE)
    return here.date() if here.time() >= FROM else here.date() - timedelta(days=1)


def due_at(day: date) -> datetime:
    """When its comparison was due."""
    return datetime.combine(day, FROM, CITY_ZONE)
