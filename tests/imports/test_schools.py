"""What becomes of one row of a school's lists, and of what hung on a child whose row changed."""

import pytest
from sqlalchemy import func, select

from bot.reasons import SENTENCES
from models.schools.tables import children, guardianships, listed_guardians, schools, years
from tests.imports.conftest import CHILD, CLASS, TEACHER, Desk
from tests.imports.test_kinds import CHANGED, NEW, UNCHANGED, outcome


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        pytest.param("classes", CLASS, UNCHANGED, id="a class again"),
        pytest.param("classes", CLASS.replace("3-2", "3-1"), NEW, id="another class"),
        pytest.param(
            "classes", CLASS.replace("3-2", "３－２"), UNCHANGED, id="a class in full-width characters"
        ),
        pytest.param("classes", CLASS.replace("07-10", "07-17"), CHANGED, id="a longer year"),
        pytest.param("classes", CLASS.replace("示范", "实验"), CHANGED, id="a school that was renamed"),
        pytest.param(
            "classes", "S1,示范小学,4-2,2026-09-01,2027-07-09", NEW, id="the first class of the next year"
        ),
        pytest.param("teachers", TEACHER, UNCHANGED, id="a teacher again"),
        pytest.param("teachers", f"{TEACHER}2026-03-31", CHANGED, id="a teacher's last day"),
        pytest.param("children", CHILD, UNCHANGED, id="a child again"),
        pytest.param(
            "children", CHILD.replace("01;", "01、 +86 "), UNCHANGED, id="phones parted in another way"
        ),
        pytest.param("children", CHILD.replace("0317", "0318"), NEW, id="another child"),
        pytest.param("children", CHILD.replace("李小明", "李晓明"), CHANGED, id="a name that was mended"),
        pytest.param("children", CHILD.replace(";13800010002", ""), CHANGED, id="one guardian fewer"),
        pytest.param("children", CHILD.replace("3-2", ""), CHANGED, id="a child that has left"),
        pytest.param("children", "S1,,9,李大明,2015-01-01,", UNCHANGED, id="one that was never there"),
    ],
)
async def test_a_row_that_is_taken(school_desk: Desk, kind: str, row: str, expected: tuple[int, ...]):
    assert outcome(await school_desk.give(kind, row)) == expected


@pytest.mark.parametrize(
    ("kind", "row", "key"),
    [
        pytest.param("classes", CLASS.replace("S1", "S-1"), "school.code", id="a code with a hyphen"),
        pytest.param("classes", CLASS.replace("示范小学", ""), "school.name", id="a school without a name"),
        pytest.param("classes", CLASS.replace("3-2", "三年级 2班"), "school.class", id="a class with a gap"),
        pytest.param("classes", CLASS.replace("2026-07", "2027-07"), "school.year", id="two years in one"),
        pytest.param("classes", CLASS.replace("2025-09", "2025/09"), "school.year", id="no day"),
        pytest.param("teachers", TEACHER.replace("S1", "S2"), "school.unknown_school", id="no such school"),
        pytest.param("teachers", TEACHER.replace("3-2", "3-9"), "school.unknown_class", id="no such class"),
        pytest.param("teachers", f"{TEACHER}soon", "school.last_day", id="no last day"),
        pytest.param(
            "teachers",
            TEACHER.replace("442000188503121375", "442000188708212481"),
            "register.unknown_person",
            id="somebody nobody knows",
        ),
        pytest.param(
            "children", CHILD.replace("20230317", "442000201605201234"), "child.number", id="a resident ID"
        ),
        pytest.param("children", CHILD.replace("李小明", ""), "child.name", id="no name"),
        pytest.param("children", CHILD.replace("2016", "2036"), "child.birth_date", id="not born yet"),
        pytest.param("children", CHILD.replace("138", "128"), "error.phone", id="no mobile number"),
        pytest.param(
            "children", CHILD + "".join(f";1380001010{n}" for n in range(5)), "child.guardians", id="a crowd"
        ),
    ],
)
async def test_a_row_that_is_rejected(school_desk: Desk, kind: str, row: str, key: str):
    assert outcome(await school_desk.give(kind, row)) == (0, 0, 0, 1)
    assert [each["reason"] for each in school_desk.rejected(kind)] == [SENTENCES[key]]


async def test_a_class_of_the_newest_year_is_meant(school_desk: Desk):
    await school_desk.give("classes", CLASS.replace("2025-09-01,2026", "2026-09-01,2027"))
    assert outcome(await school_desk.give("children", CHILD)) == CHANGED
    async with school_desk.database.read() as work:
        assert await work.scalar(select(func.count()).select_from(years)) == 2
        assert await work.scalar(select(func.count()).select_from(schools)) == 1


async def test_nothing_of_a_child_is_legible(school_desk: Desk):
    async with school_desk.database.read() as work:
        child = await work.first(select(children))
        assert child is not None
        assert not any(written in repr(child) for written in ("李小明", "20230317"))
        assert "138" not in repr(await work.first(select(listed_guardians)))


async def test_of_a_child_that_left_nothing_stays(school_desk: Desk):
    await school_desk.give("children", CHILD.replace("3-2", ""))
    async with school_desk.database.read() as work:
        for table in (children, listed_guardians, guardianships):
            assert await work.scalar(select(func.count()).select_from(table)) == 0
