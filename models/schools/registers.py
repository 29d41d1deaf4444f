"""The school's own lists: classes, who teaches them, and their children with the phones of their guardians.

A row again changes nothing. A child is in the class that its newest row names; one without a class has left, and its data goes. A phone
that is on the list no more ends what was joined by it: whose child it is is the school's to say.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.identity import phones
from models.identity.acts import ENTRY_CHANGED, ENTRY_NEW, ENTRY_UNCHANGED
from models.schools import forgetting, membership, removal
from models.schools.members import NAME, NUMBER
from models.schools.rules import RequestState
from models.schools.tables import (
    ASKED,
    children,
    classes,
    listed_guardians,
    requests,
    schools,
    teachers,
    years,
)


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class of a school year; both days are of the year."""

    school_code: str
    school: str
    name: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class TeacherEntry:
    """Who teaches a class, until the end of the last day, or without one until the year's."""

    school_code: str
    class_name: str
    resident_id: str
    last_day: date | None


@dataclass(frozen=True, slots=True)
class ChildEntry:
    """A child with its guardians' phones; no class: it has left the school."""

    school_code: str
    class_name: str
    number: str
    name: str
    born_on: date
    phones: frozenset[str]


async def enter_class(work: Work, entry: ClassEntry) -> str:
    """New, changed or unchanged."""
    changed = await work.insert_new(schools, {"code": entry.school_code, "name": entry.school})
    school_id = await _school(work, entry.school_code)
    renamed = update(schools).where(schools.c.id == school_id, schools.c.name != entry.school)
    changed |= bool((await work.run(renamed.values(name=entry.school))).rowcount)
    year = {"school_id": school_id, "first_day": entry.first_day, "last_day": entry.last_day}
    changed |= await work.insert_new(years, year)
    mine = (years.c.school_id == school_id) & (years.c.first_day == entry.first_day)
    moved = update(years).where(mine, years.c.last_day != entry.last_day, years.c.ended_at.is_(None))
    changed |= bool((await work.run(moved.values(last_day=entry.last_day))).rowcount)
    year_id = await work.scalar(select(years.c.id).where(mine, years.c.ended_at.is_(None)))
    if year_id is None:
        raise Refusal("school.year_over")
    row = {"year_id": year_id, "name": entry.name, "join_code": work.city.ids.join_code()}
    if not await work.insert_new(classes, row):
        return ENTRY_CHANGED if changed else ENTRY_UNCHANGED
    await audit.record(work, "class.entered", f"class {row['join_code']}")
    return ENTRY_NEW


async def enter_teacher(work: Work, entry: TeacherEntry) -> str:
    """New, changed or unchanged. Raises Refusal for a school, a class or a person nobody knows."""
    class_id = await _class(work, await _school(work, entry.school_code), entry.class_name)
    person_id = await identity.person_of(work, entry.resident_id)
    if person_id is None:
        raise Refusal("register.unknown_person")
    row = {"class_id": class_id, "person_id": person_id, "last_day": entry.last_day}
    outcome = ENTRY_NEW
    if not await work.insert_new(teachers, row):
        mine = (teachers.c.class_id == class_id) & (teachers.c.person_id == person_id)
        differs = teachers.c.last_day.is_distinct_from(entry.last_day)
        moved = update(teachers).where(mine, differs).values(last_day=entry.last_day)
        if not (await work.run(moved)).rowcount:
            return ENTRY_UNCHANGED
        outcome = ENTRY_CHANGED
    until = entry.last_day.isoformat() if entry.last_day else ""
    await audit.record(work, "teacher.entered", f"class {class_id}", person_id=person_id, until=until)
    return outcome


async def enter_child(work: Work, entry: ChildEntry) -> str:
    """New, changed or unchanged. Raises Refusal for a school or a class nobody knows."""
    school_id = await _school(work, entry.school_code)
    number_index = work.index(entry.number, NUMBER)
    mine = (children.c.school_id == school_id) & (children.c.number_index == number_index)
    held = select(children).where(mine).with_for_update(key_share=True)  # who joins waits
    if not entry.class_name:
        return await _left(work, await work.first(held))
    class_id = await _class(work, school_id, entry.class_name)
    row = {
        "school_id": school_id,
        "class_id": class_id,
        "number": work.seal(entry.number, NUMBER),
        "number_index": number_index,
        "name": work.seal(entry.name, NAME),
        "born_on": entry.born_on,
    }
    new = await work.insert_new(children, row)
    child = await work.first(held)
    assert child is not None
    changed = not new and await _changed(work, child, entry, class_id)
    listed = await _list_phones(work, child.id, entry.phones)
    if not (new or changed or listed):
        return ENTRY_UNCHANGED
    action = "child.entered" if new else "child.changed"
    await audit.record(work, action, f"child {child.id}", class_id=class_id)
    return ENTRY_NEW if new else ENTRY_CHANGED


async def _changed(work: Work, child: Row[Any], entry: ChildEntry, class_id: int) -> bool:
    """Name, day of birth, class. Who asked to be let into the class it was in asks in vain."""
    known = (work.open(child.name, NAME), child.born_on, child.class_id)
    if known == (entry.name, entry.born_on, class_id):
        return False
    values = {"name": work.seal(entry.name, NAME), "born_on": entry.born_on, "class_id": class_id}
    await work.run(update(children).where(children.c.id == child.id).values(values))
    if child.class_id != class_id:
        gone = update(requests).where(requests.c.child_id == child.id, ASKED)
        await work.run(gone.values(state=RequestState.WITHDRAWN, answered_at=work.now))
        await forgetting.forget_who_left(work, child.class_id)
    return True


async def _list_phones(work: Work, child_id: int, listed: Collection[str]) -> bool:
    """These and no others; tells whether that is news."""
    wanted = {phones.index(work, phone) for phone in listed}
    mine = select(listed_guardians).where(listed_guardians.c.child_id == child_id)
    known = {row.phone_index: row.person_id for row in await work.all(mine)}
    fresh = [{"child_id": child_id, "phone_index": index} for index in wanted - known.keys()]
    await work.run_many(insert(listed_guardians), fresh)
    gone = known.keys() - wanted
    if gone:
        old = listed_guardians.c.child_id == child_id
        await work.run(
            delete(listed_guardians).where(old, bulk.among(work, listed_guardians.c.phone_index, gone))
        )
        for person_id in sorted({known[index] for index in gone if known[index] is not None}):
            await membership.end(work, child_id, person_id, "guardian.unlisted")
    return bool(fresh or gone)


async def _left(work: Work, child: Row[Any] | None) -> str:
    """Its data goes."""
    if child is None:
        return ENTRY_UNCHANGED
    await removal.forget_children(work, [child.id])
    await forgetting.forget_who_left(work, child.class_id)
    await audit.record(work, "child.left", f"child {child.id}")
    return ENTRY_CHANGED


async def _school(work: Work, code: str) -> int:
    found = await work.scalar(select(schools.c.id).where(schools.c.code == code))
    if found is None:
        raise Refusal("school.unknown_school")
    return int(found)


async def _class(work: Work, school_id: int, name: str) -> int:
    """Of the school's newest year."""
    named = (years.c.school_id == school_id) & (classes.c.name == name) & years.c.ended_at.is_(None)
    newest = select(classes.c.id).select_from(classes.join(years)).where(named)
    found = await work.scalar(newest.order_by(years.c.first_day.desc()).limit(1))
    if found is None:
        raise Refusal("school.unknown_class")
    return int(found)
