"""Recording a violation: plate -> owner at the time -> person -> notice; twice is harmless, nonsense is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.base.ids import is_case_no
from models.identity import acts as identity
from models.identity.acts import ENTRY_UNCHANGED, VehicleEntry
from models.identity.rules import Plate
from models.violations import acts, catalogue, store
from models.violations.catalogue import read_fine
from models.violations.rules import State
from models.violations.tables import cases
from tests.acts.queries import audited, count, queued
from tests.conftest import START
from tests.helpers import (
    HORN,
    LI_PLATE,
    OVERLOAD,
    PARKING,
    RED_LIGHT,
    SPEEDING,
    WANG_FANG,
    WANG_PLATE,
    Town,
    offence,
    recorded_case,
    report,
)


async def test_a_record_becomes_the_case_of_the_owner(work: Work, people: Town):
    recorded = await acts.record(work, report())
    assert recorded.new
    assert is_case_no(recorded.number)
    case = await acts.case_of(work, people.li_ming, recorded.number)
    assert (case.state, case.fine, case.points) == (State.RECORDED, 20000, 3)
    assert (case.plate, case.code, case.place) == (LI_PLATE.number, SPEEDING, "兴中道")
    assert case.handle_by == date(2026, 4, 1)
    assert await audited(work, f"case {case.number}") == ["case.recorded"]
    assert await queued(work) == [("violation_recorded", "sms", case.number)]


async def test_entering_a_record_again_is_harmless(work: Work):
    first = await acts.record(work, report())
    in_utc = replace(report(), occurred_at=report().occurred_at.astimezone(UTC))
    for again in (report(), in_utc):
        assert await acts.record(work, again) == acts.Recorded(first.number, new=False)
    assert await count(work, cases) == 1
    assert len(await queued(work)) == 1


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
NUMBER = "442012003480"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(report(plate=WANG_PLATE), id="plate"),
        pytest.param(report(plate=Plate("01", LI_PLATE.number)), id="plate kind"),
        pytest.param(report(code=RED_LIGHT), id="offence"),
        pytest.param(report(occurred_at=START - timedelta(hours=1)), id="time"),
        pytest.param(replace(report(), place="中山路"), id="place"),
    ],
)
async def test_another_content_under_the_same_number_is_refused(work: Work, changed: acts.Report):
    await acts.record(work, report())
    with pytest.raises(Refusal) as refused:
        await acts.record(work, changed)
    assert refused.value.key == "record.other_content"
    assert await count(work, cases) == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(report(plate=Plate("02", "粤T00000")), "record.unknown_vehicle", id="unknown plate"),
        pytest.param(
            report(plate=Plate("01", LI_PLATE.number)),
            "record.unknown_vehicle",
            id="known number, other kind",
        ),
        pytest.param(report(code="9999"), "record.unknown_offence", id="unknown offence"),
        pytest.param(
            replace(report(), authority="110000"), "record.unknown_offence", id="offence of another authority"
        ),
        pytest.param(
            report(occurred_at=START + timedelta(seconds=1)), "record.in_future", id="a time to come"
        ),
        pytest.param(
            report(occurred_at=START.replace(year=2024, day=1)),
            "record.too_old",
            id="over two years ago",
        ),
    ],
)
async def test_what_cannot_be_recorded(work: Work, wrong: acts.Report, reason: str):
    with pytest.raises(Refusal) as refused:
        await acts.record(work, wrong)
    assert refused.value.key == reason
    assert await queued(work) == []


@pytest.mark.parametrize(
    "occurred_at",
    [pytest.param(START, id="this moment"), pytest.param(START.replace(year=2024), id="two years ago")],
)
async def test_the_limits_of_time_are_inclusive(work: Work, occurred_at: datetime):
    assert (await acts.record(work, report(occurred_at=occurred_at))).new


@pytest.mark.parametrize(
    ("occurred_at", "liable"),
    [
        pytest.param(
            datetime(2026, 2, 19, 23, 59, tzinfo=CITY_ZONE), "li_ming", id="the day before: the seller"
        ),
        pytest.param(
            datetime(2026, 2, 20, 0, 0, tzinfo=CITY_ZONE), "wang_fang", id="from that day: the buyer"
        ),
        pytest.param(
            datetime(2026, 2, 19, 16, 30, tzinfo=UTC),
            "wang_fang",
            id="the day is the city's, not that of UTC",
        ),
    ],
)
async def test_liable_is_the_owner_at_the_time_of_the_offence(
    work: Work, people: Town, occurred_at: datetime, liable: str
):
    sold = VehicleEntry(LI_PLATE, "小型汽车", WANG_FANG.claim.resident_id, date(2026, 2, 20))
    await identity.enter_vehicle(work, sold)
    number = (await acts.record(work, report(occurred_at=occurred_at))).number
    assert (await acts.case_of(work, getattr(people, liable), number)).number == number


async def test_before_anybody_owned_it_nobody_is_liable(work: Work):
    young = Plate("02", "粤T77777")
    bought = VehicleEntry(young, "小型汽车", WANG_FANG.claim.resident_id, date(2026, 3, 2))
    await identity.enter_vehicle(work, bought)
    with pytest.raises(Refusal, match="unknown_vehicle"):
        await acts.record(work, report(plate=young))


@pytest.mark.parametrize(
    ("code", "fine", "points", "kind"),
    [
        pytest.param(PARKING, 15000, 0, "violation_recorded", id="0 points are known points"),
        pytest.param(
            OVERLOAD, None, 6, "violation_recorded_no_amount", id="a range needs an officer's figure"
        ),
        pytest.param(HORN, 5000, None, "violation_recorded_no_amount", id="blank points are not 0"),
    ],
)
async def test_no_forecast_is_told_where_the_catalogue_has_none(
    work: Work, people: Town, code: str, fine: int | None, points: int | None, kind: str
):
    number = await recorded_case(work, code=code)
    case = await acts.case_of(work, people.li_ming, number)
    assert (case.fine, case.points) == (fine, points)
    assert await queued(work) == [(kind, "sms", number)]


async def test_a_case_keeps_the_version_of_the_day_of_the_offence(work: Work, people: Town):
    stricter = replace(offence(SPEEDING, date(2026, 3, 1)), fine=read_fine("300"))
    await catalogue.enter(work, stricter)
    before = await acts.record(work, report("R1", occurred_at=START - timedelta(days=2)))
    after = await acts.record(work, report("R2", occurred_at=START - timedelta(days=1)))
    fines = [(await acts.case_of(work, people.li_ming, one.number)).fine for one in (before, after)]
    assert fines == [20000, 30000]


async def test_an_offence_is_entered_once_and_never_changed(work: Work):
    assert await catalogue.enter(work, offence(SPEEDING)) == ENTRY_UNCHANGED
    with pytest.raises(Refusal, match=r"offence\.other_content"):
        await catalogue.enter(work, replace(offence(SPEEDING), points=6))


async def test_a_case_is_nobody_elses_business(work: Work, people: Town):
    """A wrong number and another's case get the same answer."""
    number = await recorded_case(work)
    for other in (number, "442012003481"):
        with pytest.raises(Refusal, match=r"case\.unknown"):
            await acts.case_of(work, people.wang_fang, other)


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"{NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}",
        f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}",
        f" {NUMBER} ",
        NUMBER.translate(FULL_WIDTH),
    ],
)
def test_case_numbers_as_people_write_them(text: str):
    assert acts.read_case_number(text) == NUMBER


@pytest.mark.parametrize("text", ["", "44201200348", "4420120034811", "罚单442012003481"])
def test_what_is_no_case_number(text: str):
    with pytest.raises(Refusal, match=r"case\.how"):
        acts.read_case_number(text)


async def test_the_link_in_the_text_leads_to_the_case(work: Work):
    number = await recorded_case(work)
    token = acts.link(work, number).removeprefix("https://shimin.test/c/")
    [case] = await acts.cases_by_link(work, token)
    assert case is not None
    assert case.number == number
    assert await acts.cases_by_link(work, token[:-1] + "!") == []


async def test_open_cases_are_told_newest_first(work: Work, people: Town):
    older = await acts.record(work, report("R1", occurred_at=START - timedelta(days=3)))
    newer = await acts.record(work, report("R2", occurred_at=START - timedelta(days=1)))
    erased = await acts.record(work, report("R3", occurred_at=START - timedelta(days=2)))
    assert await store.move(work, erased.number, State.ERASED)
    assert [case.number for case in await acts.open_cases(work, people.li_ming)] == [
        newer.number,
        older.number,
    ]
    assert await acts.open_cases(work, people.wang_fang) == []


async def test_one_mistyped_digit_is_noticed():
    with pytest.raises(BadInput) as refused:
        acts.read_case_number(NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10))
    assert refused.value.key == "case.mistyped"
