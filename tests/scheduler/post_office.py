"""A worker on the town's database and the fakes of its wires, and what is on record afterwards."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from models.base.db import Database
from models.base.ports import Outcome, Receipt, ReceiptStatus, SendResult
from models.identity import acts as identity
from models.identity import store as registers
from models.post.desk import tickets
from models.post.outbox import outbox
from models.violations import store as cases
from models.violations.rules import State
from scheduler.delivery import Delivery
from tests.conftest import FixedClock
from tests.helpers import Town, recorded_case
from tests.service import Fakes, delivery

BUSY = SendResult(Outcome.LATER, reason="busy")
NO_ANSWER = SendResult(Outcome.UNKNOWN, reason="no_answer")
NEVER = SendResult(Outcome.REFUSED, reason="wrong_number")


@dataclass
class PostOffice:
    """`worker` delivers; `new_worker` is another process on the same database."""

    database: Database
    fakes: Fakes
    civic: FixedClock
    wall: FixedClock
    people: Town
    worker: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.worker = self.new_worker()

    def new_worker(self) -> Delivery:
        return delivery(self.database, self.fakes)

    def pass_time(self, **span: float) -> None:
        """On both clocks."""
        self.civic.move(**span)
        self.wall.move(**span)

    async def record_case(self, record_no: str = "R1") -> str:
        """A case of Li Ming, whose notice is due at once."""
        async with self.database.begin("api:cameras") as work:
            return await recorded_case(work, record_no)

    async def bind_li_ming(self, openid: str = "o-li", language: str = "zh_CN") -> None:
        """His chat account."""
        async with self.database.begin("citizen") as work:
            await registers.save_account(work, openid, person_id=self.people.li_ming, bound_at=work.now)
            await identity.choose_language(work, openid, language)

    async def notice(self, kind: str, channel: str = "sms") -> Any:
        """The outbox row of this kind; there is one."""
        [row] = [row for row in await self.notices() if (row.kind, row.channel) == (kind, channel)]
        return row

    async def notices(self) -> list[Any]:
        """Everything in the outbox, oldest first."""
        async with self.database.read() as work:
            return list(await work.all(select(outbox).order_by(outbox.c.id)))

    async def case_state(self, number: str) -> State:
        async with self.database.read() as work:
            return (await cases.states(work, [number]))[number]

    async def move_case(self, number: str, state: State) -> None:
        """An officer's act."""
        async with self.database.begin("officer:1") as work:
            assert await cases.move(work, number, state)

    async def tickets(self) -> list[str]:
        """Topics on the desk."""
        async with self.database.read() as work:
            return [row.topic for row in await work.all(select(tickets).order_by(tickets.c.opened_at))]

    async def receipt(
        self, kind: str, status: ReceiptStatus = ReceiptStatus.DELIVERED, reason: str = ""
    ) -> None:
        """The carrier reports on the notice of this kind."""
        key = (await self.notice(kind)).key
        await self.worker.receive([Receipt("sms-1", key, status, self.wall.now(), reason)])

    async def spoil(self, kind: str, **values: Any) -> None:
        """Damage a row, as a wrong release might."""
        async with self.database.begin("system:test") as work:
            await work.run(update(outbox).where(outbox.c.kind == kind).values(**values))

    def texts(self) -> list[str]:
        """Kinds of the text messages submitted so far."""
        return [sms.template for sms in self.fakes.sms.sent]
