"""Rows of a school's lists: its classes, who teaches them, its children with the phones of their guardians."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from bot.imports.days import read_day, read_past_day
from models.base.db import Work
from models.base.errors import BadInput
from models.identity.rules import read_phone, read_resident_id, tidy
from models.schools import registers
from models.schools.registers import ChildEntry, ClassEntry, TeacherEntry

CLASS_COLUMNS = ("school_code", "school", "class", "year_begins", "year_ends")
TEACHER_COLUMNS = ("school_code", "class", "resident_id", "last_day")
CHILD_COLUMNS = ("school_code", "class", "number", "name", "birth_date", "guardian_phones")
SCHOOL_CODE = re.compile(r"[0-9A-Z]{1,16}")
CLASS_NAME = re.compile(r"[^\s,;,;。]{1,16}")
NUMBER = re.compile(r"[0-9A-Z\-]{1,16}")  # too short for a resident ID
LONGEST_YEAR = timedelta(days=400)
LONGEST_SCHOOL, LONGEST_NAME, MOST_GUARDIANS = 64, 40, 6


def read_class(row: Mapping[str, str], today: date) -> ClassEntry:
    """Raises BadInput."""
    del today
    if not 1 <= len(row["school"]) <= LONGEST_SCHOOL:
        raise BadInput("school.name")
    first = read_day(row["year_begins"], "school.year")
    last = read_day(row["year_ends"], "school.year")
    if not first < last <= first + LONGEST_YEAR:
        raise BadInput("school.year")
    return ClassEntry(_school_code(row), row["school"], _class_name(row), first, last)


def read_teacher(row: Mapping[str, str], today: date) -> TeacherEntry:
    """Raises BadInput."""
    del today
    last_day = read_day(row["last_day"], "school.last_day") if row["last_day"] else None
    return TeacherEntry(_school_code(row), _class_name(row), read_resident_id(row["resident_id"]), last_day)


def read_child(row: Mapping[str, str], today: date) -> ChildEntry:
    """A row without a class says that the child has left. Raises BadInput."""
    number = tidy(row["number"])
    if not NUMBER.fullmatch(number):
        raise BadInput("child.number")
    if not 1 <= len(row["name"]) <= LONGEST_NAME:
        raise BadInput("child.name")
    return ChildEntry(
        school_code=_school_code(row),
        class_name=_class_name(row) if row["class"] else "",
        number=number,
        name=row["name"],
        born_on=read_past_day(row["birth_date"], today, "child.birth_date"),
        phones=_phones(row["guardian_phones"]),
    )


async def enter_class(work: Work, entry: ClassEntry) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await registers.enter_class(work, entry)


async def enter_teacher(work: Work, entry: TeacherEntry) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await registers.enter_teacher(work, entry)


async def enter_child(work: Work, entry: ChildEntry) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await registers.enter_child(work, entry)


def _phones(cell: str) -> frozenset[str]:
    """Several are parted by semicolons."""
    parts = [part for part in re.split(r"[;；、/]", cell) if part.strip()]
    if len(parts) > MOST_GUARDIANS:
        raise BadInput("child.guardians")
    return frozenset(map(read_phone, parts))


def _school_code(row: Mapping[str, str]) -> str:
    code = tidy(row["school_code"])
    if not SCHOOL_CODE.fullmatch(code):
        raise BadInput("school.code")
    return code


def _class_name(row: Mapping[str, str]) -> str:
    name = tidy(row["class"])
    if not CLASS_NAME.fullmatch(name):
        raise BadInput("school.class")
    return name
