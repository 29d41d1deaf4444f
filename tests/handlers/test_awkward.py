"""The citizens for whom the simple answer is wrong: 500 cases, a name that forty people have, a car sold yesterday, two vehicles with one
number."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from models.base.db import Database
from models.base.prepared import Prepared
from models.base.texts import CHINESE, ENGLISH
from models.flows import registration
from models.identity import acts as identity
from models.identity import companies
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.violations import entering
from models.violations.acts import Recorded
from tests.conftest import START
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.helpers import C1, LI_MING, LI_PLATE, WANG_FANG, WANG_PLATE, decided_case, report, resident_id

MANY = 500


@dataclass
class Counted:
    """A reader that counts what it is asked; and whatever goes past it, by the engines."""

    reader: Any
    statements: list[str]

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> list[Any]:
        self.statements.append(str(prepared.statement))
        rows: list[Any] = await self.reader.rows(prepared, params)
        return rows

    async def close(self) -> None:
        await self.reader.close()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """All that are asked of the database within."""
    asked: list[str] = []
    reader, database._merging = database._merging, Counted(database._merging, asked)

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    engines = {database._reader.sync_engine, database._writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield asked
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    database._merging = reader


async def recorded(world: World, count: int) -> list[str]:
    """So many cases of Li Ming, from one file."""
    reports = [report(f"M{n}", occurred_at=START - timedelta(days=1, minutes=n)) for n in range(count)]
    async with world.database.begin("import:violations") as work:
        outcomes = await entering.record_all(work, reports)
    return [each.number for each in outcomes if isinstance(each, Recorded)]


@pytest.mark.parametrize(
    ("cases", "text", "asked"),
    [
        pytest.param(2, "罚单", 2, id="the plain look-up: the account and the cases"),
        pytest.param(5, "罚单", 2, id="a whole screen"),
        pytest.param(MANY, "罚单", 3, id="the first of a hundred screens"),
        pytest.param(MANY, "罚单 第50页", 2, id="one in the middle"),
        pytest.param(MANY, "罚单 第100页", 2, id="the last"),
        pytest.param(MANY, "罚单 粤T12345", 2, id="by the plate"),
        pytest.param(MANY, "罚单 已办结", 2, id="none of them is closed"),
        pytest.param(MANY, "罚单 第999页", 4, id="beyond the end"),
    ],
)
async def test_a_screen_costs_the_same_however_many_cases_there_are(
    world: World, li: Chat, cases: int, text: str, asked: int
):
    numbers = await recorded(world, cases)
    with statements(world.database) as counted:
        answer = await li.say(text)
    assert len(counted) == asked
    shown = [number for number in numbers if number in answer]
    assert len(shown) == (0 if "已办结" in text else min(cases, 5))


async def test_five_hundred_cases_are_walked_through_each_once(world: World, li: Chat):
    numbers = await recorded(world, MANY)
    seen = []
    answer = await li.say("罚单")
    for _ in range(MANY // 5):
        seen += [number for number in numbers if number in answer]
        if len(seen) < MANY:
            answer = await li.say("更多")
    assert (len(seen), set(seen)) == (MANY, set(numbers))


async def name_sakes(world: World, count: int) -> list[PersonEntry]:
    """So many people called 赵磊, each with a licence."""
    entries = [
        PersonEntry(
            Claim(
                "赵磊", resident_id(f"1870{n % 12 + 1:02d}{n % 28 + 1:02d}", f"{n:03d}"), f"1390000{n:04d}"
            ),
            date(1980, 1, 1),
        )
        for n in range(1, count + 1)
    ]
    async with world.database.begin("import:people") as work:
        for entry in entries:
            await registration.enter_person(work, entry, C1)
    return entries


async def test_a_name_that_forty_people_have(world: World, li: Chat):
    """One cannot find out how many there are, or who: two of a name and forty get the same answer."""
    number = await lives.recorded(world)
    people = await name_sakes(world, 2)
    of_two = await li.say(f"转给 {number} 赵磊")
    assert li.heard("nominate.shared_name")
    people += await name_sakes(world, 40)
    assert await li.say(f"转给 {number} 赵磊") == of_two
    assert "40" not in of_two.replace(number, "")
    told = of_two.replace(number, "")
    assert not any(each.claim.phone[-4:] in told or each.claim.resident_id[-4:] in told for each in people)
    await li.say(f"转给 {number} 赵磊 0000")
    assert li.heard("nominate.unknown_name")
    await li.say(f"转给 {number} 赵磊 {people[30].claim.phone[-4:]}")
    assert li.heard("nominate.asked")


async def test_a_car_that_was_sold_yesterday(world: World, li: Chat, wang: Chat):
    """What happened before is the seller's, what happened since the buyer's; neither sees anything of the other's."""
    sold_on = START.date() - timedelta(days=1)
    async with world.database.begin("import:vehicles") as work:
        sold = VehicleEntry(LI_PLATE, "小型汽车", WANG_FANG.claim.resident_id, sold_on)
        assert await identity.enter_vehicle(work, sold) == "new"
    at = {"the day before": START - timedelta(days=2), "that day": START - timedelta(days=1)}
    async with world.database.begin("import:violations") as work:
        outcomes = await entering.record_all(
            work, [report(f"S{n}", occurred_at=when) for n, when in enumerate(at.values())]
        )
    before, after = (each.number for each in outcomes if isinstance(each, Recorded))
    assert [number in await li.say("罚单 粤T12345") for number in (before, after)] == [True, False]
    assert [number in await wang.say("fines 粤T12345") for number in (before, after)] == [False, True]
    for chat, number in ((li, after), (wang, before)):
        for text in (number, f"接受 {number}", f"照片 {number}"):
            await chat.say(text)
            assert chat.heard("case.unknown")


@pytest.fixture
async def lorry_and_car(world: World) -> list[str]:
    """Li Ming's car, a trailer and a lorry with one number; a case of each, the trailer's last."""
    numbers = [await lives.recorded(world)]
    for kind, vehicle_type in (("01", "大型汽车"), ("15", "挂车")):
        plate = replace(LI_PLATE, kind=kind)
        async with world.database.begin("import:vehicles") as work:
            owned = VehicleEntry(plate, vehicle_type, LI_MING.claim.resident_id, date(2020, 1, 1))
            await identity.enter_vehicle(work, owned)
        numbers.append(await lives.recorded(world, f"K{kind}", plate=plate))
    return numbers


async def test_two_vehicles_with_one_number_are_never_taken_for_one(
    lorry_and_car: list[str], world: World, li: Chat
):
    car, lorry, trailer = lorry_and_car
    await li.say("罚单 粤T12345")
    assert li.heard("fines.which_vehicle")
    assert not any(number in li.reply.text for number in lorry_and_car)
    assert li.reply.choices == ("罚单 粤T12345 种类01", "罚单 粤T12345 种类02", "罚单 粤T12345 种类15")
    for tapped, number in (("1", lorry), ("2", car), ("3", trailer)):
        await li.say("罚单 粤T12345")
        answer = await li.say(tapped)
        assert [each in answer for each in lorry_and_car] == [each == number for each in lorry_and_car]
    assert "挂车" in await li.say(trailer)
    await li.say("罚单 粤T12345 种类07")
    assert li.heard("fines.none_of_plate.open")


async def test_the_same_in_english(lorry_and_car: list[str], world: World):
    li = world.chat("o-li", "en")
    await li.say("English")
    answer = await li.say("fines 粤T12345")
    assert li.heard("fines.which_vehicle")
    assert all(kind in answer for kind in ("large vehicle", "small car", "trailer"))
    assert lorry_and_car[2] in await li.say("fines 粤T12345 kind 15")


async def test_who_has_one_vehicle_of_a_number_is_not_asked(world: World, li: Chat, wang: Chat):
    """A lorry of somebody else's with the same number is nobody's business here."""
    async with world.database.begin("import:vehicles") as work:
        owned = VehicleEntry(
            Plate("01", LI_PLATE.number), "大型汽车", WANG_FANG.claim.resident_id, date(2020, 1, 1)
        )
        await identity.enter_vehicle(work, owned)
    hers = await lives.recorded(world, "W1", plate=Plate("01", LI_PLATE.number))
    mine = await lives.recorded(world)
    assert mine in await li.say("罚单 粤T12345")
    assert hers in await wang.say("fines 粤T12345")


UNKNOWN = "442012003480"  # a case number as it should be, of no case
OF_A_CASE = (
    *("{}", "案件 {}", "照片 {}", "接受 {}", "确认 {}", "缴款 {}", "缴款 {} 50", "收据 {}"),
    *(
        "转给 {}",
        "转给 {} 陈晓",
        "撤回 {}",
        "申诉 {} 红灯时我在让救护车",
        "复议 {} 红灯时我在让救护车",
        "撤回申诉 {}",
    ),
    *("延期 {} 这个月失业了", "分期 {} 3 这个月失业了", "撤回延期 {}"),
)


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
async def test_whatever_is_asked_of_what_is_not_ones_own_it_is_as_if_there_were_no_such_case(
    world: World, li: Chat, language: str
):
    """A neighbour's, open and decided, and that of the van of a company for which he may not act."""
    firm = companies.Company("中山市示范物流有限公司", "91442000MA4ABCDE1L", "13900000077")
    van = VehicleEntry(Plate("02", "粤T77777"), "小型汽车", firm.number, date(2020, 1, 1))
    async with world.database.begin("import:vehicles") as work:
        await companies.enter_company(work, firm)
        await identity.enter_vehicle(work, van)
        decided = await decided_case(work, world.town.wang_fang, "D1", plate=WANG_PLATE)
    recorded = [
        await lives.recorded(world, f"N{count}", plate=plate)
        for count, plate in enumerate((WANG_PLATE, van.plate))
    ]
    await li.say("中文" if language == CHINESE else "English")
    for theirs in (*recorded, decided):
        for text in OF_A_CASE:
            answers = [
                (await li.say(text.format(number))).replace(number, "") for number in (theirs, UNKNOWN)
            ]
            assert answers[0] == answers[1], text
