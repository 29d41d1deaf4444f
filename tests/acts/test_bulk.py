"""Sets of rows: found in one statement, written in one go, the same on both dialects."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.exc import DataError, IntegrityError

from models.base import audit, bulk
from models.base.audit import events
from models.base.db import Database, Work
from models.identity.tables import people
from models.violations.tables import offences
from tests.databases import on_postgresql

CODES = ["1039", "1352", "1625"]


def offence(code: str, **more: Any) -> dict[str, Any]:
    """A row of the catalogue."""
    row = {"authority": "442000", "code": code, "valid_from": date(2022, 4, 1), "conduct": "违停 \t\\ 'x'"}
    return {**row, "conduct_en": "", "basis": "", "fine_words": "", "measures": "", "points": None, **more}


def person(number: int) -> dict[str, Any]:
    """A row of the register, its index not the index of anything."""
    index = bytes([number]) * 32
    born, now = date(1990, 5, 20), datetime(2026, 3, 2, 10, 0, 0, 123456, UTC)
    return {"name": "n", "resident_id": "r", "resident_id_index": index, "born_on": born, "created_at": now}


async def found(work: Work, statement: Select[Any]) -> list[Any]:
    return [row[0] for row in await work.all(statement)]


async def test_rows_are_read_as_they_were_written(database: Database) -> None:
    """Texts of any kind, bytes, days, instants, nothing."""
    async with database.begin("system:test") as work:
        await bulk.append(work, people, [person(number) for number in range(3)])
        await bulk.append(work, offences, [offence("1039", points=3), offence("1101")])
    async with database.read() as work:
        rows = await work.all(select(people).order_by(people.c.id))
        assert [row.resident_id_index for row in rows] == [bytes([number]) * 32 for number in range(3)]
        assert {(row.born_on, row.created_at) for row in rows} == {
            (date(1990, 5, 20), datetime(2026, 3, 2, 10, 0, 0, 123456, UTC))
        }
        kept = await work.all(select(offences).order_by(offences.c.code))
        assert [(row.points, row.conduct) for row in kept] == [(3, "违停 \t\\ 'x'"), (None, "违停 \t\\ 'x'")]


async def test_no_rows_are_no_trouble(database: Database) -> None:
    async with database.begin("system:test") as work:
        await bulk.append(work, people, [])
        assert await found(work, select(people.c.id)) == []


async def test_rows_go_with_the_unit_of_work(database: Database) -> None:
    """Also when writing them is the first thing that happens in it."""

    async def fails() -> None:
        async with database.begin("system:test") as work:
            await bulk.append(work, people, [person(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with database.read() as work:
        assert await found(work, select(people.c.id)) == []


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        pytest.param([person(1), person(1)], IntegrityError, id="twice the same key"),
        pytest.param([{**person(1), "name": None}], IntegrityError, id="nothing where something must be"),
    ],
)
async def test_a_row_that_cannot_go_in_takes_all_of_them_with_it_and_nothing_else(
    database: Database, rows: list[dict[str, Any]], problem: type[Exception]
) -> None:
    async with database.begin("system:test") as work:
        await bulk.append(work, people, [person(9)])
        with pytest.raises(problem):
            async with work.attempt():
                await bulk.append(work, people, [person(2), *rows])
        assert await found(work, select(people.c.resident_id_index)) == [bytes([9]) * 32]


@on_postgresql
async def test_a_value_that_is_too_long_is_told_as_such(database: Database) -> None:
    async with database.begin("system:test") as work:
        with pytest.raises(DataError):
            async with work.attempt():
                await bulk.append(work, offences, [offence("1039-too-long")])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(["1039", "1625", "9999"], ["1039", "1625"], id="some that are there"),
        pytest.param([], [], id="none"),
        pytest.param(["1352"] * 3, ["1352"], id="the same one three times"),
        pytest.param([f"{number}" for number in range(1000, 3000)], CODES, id="two thousand"),
    ],
)
async def test_among(database: Database, wanted: list[str], expected: list[str]) -> None:
    async with database.begin("system:test") as work:
        await bulk.append(work, offences, [offence(code) for code in CODES])
        mine = bulk.among(work, offences.c.code, wanted)
        assert await found(work, select(offences.c.code).where(mine).order_by(offences.c.code)) == expected


async def test_pairs_are_found_as_pairs(database: Database) -> None:
    """Not the one of the first with the other of the second."""
    keys = [("442000", "1039"), ("110000", "1352")]
    async with database.begin("system:test") as work:
        rows = [offence(code, authority=city) for city in ("442000", "110000") for code in ("1039", "1352")]
        await bulk.append(work, offences, rows)
        mine = bulk.pairs_among(work, offences.c.authority, offences.c.code, keys)
        pairs = [
            tuple(row) for row in await work.all(select(offences.c.authority, offences.c.code).where(mine))
        ]
        assert sorted(pairs) == sorted(keys)


async def test_many_audit_events_are_what_one_after_the_other_would_be(database: Database) -> None:
    touched = [("case 3", 7), ("case 1", None), ("case 2", 8)]
    async with database.begin("system:test") as work:
        await audit.record_all(work, "case.notified", touched)
        for subject, person_id in touched:
            await audit.record(work, "case.notified", subject, person_id=person_id)
    async with database.begin("system:sealer") as work:
        assert await audit.seal(work) == 6
        rows = await work.all(select(events).order_by(events.c.id))
        content = [tuple(row)[1:] for row in rows]
        assert content[:3] == content[3:]
        assert await audit.verify(work) == audit.Verdict(6, None, 0)
