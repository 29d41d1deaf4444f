"""A small town with a past, and its doors: the chat, the officers' acts, money, the post, the clock.

It is founded once; each life of the machine begins where the founding ended, on Monday 2 March 2026, 10:00 (`Townsfolk.begin`).
"""

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import make_url

from bot import officer
from bot.duties import DAILY
from bot.officer import ACTS
from bot.officer_act import Answer
from models.base.clock import at
from models.base.db import City, Database
from models.base.ephemeral import MemoryEphemeral
from models.base.errors import Refusal
from models.base.ids import Ids
from models.base.ports import Trade
from models.flows import registration, settlement
from models.flows.settlement import Settlement
from models.identity import acts as identity
from models.identity import companies, staff, store
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.companies import Authorisation, Company
from models.identity.rules import Claim, Plate
from models.identity.staff import Member, Role
from models.schema import metadata
from models.violations import acts as violations
from models.violations import catalogue, nominations, payments
from models.violations import store as cases
from models.violations.acts import Recorded, Report
from models.violations.payments import Order
from tests.conftest import PATIENT, START, FixedClock
from tests.databases import EMPTY, connect
from tests.flows.town_books import Facts, Reader, look, reader
from tests.handlers.chat import Chat
from tests.helpers import (
    APP_ID,
    AUTHORITY,
    CATALOGUE,
    MERCHANT_ID,
    OVERLOAD,
    PARKING,
    SPEEDING,
    offence,
    paid_trade,
    report,
    resident_id,
)
from tests.service import Fakes, delivery, inbox

FOUNDED = datetime(2026, 1, 20, 10, tzinfo=START.tzinfo)
COMPANY, COMPANY_NO = "中山市示范物流有限公司", "91442000MA4ABCDE1L"
WHY = "根据记录"
MESSAGES = 1000  # more than anybody writes; each has a key of its own
DONE_BY = {(act.on, act.name): act for act in ACTS}


@dataclass(frozen=True, slots=True)
class Folk:
    """Somebody: who they are, since when they drive (None: they do not), their car, their account ("": they do not write)."""

    entry: PersonEntry
    licence_since: date | None
    plate: Plate | None
    openid: str = ""

    @property
    def adult(self) -> bool:
        return self.entry.born_on.year < 2008


def folk(
    name: str, serial: str, since: date | None, plate: Plate | None, openid: str, born: int = 1988
) -> Folk:
    claim = Claim(name, resident_id("18880808", serial), f"13900000{serial}")
    return Folk(PersonEntry(claim, date(born, 8, 8)), since, plate, openid)


# Cycles end on 6 March, 13 March, 20 April: in reach of a life.
FOLK = (
    folk("李明", "101", date(2015, 3, 6), Plate("02", "粤T10001"), "o-li"),
    folk("王芳", "102", date(2015, 4, 20), Plate("52", "粤TD10002"), "o-wang"),
    folk("赵磊", "103", date(2015, 4, 20), Plate("02", "粤T10003"), "o-zhao"),
    folk("孙丽", "104", date(2015, 3, 13), None, "o-sun"),
    folk("周强", "105", None, Plate("02", "粤T10005"), "o-zhou"),
    folk("陈晓", "106", None, Plate("02", "粤T10006"), "o-chen", born=2009),
    folk("吴刚", "107", date(2015, 3, 13), Plate("02", "粤T10007"), ""),
)
LI, WANG, ZHAO, SUN, ZHOU, CHEN, WU = range(7)
VAN = Plate("02", "粤T10008")


@dataclass
class Townsfolk:
    """The town, its database open. `people` are their ids in the order of FOLK, `company` is another; `cars` by plate."""

    url: str
    city: City
    database: Database
    clock: FixedClock
    eyes: Reader
    people: list[int] = field(default_factory=list)
    company: int = 0
    officers: list[Member] = field(default_factory=list)
    pristine: Any = None
    fakes: Fakes = field(default_factory=Fakes)
    chats: dict[str, Chat] = field(default_factory=dict)
    worked_until: date = date.min
    records: int = 0
    last_report: Report | None = None

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def folk_of(self, person: int) -> Folk | None:
        """None for the company."""
        return FOLK[self.people.index(person)] if person in self.people else None

    async def begin(self) -> None:
        """As on the day after the founding, whatever came since."""
        await self._restore()
        self._start(START, seed=11)

    def _start(self, instant: datetime, seed: int) -> None:
        self.clock.instant = instant
        self.worked_until, self.records, self.last_report = instant.date(), 0, None
        self.database.city = replace(self.city, ids=Ids(Random(seed)))
        self.fakes = Fakes(ephemeral=MemoryEphemeral(lambda: self.clock.now().timestamp()))
        chat = inbox(self.database, self.fakes)
        self.chats = {
            each.openid: Chat(chat, each.openid, said=seed * MESSAGES) for each in FOLK if each.openid
        }
        self.post = delivery(self.database, self.fakes)

    # doors

    async def say(self, person: int, text: str) -> Chat:
        """Somebody writes; for the company Li Ming does, under its hat."""
        openid = "o-li" if person == self.company else FOLK[self.people.index(person)].openid
        chat = self.chats[openid]
        if openid == "o-li":
            await chat.say("代办" if person == self.company else "本人")
        await chat.say(text)
        return chat

    async def act(self, on: str, name: str, subject: Any, who: int = 0, **fields: Any) -> Answer | str:
        """An officer's act, as at either door: its answer, or the key of the refusal."""
        member = self.officers[who]
        try:
            async with self.database.begin(member.actor) as work:
                return await officer.perform(work, member, DONE_BY[on, name], str(subject), fields)
        except Refusal as refusal:
            return refusal.key

    async def order(self, numbers: list[str], openid: str, amount: int | None = None) -> Order | str:
        """The order with which this account may pay, or the key of the refusal."""
        try:
            async with self.database.begin("page:pay") as work:
                found = await cases.cases_of(work, numbers)
                first, *more = [found[number] for number in numbers]
                made = await payments.prepare_order(work, first, openid, more, amount)
                await payments.order_opened(work, made.number, "prepay")
                return made
        except Refusal as refusal:
            return refusal.key

    async def settle(self, trade: Trade) -> Settlement:
        """The payment provider's news."""
        async with self.database.begin("system:payment") as work:
            return await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)

    async def record(self, plate: Plate, code: str, *, days_ago: int = 1) -> str:
        """A camera's."""
        self.records += 1
        number = f"{self.clock.now():%m%d%H}-{self.records}"
        seen = report(number, plate=plate, code=code, occurred_at=self.clock.now() - timedelta(days=days_ago))
        self.last_report = seen
        return (await self.enter(seen)).number

    async def enter(self, seen: Report) -> Recorded:
        """What a camera hands in, for the first time or again."""
        async with self.database.begin("api:cameras") as work:
            return await violations.record(work, seen)

    async def deliver(self) -> None:
        """What is due goes out, and what follows from it."""
        await self.post.drain()

    async def code(self, nomination: int) -> str:
        """As it stands in the message to the driver."""
        async with self.database.read() as work:
            return (await nominations.by_id(work, nomination)).code

    async def work_a_day(self) -> bool:
        """All jobs of the next day that was not worked yet, each at its hour; False when there is none."""
        if self.worked_until >= self.today:
            return False
        self.worked_until += timedelta(days=1)
        async with self.database.begin("system:jobs") as work:
            for job in sorted(DAILY, key=lambda each: each.clock):
                work.now = at(self.worked_until, job.clock)
                await job.run(work)
        return True

    async def look(self, since: int = 0) -> Facts:
        return await look(self.eyes, since)

    async def close(self) -> None:
        await self.eyes.close()
        await self.database.close()

    # its past

    async def found(self) -> None:
        """Six weeks of it."""
        self._start(FOUNDED, seed=7)
        await self._enter()
        li, wang, zhao, sun, zhou = (self.people[each] for each in (LI, WANG, ZHAO, SUN, ZHOU))
        await self.say(li, "电子送达 同意")
        await self.say(zhao, "电子送达 同意")
        await self.say(zhou, "电子送达 同意")
        locked = await self.record(FOLK[LI].plate or VAN, PARKING)
        full = [await self.record(FOLK[ZHAO].plate or VAN, SPEEDING) for _ in range(3)]
        for _ in range(5):
            await self.record(VAN, PARKING)
            lying = await self.record(FOLK[WU].plate or VAN, SPEEDING)
        await self.deliver()
        await self.say(li, f"确认 {locked}")
        for number in full:
            await self.say(zhao, f"确认 {number}")
        await self.deliver()
        for number in full:
            order = await self.order([number], "")
            assert isinstance(order, Order)
            await self.settle(paid_trade(order, self.clock.now()))
        await self._days(22)
        await self.say(wang, "电子送达 同意")
        warned = await self.record(FOLK[WANG].plate or VAN, SPEEDING)
        await self.deliver()
        await self.say(wang, f"确认 {warned}")
        await self._days(10)
        await self.act("cases", "announce", lying, reasons=WHY)
        await self._days(4)
        soon = await self.record(FOLK[ZHOU].plate or VAN, PARKING)
        await self.deliver()
        await self.say(zhou, f"确认 {soon}")
        await self._days(2)
        heavy = await self.record(FOLK[WANG].plate or VAN, OVERLOAD)
        await self.act("cases", "figure", heavy, fine_fen=50000, reasons=WHY)
        await self._names(wang, heavy)
        await self.say(sun, f"同意 {await self.code(1)}")
        await self._days(2)
        await self._names(li, await self.record(FOLK[LI].plate or VAN, SPEEDING))
        await self._days((START.date() - self.today).days)
        self.clock.instant = START
        await self._keep()

    async def _names(self, owner: int, number: str) -> None:
        """Sun Li, who is asked."""
        await self.deliver()
        await self.say(owner, f"转给 {number} {FOLK[SUN].entry.claim.name}")
        await self.deliver()

    async def _days(self, count: int) -> None:
        for _ in range(count):
            self.clock.move(days=1)
            await self.work_a_day()
            await self.deliver()

    async def _enter(self) -> None:
        async with self.database.begin("system:import") as work:
            for code in CATALOGUE:
                await catalogue.enter(work, offence(code))
            for each in FOLK:
                licence = registration.Licence("C1", each.licence_since) if each.licence_since else None
                await registration.enter_person(work, each.entry, licence)
                person = (await identity.enter_person(work, each.entry))[0]
                self.people.append(person)
                if each.plate:
                    owned = VehicleEntry(
                        each.plate, "小型汽车", each.entry.claim.resident_id, date(2020, 1, 1)
                    )
                    await identity.enter_vehicle(work, owned)
                if each.openid:
                    await store.save_account(work, each.openid, person_id=person, bound_at=work.now)
            await companies.enter_company(work, Company(COMPANY, COMPANY_NO, "13900000077"))
            await companies.authorise(work, Authorisation(COMPANY_NO, FOLK[LI].entry.claim.resident_id, None))
            await identity.enter_vehicle(work, VehicleEntry(VAN, "小型汽车", COMPANY_NO, date(2020, 1, 1)))
            known = await store.person_by_resident_id(work, COMPANY_NO)
            assert known
            self.company = known[0]
            for name, role in (("钱警官", Role.OFFICER), ("吕警官", Role.OFFICER), ("何队", Role.SUPERVISOR)):
                key, _ = await staff.add(work, name, AUTHORITY, [role])
                self.officers.append(Member(key, AUTHORITY, frozenset({role})))

    # how it is kept, and comes back

    async def _keep(self) -> None:
        if self.database.dialect == "sqlite":
            self.pristine = sqlite3.connect(":memory:")
            with sqlite3.connect(str(make_url(self.url).database)) as source:
                source.backup(self.pristine)
            return
        connection = await connect(make_url(self.url))
        self.pristine = {
            table.name: await connection.fetch(f"SELECT * FROM {table.name}")
            for table in metadata.sorted_tables
        }
        await connection.close()

    async def _restore(self) -> None:
        if isinstance(self.pristine, sqlite3.Connection):
            with sqlite3.connect(str(make_url(self.url).database)) as target:
                self.pristine.backup(target)
            return
        connection = await connect(make_url(self.url))
        async with connection.transaction():
            await connection.execute(EMPTY)
            for table, rows in self.pristine.items():
                if rows:
                    columns = list(rows[0].keys())
                    await connection.copy_records_to_table(
                        table, records=[tuple(row) for row in rows], columns=columns
                    )
        await connection.close()


async def founded(url: str, city: City) -> Townsfolk:
    """The town in this empty database."""
    clock = FixedClock(FOUNDED)
    database = Database(url, city=city, civic=clock, wall=clock, limits=PATIENT)
    town = Townsfolk(url, city, database, clock, await reader(url))
    await town.found()
    return town
