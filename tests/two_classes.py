"""A school in the town of `tests/helpers.py`: class 3-2 and the class beside it, and everybody who has to do with them or not.

chen teaches 3-2, qian 3-1; liu and he are guardians in 3-2, zhao in 3-1; wu was one in 3-2 and left; sun is in no class
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Table, insert, select

from models.base.db import Database, Work
from models.identity import acts as identity
from models.identity.acts import PersonEntry
from models.identity.rules import Claim
from models.identity.tables import accounts
from models.schools import members
from models.schools import tables as t
from models.schools import updates as school_updates
from models.schools.updates import Update
from tests.helpers import resident_id

LAST_DAY = date(2026, 7, 10)
NAMES = {
    "chen": "陈洁",
    "qian": "钱芳",
    "liu": "刘洋",
    "he": "何静",
    "zhao": "赵强",
    "wu": "吴敏",
    "sun": "孙丽",
}
CHILDREN = {"liu": "刘小雨", "he": "何子轩", "zhao": "赵一诺", "wu": "吴天佑"}
TEACH = {"chen": "3-2", "qian": "3-1"}
CARE = {"liu": "3-2", "he": "3-2", "zhao": "3-1", "wu": "3-2"}
STRANGERS = ("sun", "zhao", "wu", "qian")  # to class 3-2


@dataclass(frozen=True, slots=True)
class School:
    """Ids of its classes and of its people, by name."""

    classes: dict[str, int]
    people: dict[str, int]

    @property
    def class_id(self) -> int:
        """Of 3-2."""
        return self.classes["3-2"]

    def __getattr__(self, name: str) -> int:
        """The person of this name."""
        try:
            return self.people[name]
        except KeyError as problem:
            raise AttributeError(name) from problem


async def school(database: Database) -> School:
    """Enter it. Everybody's chat account is `w-<name>`, bound and following; every child is under 14, and consented for."""
    async with database.begin("system:import") as work:
        people = {name: await _person(work, place, name) for place, name in enumerate(NAMES)}
        [school_id] = await _put(work, t.schools, code="4420001", name="示范小学")
        first_day = date(2025, 9, 1)
        [year] = await _put(work, t.years, school_id=school_id, first_day=first_day, last_day=LAST_DAY)
        classes = {}
        for name, code in (("3-2", "AAAAAAAA"), ("3-1", "BBBBBBBB")):
            [classes[name]] = await _put(work, t.classes, year_id=year, name=name, join_code=code)
        for name, where in TEACH.items():
            row = {"class_id": classes[where], "person_id": people[name]}
            await work.run(insert(t.teachers).values(row))
        for name, where in CARE.items():
            await _child(work, school_id, classes[where], people[name], CHILDREN[name], left=name == "wu")
    return School(classes, people)


async def published(
    work: Work,
    school: School,
    code: str = "ABCDEFGHIJ",
    *,
    text: str = "明天春游，请带水。",
    where: str = "3-2",
) -> Update:
    """An update that its teacher published just now; the time to take it back is over."""
    author = next(name for name, taught in TEACH.items() if taught == where)
    row = {
        "code": code,
        "class_id": school.classes[where],
        "author_id": school.people[author],
        "text": work.seal(text, school_updates.TEXT),
        "link": "https://school.example.org/trip",
        "written_at": work.now,
        "published_at": work.now,
        "undo_until": work.wall - timedelta(seconds=1),
    }
    await work.run(insert(t.updates).values(row))
    return await school_updates.opened(work, school.people[author], code)


async def families(work: Work, school: School, many: int) -> list[int]:
    """So many more guardians in 3-2, all of one child."""
    mine = select(t.children.c.id).where(t.children.c.class_id == school.class_id)
    child = await work.scalar(mine.limit(1))
    people = []
    for each in range(many):
        claim = Claim("家长", resident_id("18700101", f"{each:03d}"), f"1370000{each:04d}")
        people.append((await identity.enter_person(work, PersonEntry(claim, date(1980, 1, 1))))[0])
    same = [{"child_id": child, "person_id": person} for person in people]
    care = {"since": work.now, "confirmed_by": "list"}
    await work.run_many(insert(t.guardianships), [each | care for each in same])
    await work.run_many(insert(t.consents), [each | {"given_at": work.now} for each in same])
    return people


async def _person(work: Work, place: int, name: str) -> int:
    claim = Claim(NAMES[name], resident_id(f"1888010{place + 1}"), f"1390000000{place}")
    person_id, _ = await identity.enter_person(work, PersonEntry(claim, date(1988, 1, place + 1)))
    account = {"openid": f"w-{name}", "person_id": person_id, "language": "zh_CN", "following": True}
    await work.run(insert(accounts).values(account | {"bound_at": work.now}))
    return person_id


async def _child(work: Work, school_id: int, class_id: int, person_id: int, name: str, *, left: bool) -> None:
    [child] = await _put(
        work,
        t.children,
        school_id=school_id,
        class_id=class_id,
        number=work.seal(f"N{person_id}", members.NUMBER),
        number_index=work.index(f"N{person_id}", members.NUMBER),
        name=work.seal(name, members.NAME),
        born_on=date(2016, 5, 1),
    )
    same = {"child_id": child, "person_id": person_id}
    gone = work.now if left else None
    care = {"since": work.now, "confirmed_by": "list", "left_at": gone}
    await work.run(insert(t.guardianships).values(same | care))
    await work.run(insert(t.consents).values(same | {"given_at": work.now, "revoked_at": gone}))


async def _put(work: Work, table: Table, **values: object) -> list[int]:
    statement = insert(table).values(values).returning(table.c.id)
    return [int(await work.scalar(statement))]
