"""Matters that restrict travel: listed, in force, amended, freed for a while, over; whatever the clock does, a day is held by its date."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.base.db import City, Database, Work
from models.base.errors import Refusal
from models.base.tariff import Travel
from models.post.desk import tickets
from models.restrictions import acts, listed, matters, pleas
from models.restrictions.matter_rules import Ending, PleaKind, PleaState
from tests.acts.queries import audited, queued
from tests.conftest import FixedClock
from tests.helpers import CHEN_XIAO, COURT, WANG_FANG, Town, filing, listed_matter

TODAY = date(2026, 3, 2)
EFFECT = date(2026, 3, 12)  # after 7 working days


async def may(work: Work, person: int, mode: str, day: date, klass: str = "") -> bool:
    return await acts.holding(work, person, mode, klass, day) is None


async def topics(work: Work) -> list[str]:
    """What waits at the desk."""
    waiting = select(tickets.c.topic).where(tickets.c.closed_at.is_(None)).order_by(tickets.c.topic)
    return [row.topic for row in await work.all(waiting)]


async def test_a_debtor_is_held_in_comfort_only_and_from_the_day_of_effect_on(work: Work, people: Town):
    matter = await listed_matter(work)
    assert matter.span.since == EFFECT
    assert await may(work, people.li_ming, "air", EFFECT - timedelta(days=1))
    assert not await may(work, people.li_ming, "air", EFFECT)
    assert not await may(work, people.li_ming, "rail", EFFECT, "soft_sleeper")
    assert await may(work, people.li_ming, "rail", EFFECT, "hard_seat")
    assert await may(work, people.li_ming, "coach", EFFECT)
    assert await may(work, people.wang_fang, "air", EFFECT)
    assert await may(work, 0, "air", EFFECT)
    found = await acts.holding(work, people.li_ming, "air", "", EFFECT)
    assert found == acts.Matter(matter.number, "court_debt", "示范市人民法院", EFFECT, date(2028, 3, 11))
    assert await queued(work) == [("matter_listed", "sms", matter.number)]
    assert await audited(work, matter.basis) == ["matter.listed"]


async def test_a_matter_is_no_lock_of_the_wallet(work: Work, people: Town):
    await listed_matter(work)
    assert await acts.in_force(work, people.li_ming) == []


async def test_the_same_document_is_the_same_matter(work: Work):
    first, new = await matters.open_(work, COURT, "法院", filing())
    again, new_again = await matters.open_(work, COURT, "法院", filing())
    assert (first.number, new, new_again) == (again.number, True, False)
    assert len(await queued(work)) == 1
    with pytest.raises(Refusal, match=r"matter\.other_content"):
        await matters.open_(work, COURT, "法院", filing(person=WANG_FANG))
    other, new = await matters.open_(work, "key:another", "法院", filing())
    assert new
    assert other.number != first.number


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [
        pytest.param("lateness", {}, "kind", id="a kind that is not in the table"),
        pytest.param("court_debt", {"name": "李四"}, "unknown_person", id="the ID under another name"),
        pytest.param("court_debt", {"person": CHEN_XIAO}, "minor", id="a minor, never"),
        pytest.param("court_debt", {"scopes": {}}, "no_scope", id="nothing held"),
        pytest.param("court_debt", {"scopes": {"coach": ()}}, "outside", id="a scope outside the table"),
        pytest.param("bail", {"until": date(2027, 3, 2)}, "too_long", id="bail over 12 months"),
        pytest.param("bail", {"until": date(2026, 3, 1)}, "over", id="over before it begins"),
        pytest.param("bail", {"occurred_on": date(2026, 3, 3)}, "in_future", id="what is still to come"),
    ],
)
async def test_what_is_refused(work: Work, kind: str, changes: dict[str, Any], key: str):
    with pytest.raises(Refusal, match=rf"matter\.{key}$"):
        await listed_matter(work, kind, **changes)
    assert await queued(work) == []


@pytest.fixture
def inert(city: City) -> City:
    """A city whose tariff no longer names the basis of a court's list."""
    travel = city.tariff.travel
    debt = travel.matters["court_debt"].model_copy(update={"legal_basis": ""})
    without: Travel = travel.model_copy(update={"matters": {**travel.matters, "court_debt": debt}})
    return replace(city, tariff=city.tariff.model_copy(update={"travel": without}))


async def test_without_a_legal_basis_nothing_is_listed_and_nothing_is_held(
    work: Work, people: Town, inert: City
):
    await listed_matter(work)
    in_inert = replace(work, city=inert)
    assert await may(in_inert, people.li_ming, "air", EFFECT)
    with pytest.raises(Refusal, match=r"matter\.inert"):
        await listed_matter(in_inert, document="another")


@pytest.mark.parametrize(
    ("kind", "ending", "free_on"),
    [
        pytest.param("court_debt", Ending.PERFORMED, TODAY, id="a debt that was performed, at once"),
        pytest.param("bail", Ending.NOTICE, TODAY, id="bail, by the court's notice"),
        pytest.param("exit_ban", Ending.NOTICE, TODAY, id="an exit ban, by the court's notice"),
        pytest.param("rail_misconduct", Ending.NOTICE, TODAY, id="whatever the authority takes back"),
    ],
)
async def test_closed_is_lifted_and_told_at_once_and_once(
    work: Work, people: Town, kind: str, ending: Ending, free_on: date
):
    matter = await listed_matter(work, kind)
    for _ in range(3):
        closed = await matters.close(work, matter.number, COURT, ending)
    assert (closed.closed_on, closed.ending) == (free_on, ending)
    for scope in matter.scopes:
        assert await may(work, people.li_ming, scope.mode, EFFECT, *scope.classes)
    assert [kind for kind, _, _ in await queued(work)] == ["matter_listed", "matter_ended", "matter_ended"]
    assert await audited(work, matter.basis) == ["matter.listed", "matter.ended"]


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        pytest.param("rail_misconduct", Ending.PERFORMED, id="180 days cannot be performed away"),
        pytest.param("court_debt", Ending.PAID, id="a debt is performed, not paid like a fare"),
        pytest.param("bail", Ending.TIME, id="time needs nobody to say so"),
    ],
)
async def test_each_ends_in_its_own_ways(work: Work, kind: str, ending: Ending):
    matter = await listed_matter(work, kind)
    with pytest.raises(Refusal, match=r"matter\.wrong_ending"):
        await matters.close(work, matter.number, COURT, ending)


async def test_only_its_owner_may_change_it(work: Work):
    matter = await listed_matter(work)
    for act in (
        matters.close(work, matter.number, "key:other", Ending.NOTICE),
        matters.amend(work, matter.number, "key:other", until=TODAY),
        matters.exempt(work, matter.number, "key:other", "air", TODAY, TODAY, "就医"),
    ):
        with pytest.raises(Refusal, match=r"matter\.unknown"):
            await act


@pytest.mark.parametrize(
    ("earlier", "held_until"),
    [
        pytest.param([], date(2026, 3, 20), id="free on the day after paying"),
        pytest.param(
            [date(2026, 1, 1), date(2026, 2, 1)], date(2026, 6, 18), id="90 days later, the third in a year"
        ),
    ],
)
async def test_a_fare_that_was_paid(
    database: Database, people: Town, civic: FixedClock, earlier: list[date], held_until: date
):
    async with database.begin("api:rail") as work:
        for count, day in enumerate(earlier):
            await listed_matter(work, "fare_evasion", document=f"D{count}", occurred_on=day)
            await matters.close(
                work, (await listed.of_person(work, people.li_ming))[0].number, COURT, Ending.NOTICE
            )
        matter = await listed_matter(work, "fare_evasion")
        assert not await may(work, people.li_ming, "rail", date(2030, 1, 1))
    civic.move(days=18)
    async with database.begin("api:rail") as work:
        for _ in range(2):
            await matters.close(work, matter.number, COURT, Ending.PAID)
        assert not await may(work, people.li_ming, "rail", held_until)
        assert await may(work, people.li_ming, "rail", held_until + timedelta(days=1))
        assert [kind for kind, _, _ in await queued(work)].count("matter_paid") == 1
    civic.move(days=(held_until - work.today).days)
    assert await daily(database) == 0
    civic.move(days=1)
    assert await daily(database) == 1
    async with database.read() as work:
        closed = await listed.by_number(work, matter.number)
    assert closed.ending == Ending.PAID


async def daily(database: Database) -> int:
    async with database.begin("system:jobs") as work:
        return await matters.end_what_is_over(work)


async def test_time_ends_misconduct_and_the_clock_alone_decides_who_is_held(
    database: Database, people: Town, civic: FixedClock
):
    """180 days, first to last; the job only tells. A clock that goes back holds what it held before."""
    async with database.begin("api:rail") as work:
        matter = await listed_matter(work, "rail_misconduct")
    last = EFFECT + timedelta(days=179)
    for day, free in (
        (EFFECT - timedelta(1), True),
        (EFFECT, False),
        (last, False),
        (last + timedelta(1), True),
    ):
        async with database.read() as work:
            assert await may(work, people.li_ming, "rail", day) is free
    civic.move(days=(last - TODAY).days)
    assert await daily(database) == 0
    civic.move(days=1)
    assert await daily(database) == 1
    assert await daily(database) == 0
    civic.move(days=-30)
    assert await daily(database) == 0
    async with database.read() as work:
        assert await listed.of_person(work, people.li_ming) == []
        ended = await listed.by_number(work, matter.number)
        assert ended.ending == Ending.TIME
        assert await may(work, people.li_ming, "rail", work.today)
        kinds = [kind for kind, _, _ in await queued(work)]
    assert kinds == ["matter_listed", "matter_ended", "matter_ended"]


async def test_performance_is_deleted_within_three_working_days_with_an_alert(
    database: Database, people: Town, civic: FixedClock
):
    async with database.begin("api:court") as work:
        matter = await listed_matter(work)
        await matters.amend(work, matter.number, COURT, performed_on=TODAY)
        assert (await listed.by_number(work, matter.number)).delete_by == date(2026, 3, 5)
        assert await topics(work) == ["matter_deletion"]
    civic.move(days=2)
    assert await daily(database) == 0
    civic.move(days=1)
    assert await daily(database) == 1
    async with database.read() as work:
        assert (await listed.by_number(work, matter.number)).ending == Ending.PERFORMED
        assert await topics(work) == ["matter_deletion_missed"]
        assert await may(work, people.li_ming, "air", EFFECT)


async def test_the_court_closes_in_time_and_nobody_is_alerted(
    database: Database, civic: FixedClock, people: Town
):
    async with database.begin("api:court") as work:
        matter = await listed_matter(work)
        await matters.amend(work, matter.number, COURT, performed_on=TODAY)
        await matters.close(work, matter.number, COURT, Ending.PERFORMED, TODAY)
    civic.move(days=10)
    assert await daily(database) == 0
    async with database.read() as work:
        assert await topics(work) == []


async def test_scopes_that_go_are_free_at_once_and_new_ones_wait_as_new_names_do(
    database: Database, people: Town, civic: FixedClock
):
    async with database.begin("api:court") as work:
        matter = await listed_matter(work)
    civic.move(days=14)  # in force
    async with database.begin("api:court") as work:
        scopes: Any = {"rail": ("soft_sleeper",), "hotel": ("five_star",)}
        await matters.amend(work, matter.number, COURT, scopes=scopes)
        assert await may(work, people.li_ming, "air", work.today)
        assert not await may(work, people.li_ming, "rail", work.today, "soft_sleeper")
        assert await may(work, people.li_ming, "hotel", date(2026, 3, 25), "five_star")
        assert not await may(work, people.li_ming, "hotel", date(2026, 3, 26), "five_star")
        with pytest.raises(Refusal, match=r"matter\.outside"):
            await matters.amend(work, matter.number, COURT, scopes={"coach": ()})
        await matters.amend(work, matter.number, COURT, scopes=scopes)  # the same again
        assert [kind for kind, _, _ in await queued(work)] == ["matter_listed", "matter_amended"]


async def test_bail_is_prolonged_within_its_12_months(work: Work, people: Town):
    matter = await listed_matter(work, "bail", until=date(2026, 6, 1))
    await matters.amend(work, matter.number, COURT, until=date(2027, 3, 1))
    assert not await may(work, people.li_ming, "rail", date(2027, 3, 1))
    with pytest.raises(Refusal, match=r"matter\.too_long"):
        await matters.amend(work, matter.number, COURT, until=date(2027, 3, 2))


async def test_the_court_frees_one_scope_for_a_while(work: Work, people: Town):
    matter = await listed_matter(work)
    await matters.exempt(work, matter.number, COURT, "air", date(2026, 3, 20), date(2026, 3, 22), "奔丧")
    held = [not await may(work, people.li_ming, "air", date(2026, 3, day)) for day in range(19, 24)]
    assert held == [True, False, False, False, True]
    assert not await may(work, people.li_ming, "rail", date(2026, 3, 20), "soft_sleeper")
    for mode, until, key in (
        ("coach", date(2026, 3, 22), "no_such_scope"),
        ("air", date(2026, 5, 1), "wrong_exemption"),
    ):
        with pytest.raises(Refusal, match=rf"matter\.{key}"):
            await matters.exempt(work, matter.number, COURT, mode, date(2026, 3, 20), until, "就医")


async def test_an_objection_keeps_a_new_name_from_taking_effect_until_it_is_answered(
    database: Database, people: Town, civic: FixedClock
):
    async with database.begin("citizen:1") as work:
        matter = await listed_matter(work)
        plea = await pleas.file(work, people.li_ming, matter.number, "不是我")
        assert (plea.kind, plea.answer_by) == (PleaKind.OBJECTION, date(2026, 3, 11))
        assert await topics(work) == ["matter_plea"]
        assert await may(work, people.li_ming, "air", EFFECT)
        with pytest.raises(Refusal, match=r"plea\.open"):
            await pleas.file(work, people.li_ming, matter.number, "再说一次")
    civic.move(days=14)
    async with database.begin("officer:1") as work:
        assert await pleas.watch(work) == 1
        assert await may(work, people.li_ming, "air", work.today)
        await pleas.answer(work, plea.id, PleaState.UPHELD, "身份已核对")
        assert await may(work, people.li_ming, "air", work.today)
        assert not await may(work, people.li_ming, "air", work.today + timedelta(days=1))
        assert await topics(work) == []
        with pytest.raises(Refusal, match=r"matter\.plea_answered"):
            await pleas.answer(work, plea.id, PleaState.STRUCK, "另一人")


async def test_a_correction_that_is_right_strikes_the_matter_off(
    database: Database, people: Town, civic: FixedClock
):
    async with database.begin("citizen:1") as work:
        matter = await listed_matter(work)
    civic.move(days=14)
    async with database.begin("citizen:1") as work:
        plea = await pleas.file(work, people.li_ming, matter.number, "已经履行完毕")
        assert (plea.kind, plea.answer_by) == (PleaKind.CORRECTION, date(2026, 3, 31))
        assert not await may(work, people.li_ming, "air", work.today)  # it suspends nothing
        await pleas.answer(work, plea.id, PleaState.STRUCK, "已核实")
        assert await may(work, people.li_ming, "air", work.today)
        assert (await listed.by_number(work, matter.number)).ending == Ending.STRUCK
        assert [kind for kind, _, _ in await queued(work)] == ["matter_listed", "plea_struck", "plea_struck"]


async def test_what_is_not_ones_own_cannot_be_objected_to(work: Work, people: Town):
    matter = await listed_matter(work)
    with pytest.raises(Refusal, match=r"plea\.unknown"):
        await pleas.file(work, people.wang_fang, matter.number, "不对")
    await matters.close(work, matter.number, COURT, Ending.NOTICE)
    with pytest.raises(Refusal, match=r"plea\.unknown"):
        await pleas.file(work, people.li_ming, matter.number, "不对")


async def test_a_plea_ends_with_its_matter(work: Work, people: Town):
    matter = await listed_matter(work)
    plea = await pleas.file(work, people.li_ming, matter.number, "不对")
    await matters.close(work, matter.number, COURT, Ending.NOTICE)
    assert (await pleas.by_id(work, plea.id)).state is PleaState.ENDED
    assert await topics(work) == []
