"""Who belongs to a class: its teachers, and the guardians of its children. Everything about a class asks here first.

A guardian is one while the link to a child of the class stands and, where the child is under the tariff's age, while that guardian's own
consent does (PIPL 31). A class is there until its year's data goes (`ending.py`); it is written to until the year's last day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from models.base import bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.schools import rules
from models.schools.tables import (
    GIVEN,
    STAYS,
    children,
    classes,
    consents,
    guardianships,
    schools,
    teachers,
    years,
)

NAME, NUMBER = "school_children.name", "school_children.number"
CONSENTED = (
    select(consents.c.id)
    .where(consents.c.child_id == children.c.id, consents.c.person_id == guardianships.c.person_id, GIVEN)
    .exists()
)
CLASS = (
    select(classes.c.id, classes.c.name, classes.c.join_code, classes.c.year_id, years.c.school_id)
    .add_columns(years.c.last_day, schools.c.name.label("school"))
    .select_from(classes.join(years).join(schools))
    .where(years.c.ended_at.is_(None))
    .order_by(schools.c.name, classes.c.name, classes.c.id)
)


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of a year; `last_day` is the year's."""

    id: int
    name: str
    school: str
    school_id: int
    year_id: int
    join_code: str
    last_day: date

    @property
    def called(self) -> str:
        """As both languages write it: 示范小学3-2."""
        return f"{self.school}{self.name}"


@dataclass(frozen=True, slots=True)
class Child:
    """A guardian's child. `consent_missing`: under age, and this guardian has not consented."""

    id: int
    class_id: int
    name: str
    consent_missing: bool


async def class_of(work: Work, class_id: int) -> SchoolClass:
    """Raises Refusal for one that is not there, or not any more."""
    return await _one(work, classes.c.id == class_id)


async def by_join_code(work: Work, code: str) -> SchoolClass:
    """Raises Refusal for a code of no class."""
    return await _one(work, classes.c.join_code == code.upper())


async def is_teacher_of(work: Work, person_id: int, class_id: int) -> bool:
    """Today."""
    return await work.first(CLASS.where(_taught_by(work, person_id), classes.c.id == class_id)) is not None


async def is_guardian_in(work: Work, person_id: int, class_id: int) -> bool:
    """Today: may read what the class is told."""
    return await work.first(CLASS.where(_cared_by(work, person_id), classes.c.id == class_id)) is not None


async def taught_by(work: Work, person_id: int) -> Sequence[SchoolClass]:
    """The classes of a teacher."""
    return [_class(row) for row in await work.all(CLASS.where(_taught_by(work, person_id)))]


async def read_by(work: Work, person_id: int) -> Sequence[SchoolClass]:
    """The classes whose updates a guardian may read."""
    return [_class(row) for row in await work.all(CLASS.where(_cared_by(work, person_id)))]


async def joined_by(work: Work, person_id: int) -> Sequence[SchoolClass]:
    """The classes of a guardian, those too that wait for the consent."""
    mine = select(children.c.class_id).select_from(guardianships.join(children))
    theirs = mine.where(guardianships.c.person_id == person_id, STAYS)
    return [_class(row) for row in await work.all(CLASS.where(classes.c.id.in_(theirs)))]


async def children_of(work: Work, person_id: int) -> Sequence[Child]:
    """A guardian's children, those whose consent is missing too."""
    mine = (
        select(children.c.id, children.c.class_id, children.c.name, children.c.born_on)
        .add_columns(CONSENTED.label("consented"))
        .select_from(children.join(guardianships))
        .where(STAYS, guardianships.c.person_id == person_id)
        .order_by(children.c.id)
    )
    return [
        Child(
            row.id, row.class_id, work.open(row.name, NAME), not row.consented and _young(work, row.born_on)
        )
        for row in await work.all(mine)
    ]


async def guardians_among(
    work: Work, person_ids: Collection[int], class_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Of these people and classes: (person, class) for whoever may read it today."""
    among = (
        bulk.among(work, guardianships.c.person_id, person_ids),
        bulk.among(work, children.c.class_id, class_ids),
    )
    joined = guardianships.join(children).join(classes).join(years)
    mine = (
        select(guardianships.c.person_id, children.c.class_id)
        .select_from(joined)
        .where(*among, STAYS, may_be_kept(work), years.c.ended_at.is_(None))
    )
    return {(row.person_id, row.class_id) for row in await work.all(mine)}


async def names_in(work: Work, class_id: int) -> list[str]:
    """Of all children of a class. For comparing, never for showing."""
    rows = await work.all(select(children.c.name).where(children.c.class_id == class_id))
    return [work.open(row.name, NAME) for row in rows]


async def teachers_of(work: Work, class_id: int) -> Sequence[int]:
    """The people who teach it today."""
    mine = select(teachers.c.person_id).where(teachers.c.class_id == class_id, _today(work))
    return [row.person_id for row in await work.all(mine.order_by(teachers.c.person_id))]


async def count_guardians(work: Work, class_id: int) -> int:
    """How many people read this class."""
    mine = guardians_in(work, class_id).subquery()
    return int(await work.scalar(select(func.count()).select_from(mine)) or 0)


def guardians_in(work: Work, class_id: int) -> Any:
    """A statement: `person_id` of everybody who reads this class, each once."""
    joined = guardianships.join(children)
    mine = (children.c.class_id == class_id) & STAYS & may_be_kept(work)
    return select(guardianships.c.person_id).select_from(joined).where(mine).distinct()


def _cared_by(work: Work, person_id: int) -> ColumnElement[bool]:
    joined = guardianships.join(children)
    mine = (guardianships.c.person_id == person_id) & STAYS & may_be_kept(work)
    return classes.c.id.in_(select(children.c.class_id).select_from(joined).where(mine))


def _taught_by(work: Work, person_id: int) -> ColumnElement[bool]:
    mine = select(teachers.c.class_id).where(teachers.c.person_id == person_id, _today(work))
    return classes.c.id.in_(mine)


def _today(work: Work) -> ColumnElement[bool]:
    return teachers.c.last_day.is_(None) | (teachers.c.last_day >= work.today)


def may_be_kept(work: Work) -> ColumnElement[bool]:
    """Of a child joined with a guardianship: old enough, or this guardian consents."""
    return CONSENTED | (children.c.born_on <= rules.born_by(work.today, work.city.tariff.school.consent_age))


def _young(work: Work, born_on: date) -> bool:
    return rules.needs_consent(born_on, work.today, work.city.tariff.school.consent_age)


async def _one(work: Work, which: ColumnElement[bool]) -> SchoolClass:
    row = await work.first(CLASS.where(which))
    if row is None:
        raise Refusal("school.no_class")
    return _class(row)


def _class(row: Row[Any]) -> SchoolClass:
    return SchoolClass(row.id, row.name, row.school, row.school_id, row.year_id, row.join_code, row.last_day)
