"""What officers do with cases: a figure is set, a record erased, a decision taken back, a term extended, silence acted upon."""

from collections.abc import Awaitable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from models.base.errors import Refusal
from models.flows import voiding
from models.licences import acts as licences
from models.violations import officer_acts, reversing
from models.violations.grounds import EraseGround, VoidGround
from models.violations.rules import State
from models.violations.tables import cases, ledger
from tests.acts.queries import audited
from tests.flows.life import Life
from tests.helpers import (
    HORN,
    OVERLOAD,
    SPEEDING,
    decided_case,
    recorded_case,
)

OFFICER, OTHER = "officer:1", "officer:2"
WHY = "根据称重记录"


async def refusal(what: Awaitable[Any]) -> str:
    """The key with which an act was refused."""
    with pytest.raises(Refusal) as refused:
        await what
    return refused.value.key


@pytest.fixture
async def ranged(life: Life) -> str:
    """A case whose fine an officer must set; its owner was told so."""
    return await life.record(code=OVERLOAD)


async def figure(life: Life, number: str, fine: int, replaces: int | None = None, by: str = OFFICER) -> None:
    async with life.database.begin(by) as work:
        await officer_acts.set_figure(work, number, by, fine, WHY, replaces=replaces)


async def test_a_figure_is_told_and_decided_as_usual(life: Life, ranged: str):
    await figure(life, ranged, 20000)
    assert await life.deliver() == ["figure_set"]
    told = life.last("figure_set").params
    assert (told["amount"], told["points"], told["by"]) == (20000, "6", date(2026, 4, 1))
    await life.accept(ranged)
    assert (await life.case(ranged)).fine == 20000


async def test_a_figure_is_on_record_with_its_reasons(life: Life, ranged: str):
    await figure(life, ranged, 50000)
    async with life.database.read() as work:
        [act] = await officer_acts.file_of(work, ranged)
        assert (act.act, act.officer, act.reasons) == ("figure", OFFICER, WHY)
        assert (await audited(work, f"case {ranged}"))[-1] == "case.figure_set"


async def test_a_figure_above_the_online_limit_leads_to_the_counter(life: Life, ranged: str):
    await figure(life, ranged, 50000)
    assert await refusal(life.decide(ranged)) == "accept.over_limit"


async def test_a_lowered_figure_is_told_and_the_earlier_one_no_longer(life: Life, ranged: str):
    await figure(life, ranged, 50000)
    await figure(life, ranged, 20000, replaces=50000)
    assert await life.deliver() == ["figure_set"]
    assert life.last("figure_set").params["amount"] == 20000


@pytest.mark.parametrize(
    ("code", "fine", "replaces", "key"),
    [
        pytest.param(SPEEDING, 20000, None, "officer.fixed_fine", id="a fixed fine"),
        pytest.param(HORN, 5000, None, "officer.fixed_fine", id="a fixed fine without points"),
        pytest.param(OVERLOAD, 10000, None, "officer.out_of_range", id="under the range"),
        pytest.param(OVERLOAD, 0, None, "officer.no_figure", id="nothing"),
        pytest.param(OVERLOAD, 20000, 50000, "officer.figure_stands", id="replacing what is not there"),
    ],
)
async def test_figures_that_are_refused(life: Life, code: str, fine: int, replaces: int | None, key: str):
    number = await life.record(code=code)
    before = await life.case(number)
    assert await refusal(figure(life, number, fine, replaces)) == key
    assert await life.case(number) == before


async def test_a_figure_set_meanwhile_is_not_overwritten(life: Life, ranged: str):
    await figure(life, ranged, 50000)
    assert await refusal(figure(life, ranged, 30000, by=OTHER)) == "officer.figure_stands"


async def test_a_decided_case_takes_no_figure(life: Life, ranged: str):
    await figure(life, ranged, 20000)
    await life.accept(ranged)
    assert await refusal(figure(life, ranged, 20000)) == "officer.not_undecided"


async def test_an_erased_record_costs_nothing_and_its_owner_is_told(life: Life):
    number = await life.record()
    async with life.database.begin(OFFICER) as work:
        case = await officer_acts.known(work, number)
        await officer_acts.erase(work, case, OFFICER, EraseGround.OTHER_VEHICLE, WHY)
    assert await life.deliver() == ["record_erased"]
    assert life.last("record_erased").params["ground"] == "记录的车辆与登记不符"
    assert (await life.case(number)).state is State.ERASED
    assert await refusal(life.decide(number)) == "accept.not_open"


async def test_a_decided_case_is_not_erased(life: Life):
    number = await life.record()
    await life.accept(number)
    async with life.database.begin(OFFICER) as work:
        case = await officer_acts.known(work, number)
        erased = officer_acts.erase(work, case, OFFICER, EraseGround.OTHER, WHY)
        assert await refusal(erased) == "officer.not_undecided"


async def void(life: Life, number: str) -> int:
    async with life.database.begin(OFFICER) as work:
        case = await officer_acts.known(work, number)
        return await voiding.void(work, case, OFFICER, VoidGround.PROCEDURE, WHY)


async def balances(life: Life, number: str) -> tuple[int, int, int]:
    """Fen owed on the case, fen owed back by the city, points of Li Ming."""
    async with life.database.read() as work:
        points = await licences.balance(work, life.people.li_ming)
        assert points is not None
        owed_back = -await ledger.balance(work, reversing.OWED_BACK)
        return await ledger.balance(work, f"fine:{number}"), owed_back, points.points


async def test_taking_back_an_unpaid_decision_takes_back_fine_and_points(life: Life):
    number = await life.record()
    await life.accept(number)
    assert await balances(life, number) == (20000, 0, 3)
    assert await void(life, number) == 0
    assert await balances(life, number) == (0, 0, 0)
    assert await life.deliver() == ["decision_voided"]
    assert (await life.case(number)).state is State.VOIDED


async def test_taking_back_a_paid_decision_owes_the_money_back(life: Life):
    number = await life.record()
    await life.accept(number)
    await life.pay(number)
    await life.deliver_all()
    assert await void(life, number) == 20000
    assert (await balances(life, number))[0::2] == (0, 0)
    assert "decision_voided_paid" in await life.deliver()
    assert life.last("decision_voided_paid").params["amount"] == 20000


async def test_taking_back_lifts_what_rests_on_the_decision(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.days(30)
    assert "wallet_locked" in [kind for _, kind in life.told]
    await void(life, number)
    await life.deliver_all()
    assert {"decision_voided", "wallet_unlock", "wallet_unlocked"} <= {kind for _, kind in life.told}


@pytest.mark.parametrize("state", [State.NOTIFIED, State.ERASED, State.VOIDED])
async def test_only_a_decision_in_force_can_be_taken_back(life: Life, state: State):
    number = await life.record()
    async with life.database.begin("system:test") as work:
        await work.run(update(cases).values(state=state))
    assert await refusal(void(life, number)) == "officer.not_decided"


async def test_points_go_from_the_cycle_they_were_posted_in(life: Life):
    """Its cycle ended on 1 June: the new one must not begin below nothing."""
    number = await life.record()
    await life.accept(number)
    for clock in life.clocks:
        clock.move(days=100)
    await void(life, number)
    assert (await balances(life, number))[2] == 0


async def extend(life: Life, number: str, until: date) -> None:
    async with life.database.begin(OFFICER) as work:
        await officer_acts.extend(work, number, OFFICER, until, "本人在外地住院")


async def test_a_term_is_extended_once_and_told(life: Life):
    number = await life.record()
    await extend(life, number, date(2026, 7, 1))
    assert await life.deliver() == ["term_extended"]
    assert (await life.case(number)).handle_by == date(2026, 7, 1)
    assert await refusal(extend(life, number, date(2026, 7, 2))) == "officer.extended_before"


@pytest.mark.parametrize(
    "until",
    [
        pytest.param(date(2026, 7, 2), id="over three months"),
        pytest.param(date(2026, 4, 1), id="no longer than it is"),
        pytest.param(date(2026, 3, 1), id="in the past"),
    ],
)
async def test_a_term_that_is_refused(life: Life, until: date):
    number = await life.record()
    assert await refusal(extend(life, number, until)) == "officer.extension"


async def test_before_the_owner_is_told_and_after_the_decision_no_term_runs(life: Life):
    async with life.database.begin(OFFICER) as work:
        untold = await recorded_case(work, "R1")
        decided = await decided_case(work, life.people.li_ming, "R2")
    for number in (untold, decided):
        assert await refusal(extend(life, number, date(2026, 5, 1))) == "officer.not_waiting"
