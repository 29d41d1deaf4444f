"""A school of the town: class 3-2, which Li Ming teaches, with a child of Wang Fang's and one whose guardians are on no list."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select

from models.base import bulk
from models.base.db import Database, Work
from models.identity import acts as identity
from models.identity import phones
from models.identity import registers as identity_registers
from models.identity import store as identity_store
from models.identity.acts import PersonEntry
from models.identity.rules import Claim
from models.identity.tables import accounts
from models.schools import broadcast, members, membership, registers
from models.schools.members import SchoolClass
from models.schools.registers import ChildEntry, ClassEntry, TeacherEntry
from models.schools.tables import children, classes, consents, guardianships, listed_guardians
from models.schools.updates import Update
from tests.helpers import LI_MING, WANG_FANG

SCHOOL, NAME, CLASS = "S1", "示范小学", "3-2"
FIRST_DAY, LAST_DAY = date(2025, 9, 1), date(2026, 7, 10)
XIAO_MING = ChildEntry(
    SCHOOL, CLASS, "20230317", "王小明", date(2016, 5, 20), frozenset({WANG_FANG.claim.phone})
)
XIAO_HUA = ChildEntry(SCHOOL, CLASS, "20230318", "陈小花", date(2016, 3, 1), frozenset())


@dataclass(frozen=True, slots=True)
class School:
    """The class, its code, and its two children."""

    known: SchoolClass
    xiao_ming: int
    xiao_hua: int

    @property
    def code(self) -> str:
        return self.known.join_code


async def enter_school(database: Database, first_day: date = FIRST_DAY, last_day: date = LAST_DAY) -> School:
    """As the school's lists have it; the people are those of `tests.helpers.town`. Nobody has joined."""
    async with database.begin("system:import") as work:
        await registers.enter_class(work, ClassEntry(SCHOOL, NAME, CLASS, first_day, last_day))
        await registers.enter_teacher(work, TeacherEntry(SCHOOL, CLASS, LI_MING.claim.resident_id, None))
        for child in (XIAO_MING, XIAO_HUA):
            await registers.enter_child(work, child)
        class_id = await work.scalar(select(classes.c.id))
        ids = [row.id for row in await work.all(select(children.c.id).order_by(children.c.id))]
        return School(await members.class_of(work, class_id), *ids)


async def joined(database: Database, school: School, person: int) -> None:
    """The list names this person, who consents."""
    async with database.begin(f"citizen:{person}") as work:
        await membership.join_listed(work, person, school.known.id, consents_too=True)


async def published(work: Work, teacher: int, class_id: int, text: str, *, urgent: bool = False) -> Update:
    """Written and published."""
    draft = await broadcast.write(work, teacher, class_id, text)
    await broadcast.set_urgent(work, teacher, draft.code, urgent=urgent)
    return (await broadcast.publish(work, teacher, draft.code))[0]


async def listed_too(work: Work, school: School, *phone_numbers: str) -> None:
    """More phones on the list, as guardians of the first child."""
    rows = [{"child_id": school.xiao_ming, "phone_index": phones.index(work, each)} for each in phone_numbers]
    await work.run_many(insert(listed_guardians), rows)


async def crowd(database: Database, count: int, teacher_openid: str) -> tuple[int, list[str]]:
    """A class with so many guardians, all of them bound, and its teacher; its id and their chat accounts."""
    today = database.civic.now().date()
    school = await enter_school(database, today - timedelta(days=100), today + timedelta(days=200))
    openids = [f"oGuardian{number:06d}" for number in range(count)]
    for start in range(0, count, 1000):
        some = range(start, min(start + 1000, count))
        async with database.begin("test", patience=60) as work:
            entries = [
                PersonEntry(Claim("家长", f"4420001{n:011d}", f"139{n:08d}"), date(1985, 1, 1)) for n in some
            ]
            people = await identity_registers.add_people(work, entries)
            same = {"language": "zh_CN", "following": True, "bound_at": work.now}
            bound = [
                {"openid": openids[n], "person_id": each, **same}
                for n, each in zip(some, people, strict=True)
            ]
            await bulk.append(work, accounts, bound)
            since = {"child_id": school.xiao_ming, "since": work.now, "confirmed_by": "list"}
            await bulk.append(work, guardianships, [{"person_id": each, **since} for each in people])
            given = {"child_id": school.xiao_ming, "given_at": work.now}
            await bulk.append(work, consents, [{"person_id": each, **given} for each in people])
    async with database.begin("test") as work:
        teacher = await identity.person_of(work, LI_MING.claim.resident_id)
        await identity_store.save_account(work, teacher_openid, person_id=teacher, bound_at=work.now)
    return school.known.id, openids
