"""The days of a case: every morning at ten the jobs run, then everything due is delivered."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.base.calendar import ONE_DAY
from models.base.db import Database
from models.base.ports import Trade
from models.flows import decision, enforcement, plan, point_cycles, settlement
from models.flows.settlement import Settlement
from models.identity import acts as identity
from models.identity.rules import Plate
from models.post.notices import Notice
from models.violations import acts as violations
from models.violations import nominations, payments, store
from models.violations.acts import Recorded
from models.violations.payments import Order
from tests.acts.queries import queued
from tests.conftest import START, FixedClock
from tests.helpers import (
    APP_ID,
    LI_PLATE,
    MERCHANT_ID,
    SPEEDING,
    Town,
    paid_trade,
    recorded_case,
    report,
    serve,
)


@dataclass
class Life:
    """`diary` is what was sent, with its day; notices keep the parameters of their moment."""

    database: Database
    clocks: tuple[FixedClock, ...]
    people: Town
    diary: list[tuple[date, Notice]] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[date, str]]:
        """The diary, by kind."""
        return [(day, notice.kind) for day, notice in self.diary]

    def last(self, kind: str) -> Notice:
        """The last notice of a kind."""
        return next(notice for _, notice in reversed(self.diary) if notice.kind == kind)

    async def deliver(self) -> list[str]:
        """Deliver one round; the kinds that were sent."""
        sent = await serve(self.database)
        self.diary += [(self.database.civic.now().date(), notice) for notice in sent]
        return [notice.kind for notice in sent]

    async def deliver_all(self) -> None:
        """Deliver what is due, and what follows from it."""
        while await self.deliver():
            pass

    async def jobs(self) -> None:
        """What runs once a day."""
        async with self.database.begin("system:jobs") as work:
            await point_cycles.close_ending(work)
            await nominations.lapse(work)
            await plan.watch(work)
            await enforcement.announce_overdue(work)
            await enforcement.impose_ripe(work)
            await violations.remind_undecided(work)
            await violations.remind_due(work)

    async def days(self, count: int) -> None:
        """So many mornings."""
        for _ in range(count):
            for clock in self.clocks:
                clock.move(days=1)
            await self.jobs()
            await self.deliver_all()

    async def consent(self, person_id: int, *, given: bool = True) -> None:
        """Consent to electronic service, or its revocation."""
        async with self.database.begin("citizen") as work:
            await identity.set_consent(work, person_id, given=given)

    async def record(self, record_no: str = "R1", *, plate: Plate = LI_PLATE, code: str = SPEEDING) -> str:
        """A case from yesterday, and its notice."""
        async with self.database.begin("api:cameras") as work:
            number = await recorded_case(work, record_no, plate=plate, code=code)
        await self.deliver_all()
        return number

    async def enter_again(self, record_no: str) -> Recorded:
        """The same record, handed in once more."""
        async with self.database.begin("api:cameras") as work:
            return await violations.record(work, report(record_no, occurred_at=START - ONE_DAY))

    async def decide(self, number: str) -> None:
        """The liable person accepts the proposal."""
        liable = (await self.case(number)).liable_id
        async with self.database.begin("citizen") as work:
            await decision.accept(work, liable, number)

    async def accept(self, number: str) -> None:
        """As `decide`, and the decision is sent."""
        await self.decide(number)
        await self.deliver_all()

    async def order(
        self, number: str, openid: str = "o-li", *others: str, amount: int | None = None
    ) -> Order:
        """The order with which this account pays these cases, or so much of one."""
        async with self.database.begin("citizen") as work:
            more = [await self.case(other) for other in others]
            order = await payments.prepare_order(work, await self.case(number), openid, more, amount)
            await payments.order_opened(work, order.number, "prepay")
        return order

    async def settle(self, trade: Trade) -> Settlement:
        """The payment provider's news, whatever it is."""
        async with self.database.begin("system:payment") as work:
            return await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)

    async def pay(self, number: str, *others: str, amount: int | None = None) -> Settlement:
        """Order and pay at once."""
        order = await self.order(number, "o-li", *others, amount=amount)
        return await self.settle(paid_trade(order, self.database.wall.now()))

    async def case(self, number: str) -> store.Case:
        """The case as it stands."""
        found = await self.read(store.case, number)
        assert isinstance(found, store.Case)
        return found

    async def read(self, act: Any, *args: Any) -> Any:
        """The answer of an act that only reads."""
        async with self.database.read() as work:
            return await act(work, *args)

    async def waiting(self) -> list[str]:
        """Kinds of what is queued and not sent yet."""
        return [kind for kind, _, _ in await self.read(queued)]
