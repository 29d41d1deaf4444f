"""Reads that arrive together go to the database together; the plain way is their oracle, on both dialects."""

import asyncio
import importlib
import pkgutil
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import (
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
)

import models
from models.base.crypto import Vault
from models.base.db import Database, Instant, Work
from models.base.errors import DatabaseAway
from models.base.prepared import Prepared
from models.identity import keys
from models.identity import store as identity
from models.identity.tables import accounts, vehicles
from models.identity.tables import people as people_table
from models.restrictions import clearance
from models.violations import listing
from models.violations import store as violations
from models.violations.tables import cases
from tests.conftest import START
from tests.helpers import LI_MING, LI_PLATE, WANG_PLATE, Town, decided_case, recorded_case

Params = dict[str, Any]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


WHOSE: list[Params] = [{"person": 1}, {"person": 99}, {"person": 2}, {"person": 1}]
VAULT = Vault({"t1": bytes(range(32))}, current="t1", index_key=bytes(32))  # that of the tests' city
PLATED: Params = {"plate": VAULT.index(LI_PLATE.number, identity.PLATE), "kind": LI_PLATE.kind}
SCREENS = [
    pytest.param(
        statement,
        [{**who, "skip": skip, **dict([*PLATED.items()][:named])} for skip in (0, 1) for who in WHOSE],
        id=f"a screen of {'closed' if closed else 'open'} cases, named by {named}",
    )
    for (closed, named), statement in listing.SCREENS.items()
]
OF_PLATE = [
    pytest.param(statement, [{"person": 1, "plate": PLATED["plate"]}], id=f"kinds of a plate, {closed}")
    for (closed, _), statement in listing.KINDS.items()
]
# Every prepared statement there is: who finds something (more than once), who finds nothing.
STATEMENTS = [
    pytest.param(violations.OPEN_OF, [{"person": n} for n in (1, 2, 99, 1, 3, 1)], id="open cases"),
    pytest.param(listing.FIRST, WHOSE, id="a first screen"),
    *SCREENS,
    *OF_PLATE,
    pytest.param(violations.BY_NUMBER, [{"number": "000000000000"}], id="no such case"),
    pytest.param(
        identity.CONTACT, [{"person": n} for n in (2, 1, 2, 99)], id="a contact, joined and counted"
    ),
    pytest.param(
        identity.BY_RESIDENT_ID,
        [
            {"found": VAULT.index(number, identity.RESIDENT_ID)}
            for number in (LI_MING.claim.resident_id, "nobody's", LI_MING.claim.resident_id)
        ],
        id="a person by resident ID",
    ),
    pytest.param(
        keys.IN_FORCE, [{"key": "k-1", "now": START}, {"key": "none", "now": START}], id="a key in force"
    ),
    pytest.param(
        clearance.HELD,
        [{"person": n, "mode": "air", "day": START.date()} for n in (1, 99)],
        id="whether somebody may travel",
    ),
    pytest.param(identity.ACCOUNT, [{"openid": o} for o in ("o-li", "o-nobody", "o-li")], id="an account"),
]
COLOURS = Enum(Colour, native_enum=False)  # kept by name, which is not the value
MOMENT, DAY = START.astimezone(UTC), START.date()
born = people_table.c.born_on
KINDS = [
    pytest.param(
        select(people_table.c.id).where(born < bindparam("day")),
        [{"day": DAY}, {"day": date.min}],
        id="a day",
    ),
    pytest.param(
        select(people_table.c.created_at, literal(MOMENT, Instant).label("then"))
        .where(people_table.c.created_at <= bindparam("at"))
        .order_by(people_table.c.id.desc()),
        [{"at": START}, {"at": START - timedelta(seconds=1)}, {"at": MOMENT}],
        id="a moment, in any zone",
    ),
    pytest.param(
        select(vehicles.c.plate_index)
        .where(vehicles.c.plate_index > bindparam("low"))
        .order_by(vehicles.c.plate_index),
        [{"low": b""}, {"low": b"\x80"}, {"low": b"\xff" * 33}],
        id="bytes",
    ),
    pytest.param(
        select(literal("x").label("one")).where(
            literal("o" * 70, String) == bindparam("text", type_=String(64))
        ),
        [{"text": "o" * 70}, {"text": "o" * 64}],
        id="text longer than its column",
    ),
    pytest.param(
        select(cast(bindparam("amount", type_=Numeric(10, 2)), Numeric(10, 2)).label("amount")),
        [{"amount": Decimal("1.25")}, {"amount": Decimal("7.00")}, {"amount": None}],
        id="numeric",
    ),
    pytest.param(
        select(
            cast(bindparam("colour", type_=COLOURS), COLOURS).label("c"),
            literal(Colour.BLUE, COLOURS).label("d"),
        ),
        [{"colour": Colour.RED}, {"colour": Colour.BLUE}, {"colour": None}],
        id="enum",
    ),
    pytest.param(
        select(
            null().label("empty"), cast(null(), LargeBinary).label("none"), literal(True).label("yes")
        ).where(people_table.c.id == bindparam("person")),
        [{"person": 1}, {"person": 1}],
        id="nothing and yes",
    ),
    pytest.param(
        select(people_table.c.id, accounts.c.following)
        .select_from(people_table.outerjoin(accounts, accounts.c.person_id == people_table.c.id))
        .where(people_table.c.id >= bindparam("low"), people_table.c.id.in_([1, 2, 3]))
        .order_by(people_table.c.id.desc()),
        [{"low": 1}, {"low": 3}, {"low": 4}],
        id="an outer join, an IN list, downwards",
    ),
    pytest.param(
        select(people_table.c.id)
        .where(people_table.c.id.in_(bindparam("ids", expanding=True)))
        .order_by(people_table.c.id),
        [{"ids": [3, 1]}, {"ids": []}, {"ids": [2]}],
        id="an IN list as a parameter",
    ),
    pytest.param(
        select(people_table.c.id)
        .where(people_table.c.id > bindparam("low"))
        .order_by(people_table.c.id.desc())
        .limit(1),
        [{"low": 0}, {"low": 2}, {"low": 9}],
        id="the last one",
    ),
    pytest.param(
        select(cases.c.liable_id, func.count().label("open"))
        .where(cases.c.liable_id >= bindparam("low"))
        .group_by(cases.c.liable_id)
        .order_by(func.count().desc(), cases.c.liable_id),
        [{"low": 0}, {"low": 2}],
        id="counted by person",
    ),
    pytest.param(
        select(cases.c.liable_id)
        .where(cases.c.liable_id >= bindparam("low"))
        .distinct()
        .order_by(cases.c.liable_id),
        [{"low": 0}, {"low": 2}],
        id="distinct",
    ),
    pytest.param(
        select(
            bindparam("one", type_=Integer).label("one"), bindparam("two", type_=Integer).label("two")
        ).where(bindparam("one", type_=Integer) == bindparam("one", type_=Integer)),
        [{"one": 1, "two": 2}, {"one": 2, "two": 1}],
        id="a parameter three times",
    ),
    pytest.param(select(people_table.c.id).order_by(people_table.c.id), [{}, {}, {}], id="no parameters"),
]


@pytest.fixture
async def town(database: Database, people: Town) -> Town:
    """Some cases, some accounts."""
    async with database.begin("api:cameras") as work:
        await recorded_case(work, "R1", plate=LI_PLATE)
        await decided_case(work, people.li_ming, "R2", plate=LI_PLATE)
        await recorded_case(work, "R3", plate=WANG_PLATE)
        await identity.save_account(work, "o-li", person_id=people.li_ming)
    return people


async def ask(database: Database, prepared: Prepared, params: Params) -> list[Any]:
    async with database.read() as work:
        return list(await work.all(prepared, params))


async def plain(work: Work, prepared: Prepared, many: Sequence[Params]) -> list[list[Any]]:
    return [list(await work.all(prepared.statement, params)) for params in many]


def seen(answers: Sequence[Sequence[Any]]) -> list[list[tuple[Any, ...]]]:
    """Names, values, their types and zones."""
    return [
        [tuple((n, v, type(v), getattr(v, "tzinfo", None)) for n, v in row._asdict().items()) for row in rows]
        for rows in answers
    ]


def test_every_prepared_statement_is_compared():
    names = [
        found.name
        for found in pkgutil.walk_packages(models.__path__, "models.")
        if "migrations" not in found.name
    ]
    modules = [importlib.import_module(name) for name in names]
    things = [thing for module in modules for thing in vars(module).values()]
    things += [one for thing in things if isinstance(thing, dict) for one in thing.values()]
    there_are = {thing for thing in things if isinstance(thing, Prepared)}
    assert there_are == {case.values[0] for case in STATEMENTS}


@pytest.mark.parametrize(("prepared", "many"), STATEMENTS)
async def test_merged_and_plain_reads_agree(
    database: Database, town: Town, prepared: Prepared, many: list[Params]
):
    """Asked alone, and all at once."""
    async with database.begin("oracle") as work:
        oracle = seen(await plain(work, prepared, many))
    assert seen([await ask(database, prepared, params) for params in many]) == oracle
    assert seen(await asyncio.gather(*(ask(database, prepared, params) for params in many))) == oracle


@pytest.mark.parametrize(("statement", "many"), KINDS)
async def test_values_come_out_as_the_plain_way_has_them(
    database: Database, town: Town, statement: Any, many: list[Params]
):
    prepared = Prepared(statement)
    async with database.begin("oracle") as work:
        oracle = seen(await plain(work, prepared, many))
    assert seen([await ask(database, prepared, params) for params in many]) == oracle
    assert seen(await asyncio.gather(*(ask(database, prepared, params) for params in many))) == oracle


async def test_a_case_is_found_by_its_number_among_others(database: Database, town: Town):
    async with database.read() as work:
        numbers = [case.number for case in await violations.open_cases(work, town.li_ming)]
    wanted = [{"number": number} for number in (*numbers, "0", *reversed(numbers))]
    found = await asyncio.gather(*(ask(database, violations.BY_NUMBER, params) for params in wanted))
    assert [[row.number for row in rows] for rows in found] == [
        [n["number"]] if n["number"] != "0" else [] for n in wanted
    ]


async def test_each_of_many_readers_gets_its_own_answer(database: Database, people: Town):
    async def phone(person: int) -> str | None:
        async with database.read() as work:
            return (await identity.contact(work, person)).phone

    ids = [people.li_ming, people.wang_fang, people.chen_xiao] * 100
    phones = await asyncio.gather(*(phone(person) for person in ids))
    assert phones == ["13800000001", "13800000002", "13800000003"] * 100


async def test_a_read_sees_what_was_committed_before_it(database: Database, people: Town):
    for number in range(5):
        async with database.begin("api:cameras") as work:
            await recorded_case(work, f"R{number}")
        async with database.read() as work:
            assert len(await violations.open_cases(work, people.li_ming)) == number + 1


async def test_who_leaves_takes_nobody_along(database: Database, people: Town):
    leaving = asyncio.create_task(ask(database, violations.OPEN_OF, {"person": people.li_ming}))
    staying = asyncio.create_task(ask(database, violations.OPEN_OF, {"person": people.wang_fang}))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == []
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_whoever_asked_before_the_end_is_answered_and_nobody_after(database: Database, people: Town):
    asked = [asyncio.create_task(ask(database, violations.OPEN_OF, {"person": n})) for n in range(40)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*asked) == [[]] * 40
    with pytest.raises(DatabaseAway):
        await ask(database, violations.OPEN_OF, {"person": 1})


@pytest.mark.parametrize("params", [{"persn": 1}, {}, {"person": 1, "more": 2}])
async def test_parameters_are_the_statements_own_and_all_of_them(
    database: Database, people: Town, params: Params
):
    """A forgotten one would be NULL, and find nobody."""
    with pytest.raises(KeyError):
        await ask(database, violations.OPEN_OF, params)


async def test_nothing_is_written_in_a_reading_unit(database: Database, people: Town):
    async with database.read() as work:
        with pytest.raises(TypeError):
            await work.insert_new(people_table, {"born_on": START.date() - timedelta(days=1)})
