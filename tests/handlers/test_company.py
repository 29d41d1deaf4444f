"""代办 / act for: a company's van. Who is authorised sees and does what the company may, for a while, and the record names the person."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.imports import run
from models.base.audit import events
from models.identity import companies
from models.identity.rules import Plate
from models.violations import store
from models.violations.rules import State
from tests.conftest import START
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.helpers import LI_MING, PARKING, WANG_FANG

NAME, NUMBER, PHONE = "中山市示范物流有限公司", "91442000MA4ABCDE1L", "13900000077"
VAN = Plate("02", "粤T77777")


async def imported(world: World, folder: Path, kind: str, *rows: str) -> tuple[int, int]:
    """How many rows were new, and how many changed; none is rejected."""
    file = folder / f"{kind}.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    summary = await run(world.database, kind, file, lambda done, total: None)
    assert summary.rejected == 0
    return summary.new, summary.changed


async def authorised(world: World, folder: Path, last_day: str = "") -> tuple[int, int]:
    """Li Ming may act for the company."""
    row = f"{NUMBER},{LI_MING.claim.resident_id},{last_day}"
    return await imported(world, folder, "authorised", "company_no,resident_id,last_day", row)


@pytest.fixture
async def company(world: World, tmp_path: Path) -> World:
    """The company, its van, and Li Ming, who may act for it."""
    rows = ("name,company_no,phone", f"{NAME},{NUMBER},{PHONE}")
    assert await imported(world, tmp_path, "companies", *rows) == (1, 0)
    assert await imported(world, tmp_path, "companies", *rows) == (0, 0)
    assert await authorised(world, tmp_path) == (1, 0)
    owned = (
        "plate,plate_kind,owner_resident_id,owned_since,vehicle_type",
        f"{VAN.number},02,{NUMBER},2020-01-01,小型汽车",
    )
    assert await imported(world, tmp_path, "vehicles", *owned) == (1, 0)
    return world


async def test_the_company_is_texted_and_its_case_is_nobodys_own(company: World, li: Chat, wang: Chat):
    number = await lives.recorded(company, plate=VAN)
    assert [sms.phone for sms in company.fakes.sms.sent] == [PHONE]
    for chat in (li, wang):
        await chat.say(number)
        assert chat.heard("case.unknown")
    await wang.say("act for")
    assert wang.heard("company.none")


async def test_who_is_authorised_accepts_for_the_company(company: World, li: Chat):
    number = await lives.recorded(company, plate=VAN, code=PARKING)
    own = await lives.recorded(company, "R2")
    await li.say("代办")
    assert (li.heard("company.acts"), NAME in li.reply.text) == (True, True)
    answer = await li.say("1")
    assert (number in answer, own in answer) == (True, False)
    assert answer.startswith("（代单位）")
    await li.say(f"接受 {number}")
    await li.say("1")
    assert li.heard("accept.done_by_letter")
    async with company.database.read() as work:
        case = await store.case(work, number)
        decided = select(events.c.actor, events.c.person_id).where(events.c.action == "case.decided")
        (event,) = await work.all(decided)
    assert case is not None
    assert (case.state, event.actor, event.person_id) == (
        State.DECIDED,
        f"citizen:{company.town.li_ming}",
        case.liable_id,
    )
    answer = await li.say("本人")
    assert (li.heard("company.myself"), answer.startswith("（代单位）")) == (True, False)
    assert own in await li.say("罚单")


async def test_points_are_a_drivers_whom_the_company_names(company: World, li: Chat, wang: Chat):
    number = await lives.recorded(company, plate=VAN)
    await li.say(f"代办 {NAME}")
    await li.say(f"接受 {number}")
    assert li.heard("accept.no_licence")
    await li.say(f"转给 {number} {WANG_FANG.claim.name}")
    assert li.heard("nominate.asked")
    await wang.say("agree")
    assert (wang.heard("takeover.request"), NAME in wang.reply.text) == (True, True)
    await wang.say("1")
    assert wang.heard("takeover.done")
    assert number in await wang.say("fines")


async def test_the_driver_may_be_who_acts_for_the_company(company: World, li: Chat):
    """What the account was asked is the person's own to answer, whatever hat it has on."""
    number = await lives.recorded(company, plate=VAN)
    await li.say("代办")
    await li.say(f"转给 {number} 李明")
    assert li.heard("nominate.asked")
    await li.say("同意")
    assert li.heard("takeover.request")
    await li.say("1")
    await li.say("本人")
    assert number in await li.say("罚单")


@pytest.mark.parametrize(
    ("later", "theirs"),
    [
        pytest.param(timedelta(minutes=companies.HAT_MINUTES, seconds=-1), True, id="within half an hour"),
        pytest.param(timedelta(minutes=companies.HAT_MINUTES), False, id="after it"),
    ],
)
async def test_the_hat_comes_off_by_itself(company: World, li: Chat, later: timedelta, theirs: bool):
    number = await lives.recorded(company, plate=VAN)
    await li.say("代办")
    company.wall.move(seconds=later.total_seconds())
    assert (number in await li.say("罚单")) is theirs


async def test_an_authorisation_that_has_ended_opens_nothing(company: World, li: Chat, tmp_path: Path):
    number = await lives.recorded(company, plate=VAN)
    await li.say("代办")
    yesterday = START.date() - timedelta(days=1)
    assert await authorised(company, tmp_path, yesterday.isoformat()) == (0, 1)
    await li.say(number)
    assert li.heard("case.unknown")
    await li.say("代办")
    assert li.heard("company.none")


async def test_the_last_day_is_still_one(company: World, li: Chat, tmp_path: Path):
    await authorised(company, tmp_path, date.isoformat(START.date()))
    await li.say("代办")
    assert li.heard("company.acts")


async def test_a_company_is_no_driver(company: World, li: Chat):
    number = await lives.recorded(company)
    await li.say(f"转给 {number} {NAME}")
    assert li.heard("nominate.unknown_name")
