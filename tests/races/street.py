"""A street in which a new citizen can move in for each meeting, with a car, a licence and a chat account, and what happens to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select

from models.base.audit import events
from models.base.db import Database, Work
from models.base.errors import Refusal
from models.base.ports import Trade
from models.flows import decision, registration, settlement
from models.identity import acts as identity
from models.identity import binding
from models.identity import store as registers
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.post.tables import outbox
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import catalogue, payments, store
from models.violations.payments import Order
from models.violations.rules import State
from tests.acts.queries import count as count_rows
from tests.conftest import FixedClock
from tests.helpers import APP_ID, C1, CATALOGUE, MERCHANT_ID, SPEEDING, offence, report, resident_id
from tests.races import acts

BORN = date(1990, 5, 20)
LONG_AGO = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Citizen:
    """`openid` is bound to `person_id`."""

    person_id: int
    openid: str
    entry: PersonEntry
    plate: Plate

    @property
    def claim(self) -> Claim:
        return self.entry.claim


@dataclass
class Street:
    """Everything here is done by the test's own process, before or after a meeting."""

    database: Database
    numbers: Any = field(default_factory=lambda: count(1))

    async def enter_catalogue(self) -> None:
        async with self.database.begin("street") as work:
            for code in CATALOGUE:
                await catalogue.enter(work, offence(code))

    def entry(self) -> PersonEntry:
        """Somebody who is in no register yet."""
        number = next(self.numbers)
        born, serial = f"189{number // 999}0520", f"{number % 999 + 1:03}"
        return PersonEntry(Claim("李明", resident_id(born, serial), f"138{number:08}"), BORN)

    def plate(self) -> Plate:
        """Of no vehicle yet."""
        return Plate("02", f"粤T{next(self.numbers):05}")

    def owned(self, owner: PersonEntry, plate: Plate) -> VehicleEntry:
        return VehicleEntry(plate, "小型汽车", owner.claim.resident_id, date(2020, 1, 1))

    async def citizen(self, openid: str = "", *, bound: bool = True) -> Citizen:
        """A new one, with a licence and a car, whose account is bound unless it is said otherwise."""
        entry, plate = self.entry(), self.plate()
        openid = openid or f"o-{plate.number[2:]}"
        async with self.database.begin("street") as work:
            await registration.enter_person(work, entry, C1)
            await identity.enter_vehicle(work, self.owned(entry, plate))
            known = await registers.person_by_resident_id(work, entry.claim.resident_id)
            assert known
            if bound:
                await registers.save_account(work, openid, person_id=known[0], bound_at=work.now)
        return Citizen(known[0], openid, entry, plate)

    async def recorded(self, citizen: Citizen, code: str = SPEEDING) -> str:
        """The number of a new case."""
        async with self.database.begin("street") as work:
            return await self._recorded(work, citizen, code)

    async def decided(self, citizen: Citizen) -> str:
        """Accepted at once."""
        async with self.database.begin("street") as work:
            number = await self._recorded(work, citizen, SPEEDING)
            await decision.accept(work, citizen.person_id, number)
            return number

    async def late(self, citizen: Citizen) -> str:
        """Served, and its last day was yesterday; nobody has noticed yet."""
        number = await self.decided(citizen)
        async with self.database.begin("street") as work:
            yesterday = work.today - timedelta(days=1)
            assert await store.move(work, number, State.SERVED, served_on=yesterday, due_on=yesterday)
        return number

    async def warned(self, citizen: Citizen) -> str:
        """Overdue; the days of its warning have run."""
        number = await self.late(citizen)
        async with self.database.begin("street", now=self.database.civic.now() - LONG_AGO) as work:
            assert await store.move(work, number, State.OVERDUE)
            await restrictions.warn(work, f"case {number}", citizen.person_id)
            await restrictions.warning_served(work, f"case {number}")
        return number

    async def locked(self, citizen: Citizen) -> str:
        """The same, and the wallet is locked for it."""
        number = await self.warned(citizen)
        async with self.database.begin("street") as work:
            basis = f"case {number}"
            warning = restrictions.Warned(restrictions.WALLET, basis, citizen.person_id, work.today)
            await restrictions.impose(work, warning, {"number": number})
        return number

    async def ordered(self, number: str, openid: str = payments.BY_CODE) -> Order:
        """A payment order of this case."""
        async with self.database.begin("street") as work:
            case = await store.case(work, number)
            assert case
            return await payments.prepare_order(work, case, openid)

    async def owed(self, number: str) -> int:
        """Fen, today."""
        case = await self.case(number)
        async with self.database.read() as work:
            return violations.bill_of(work, case).total

    async def settle(self, trade: Trade) -> settlement.Settlement:
        """The payment provider's news."""
        async with self.database.begin("street") as work:
            return await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)

    def pass_time(self, **span: float) -> None:
        """On both clocks; the corners' follow."""
        for clock in (self.database.civic, self.database.wall):
            assert isinstance(clock, FixedClock)
            clock.move(**span)

    async def code(self, openid: str, claim: Claim) -> str:
        """A code was sent; the code."""
        async with self.database.begin("street") as work:
            await binding.send_code(work, openid, claim)
            [*_, sent] = await acts.claimed(work)
            return str(sent.params["code"])

    async def act(self, what: Any, *args: Any, **named: Any) -> Any:
        """One more act: what it returns, or the key of its refusal."""
        async with self.database.begin("street") as work:
            try:
                return await what(work, *args, **named)
            except Refusal as refusal:
                return refusal.key

    async def case(self, number: str) -> store.Case:
        async with self.database.read() as work:
            case = await store.case(work, number)
        assert case
        return case

    async def cases(self, citizen: Citizen) -> Sequence[store.Case]:
        """Those that are open."""
        async with self.database.read() as work:
            return await violations.open_cases(work, citizen.person_id)

    async def happened(self, action: str, subject: str) -> int:
        """How often it is on record."""
        async with self.database.read() as work:
            return await count_rows(work, events, action=action, subject=subject)

    async def order_of(self, subject: str, *actions: str) -> list[str]:
        """These of its actions, as they are on record. They are ordered by their ids, which whoever held the row drew first."""
        mine = (events.c.subject == subject) & events.c.action.in_(actions)
        async with self.database.read() as work:
            return [
                row.action
                for row in await work.all(select(events.c.action).where(mine).order_by(events.c.id))
            ]

    async def told(self, citizen: Citizen) -> list[str]:
        """What was queued for somebody, in order, whatever became of it."""
        async with self.database.read() as work:
            mine = select(outbox.c.kind).where(outbox.c.person_id == citizen.person_id)
            return [row.kind for row in await work.all(mine.order_by(outbox.c.id))]

    async def rows(self, table: Any, **equal: Any) -> int:
        """How many rows have these values."""
        async with self.database.read() as work:
            return await count_rows(work, table, **equal)

    async def total(self, table: Any) -> int:
        async with self.database.read() as work:
            return int(await work.scalar(select(func.count()).select_from(table)))

    async def _recorded(self, work: Work, citizen: Citizen, code: str) -> str:
        number = f"S{next(self.numbers)}"
        yesterday = work.now - timedelta(days=1)
        entered = report(number, plate=citizen.plate, code=code, occurred_at=yesterday)
        return (await violations.record(work, entered)).number
