"""A small town for tests of all floors, entered through the acts that the service itself uses, and the steps of a case's life.

Everything here works in the world of `tests/conftest.py`: it begins on Monday 2 March 2026, 10:00.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from stdnum.cn import ric

from models.base.db import Database, Work
from models.base.ports import Trade, TradeState
from models.base.texts import read_all
from models.flows import challenge, decision, enforcement, plan, registration, voiding
from models.identity import binding, registers
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.licences import notices as licences
from models.post import outbox
from models.post.notices import Kinds, Notice
from models.restrictions import acts as restrictions
from models.restrictions import matter_notices, matters, questions
from models.restrictions.clearance import Matter
from models.restrictions.listed import Listed
from models.restrictions.questions import Question
from models.schools import answer_notices, broadcast, membership
from models.violations import acts as violations
from models.violations import (
    catalogue,
    nomination_notices,
    notices,
    officer_acts,
    payments,
    refunds,
    silent_owners,
)
from models.violations.acts import Report
from models.violations.catalogue import Offence, read_fine
from tests.conftest import START

AUTHORITY = "442000"
COURT = "key:court"
APP_ID, MERCHANT_ID = "wx-town", "1900000001"
KINDS = Kinds(
    (
        *(*binding.KINDS, *notices.KINDS, *restrictions.KINDS, *enforcement.KINDS),
        *(*officer_acts.KINDS, *silent_owners.KINDS, *voiding.KINDS),
        *(*nomination_notices.KINDS, *matter_notices.KINDS),
        *(*refunds.KINDS, *challenge.KINDS, *plan.KINDS),
        *licences.KINDS,
        *(*membership.KINDS, *broadcast.KINDS),
        *answer_notices.KINDS,
    )
)

read_all()  # before any event loop runs, as at the start of the service


def resident_id(born: str, serial: str = "001") -> str:
    """A made-up resident ID of region 442000; `born` is YYYYMMDD, before 1900 so that no living person's number is used."""
    body = f"442000{born}{serial}"
    return body + ric.calc_check_digit(body + "0")


LI_MING = PersonEntry(Claim("李明", resident_id("18900520"), "13800000001"), date(1990, 5, 20))
WANG_FANG = PersonEntry(Claim("王芳", resident_id("18850101"), "13800000002"), date(1985, 1, 1))
CHEN_XIAO = PersonEntry(
    Claim("陈晓", resident_id("18990901"), "13800000003"), date(2009, 9, 1)
)  # 16 years old
LI_PLATE = Plate("02", "粤T12345")
WANG_PLATE = Plate("52", "粤TD12345")
CHEN_PLATE = Plate("02", "粤T66888")
C1 = registration.Licence("C1", date(2015, 6, 1))  # cycles begin on 1 June

PARKING, SPEEDING, RED_LIGHT, OVERLOAD, HORN = "1039", "1352", "1625", "1653", "1101"
CATALOGUE = {  # code: conduct, in English, fine, points
    PARKING: ("违反规定停放机动车", "parking where it is not allowed", "150", 0),
    SPEEDING: ("超过规定时速10%以上未达20%", "speeding by 10 to 20 %", "200", 3),
    RED_LIGHT: ("违反信号灯通行", "running a red light", "200", 6),
    OVERLOAD: ("载物超过核定载质量", "overloading", "200以上2000以下", 6),
    HORN: ("不按规定使用喇叭", "sounding the horn", "50", None),
}


@dataclass(frozen=True, slots=True)
class Town:
    """Ids of the people: two adults with a licence and a car, and a minor who owns one."""

    li_ming: int
    wang_fang: int
    chen_xiao: int


async def town(database: Database) -> Town:
    """Enter people, licences, vehicles and the catalogue. Nobody has consented to electronic service yet."""
    async with database.begin("system:import") as work:
        people = (LI_MING, WANG_FANG, CHEN_XIAO)
        await registration.enter_people(work, list(zip(people, (C1, C1, None), strict=True)))
        owners = ((LI_MING, LI_PLATE), (WANG_FANG, WANG_PLATE), (CHEN_XIAO, CHEN_PLATE))
        since = date(2020, 1, 1)
        owned = [VehicleEntry(plate, "小型汽车", who.claim.resident_id, since) for who, plate in owners]
        await registers.enter_vehicles(work, owned)
        for code in CATALOGUE:
            await catalogue.enter(work, offence(code))
        known = await registers.known_people(work, people)
    return Town(*(known[each.claim.resident_id].id for each in people))


def offence(code: str, valid_from: date = date(2022, 4, 1)) -> Offence:
    """An offence of the town's catalogue."""
    conduct, conduct_en, fine, points = CATALOGUE[code]
    basis = "《道路交通安全法》第90条"
    return Offence(AUTHORITY, code, valid_from, conduct, conduct_en, basis, read_fine(fine), points, "")


def report(
    record_no: str = "R1",
    *,
    plate: Plate = LI_PLATE,
    code: str = SPEEDING,
    occurred_at: datetime = START - timedelta(days=1),
    pictures: tuple[str, ...] = (),
) -> Report:
    """What a camera hands in."""
    return Report(AUTHORITY, record_no, plate, code, occurred_at, "兴中道", pictures)


async def recorded_case(
    work: Work, record_no: str = "R1", *, plate: Plate = LI_PLATE, code: str = SPEEDING
) -> str:
    """A case that happened yesterday and was entered now; returns its number."""
    entered = report(record_no, plate=plate, code=code, occurred_at=work.now - timedelta(days=1))
    return (await violations.record(work, entered)).number


async def decided_case(
    work: Work, person_id: int, record_no: str = "R1", *, plate: Plate = LI_PLATE, code: str = SPEEDING
) -> str:
    """A case whose owner accepted the proposal at once; the decision's notice is queued."""
    number = await recorded_case(work, record_no, plate=plate, code=code)
    await decision.accept(work, person_id, number)
    return number


async def serve(database: Database) -> list[Notice]:
    """One round of delivery in which every provider takes everything: claim, still true?, moment, sent, what follows from it.

    Returns what was sent, with the parameters of that moment; what the round itself queued waits for the next.
    """
    async with database.begin("system:delivery") as work:
        claimed = await outbox.claim(work, limit=100, lease=timedelta(minutes=1))
    async with database.begin("system:delivery") as work:
        return [await _send(work, notice) for notice in claimed if await _still_true(work, notice)]


async def _still_true(work: Work, notice: Notice) -> bool:
    true = bool(await KINDS[notice.kind].still_true(work, [notice]))
    if not true:
        await outbox.drop(work, [notice.id], "no_longer_true")
    return true


async def _send(work: Work, notice: Notice) -> Notice:
    kind = KINDS[notice.kind]
    moments = await kind.moment(work, [notice])
    content = replace(notice.content(), params={**notice.params, **moments[notice.id]})
    told = replace(notice, content=lambda: content)
    assert await outbox.sent(work, notice, f"provider-{notice.id}")
    await kind.on_sent(work, [notice])
    return told


def kinds(sent: list[Notice]) -> list[str]:
    """The names of what was sent, in order."""
    return [notice.kind for notice in sent]


def paid_trade(order: payments.Order, paid_at: datetime = START) -> Trade:
    """The payment provider's news that this order was paid."""
    return Trade(
        order_no=order.number,
        state=TradeState.PAID,
        app_id=APP_ID,
        merchant_id=MERCHANT_ID,
        total=order.total,
        transaction_id=f"4200{order.number[:28]}",
        paid_at=paid_at,
    )


def filing(kind: str = "court_debt", person: PersonEntry = LI_MING, **changes: Any) -> matters.Filing:
    """What a court or the police hand in."""
    scopes = {
        "court_debt": {"air": (), "rail": ("soft_sleeper",)},
        "exit_ban": {"exit": ()},
        "air_misconduct": {"air": ()},
    }
    named = {"kind": kind, "resident_id": person.claim.resident_id, "name": person.claim.name}
    same = {
        "document": "(2026)粤2071执100号",
        "facts": "有能力履行而拒不履行",
        "occurred_on": date(2026, 2, 20),
    }
    return matters.Filing(**{**named, **same, "scopes": scopes.get(kind, {"rail": ()}), **changes})


async def listed_matter(work: Work, kind: str = "court_debt", **changes: Any) -> Listed:
    """A matter of Li Ming's that the court just listed."""
    return (await matters.open_(work, COURT, "示范市人民法院", filing(kind, **changes)))[0]


async def ask(work: Work, client: str, question: Question) -> Matter | None:
    """A booking system asks whether somebody may travel, in one unit of work."""
    matter = await questions.look(work, question)
    await questions.put_on_record(work, client, question, matter)
    return matter
