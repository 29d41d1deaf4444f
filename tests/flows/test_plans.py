"""Deferral and instalments: while one is asked for, or granted and kept, nothing is added and nothing is locked (domain 2, 5)."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from models.base.errors import Refusal
from models.base.money import Fen
from models.flows import plan as flow
from models.flows import voiding
from models.post.desk import tickets
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import balance, officer_acts, plans
from models.violations.grounds import VoidGround
from models.violations.plan_rules import PlanKind, PlanState
from models.violations.plans import Plan
from models.violations.rules import State
from tests.acts.queries import audited, count
from tests.flows.challenges import served
from tests.flows.life import Life

OFFICER, WHY = "officer:7", "income was shown"
REASON = "这个月失业，下月有工资"
START = date(2026, 3, 2)  # served; the last day to pay is the 17th
DEFERRAL, INSTALMENTS = PlanKind.DEFERRAL, PlanKind.INSTALMENTS


async def ask(life: Life, number: str, kind: PlanKind = DEFERRAL, wished: int = 1) -> Plan:
    async with life.database.begin("citizen") as work:
        return await flow.ask(work, life.people.li_ming, number, kind, REASON, wished)


async def grant(life: Life, asked: Plan, *days: date) -> Plan:
    async with life.database.begin(OFFICER) as work:
        return await flow.grant(work, asked.id, OFFICER, days, WHY)


async def refuse(life: Life, asked: Plan) -> None:
    async with life.database.begin(OFFICER) as work:
        await flow.refuse(work, asked.id, OFFICER, WHY)


async def withdraw(life: Life, asked: Plan) -> None:
    async with life.database.begin("citizen") as work:
        await flow.withdraw(work, life.people.li_ming, asked.case_number)


async def state(life: Life, plan: Plan) -> PlanState:
    found: Plan = await life.read(plans.by_id, plan.id)
    return found.state


async def open_today(life: Life, number: str) -> int:
    async with life.database.read() as work:
        return violations.bill_of(work, await life.case(number)).total


async def locked(life: Life) -> bool:
    return bool(await life.read(restrictions.in_force, life.people.li_ming))


async def late(life: Life) -> str:
    """Ten days late, warned, and locked two days ago."""
    number = await served(life)
    await life.days(25)
    assert await locked(life)
    return number


def kinds(life: Life, since: date) -> list[str]:
    return [kind for day, kind in life.told if day >= since and not kind.startswith("wallet")]


async def test_a_deferral_is_asked_for_granted_and_kept(life: Life):
    number = await served(life)
    asked = await ask(life, number)
    assert (asked.state, asked.answer_by) == (PlanState.ASKED, date(2026, 3, 9))
    granted = await grant(life, asked, date(2026, 4, 4))  # a Saturday, and Qingming on Monday
    assert [(each.due_on, each.amount) for each in granted.instalments] == [(date(2026, 4, 7), 20000)]
    await life.days(36)  # to the day itself
    assert kinds(life, START)[-3:] == ["deferral_granted", "instalment_reminder", "instalment_reminder"]
    assert not {"due_reminder", "overdue_warning"} & set(kinds(life, START))
    assert await open_today(life, number) == 20000
    await life.pay(number)
    assert await state(life, asked) is PlanState.KEPT
    about = await life.read(audited, f"case {number}")
    assert [action for action in about if action.startswith("plan.")] == [
        "plan.asked",
        "plan.granted",
        "plan.kept",
    ]
    async with life.database.read() as work:
        assert await count(work, tickets, topic=plans.TOPIC, closed_at=None) == 0


async def test_a_lock_goes_with_the_grant_and_stays_away_while_it_is_kept(life: Life):
    number = await late(life)
    asked = await ask(life, number, INSTALMENTS, 3)
    assert await locked(life)  # until the answer
    granted = await grant(life, asked, date(2026, 4, 27), date(2026, 5, 27), date(2026, 6, 26))
    assert not await locked(life)
    assert [each.amount for each in granted.instalments] == [
        8466,
        8466,
        8468,
    ]  # the day of asking adds nothing any more
    await life.days(31)
    assert await open_today(life, number) == 25400
    await life.pay(number, amount=8466)
    assert (await life.case(number)).plan == "granted"
    await life.days(30)
    await life.pay(number, amount=8466)
    await life.pay(number)
    assert await state(life, asked) is PlanState.KEPT
    assert not await locked(life)
    assert await life.read(balance.imbalance) == 0


async def test_a_missed_instalment_breaks_it_and_all_goes_on_from_the_next_day(life: Life):
    number = await late(life)
    asked = await ask(life, number, INSTALMENTS, 2)
    await grant(life, asked, date(2026, 4, 1), date(2026, 5, 6))
    await life.days(8)  # the 4th: the last day of grace
    assert await state(life, asked) is PlanState.GRANTED
    await life.days(1)
    assert await state(life, asked) is PlanState.BROKEN
    told = life.last("plan_broken")
    assert told.params["total"] == Fen(25400)
    assert kinds(life, date(2026, 4, 5)) == ["plan_broken", "overdue_warning"]
    assert not await locked(life)
    await life.days(1)
    assert await open_today(life, number) == 26000
    await life.days(6)
    assert await locked(life)


async def test_one_that_was_not_due_yet_becomes_overdue_when_it_breaks(life: Life):
    number = await served(life)
    await grant(life, await ask(life, number), date(2026, 3, 30))
    await life.days(32)  # the 3rd of April
    assert (await life.case(number)).state is State.OVERDUE
    assert kinds(life, date(2026, 4, 3)) == ["plan_broken", "overdue_warning"]
    assert await open_today(life, number) == 20000
    await life.days(1)
    assert await open_today(life, number) == 20600


@pytest.mark.parametrize(
    ("end", "ended", "told"),
    [
        pytest.param(refuse, PlanState.REFUSED, ["plan_refused", "overdue_warning"], id="refused"),
        pytest.param(withdraw, PlanState.WITHDRAWN, ["overdue_warning"], id="withdrawn"),
    ],
)
async def test_after_a_no_the_warning_begins_anew(
    life: Life, end: Callable[[Life, Plan], Awaitable[None]], ended: PlanState, told: list[str]
):
    number = await served(life)
    await life.days(20)  # warned on the 18th
    asked = await ask(life, number)
    await life.days(5)
    assert not await locked(life)
    await end(life, asked)
    await life.deliver_all()
    assert await state(life, asked) is ended
    assert kinds(life, date(2026, 3, 27)) == told
    assert await open_today(life, number) == 20000 + 4 * 600  # the 18th to the 21st; asked on the 22nd
    await life.days(6)
    assert not await locked(life)
    await life.days(1)
    assert await locked(life)


async def test_paid_before_the_answer_there_is_nothing_to_answer(life: Life):
    number = await served(life)
    asked = await ask(life, number)
    await life.pay(number)
    assert await state(life, asked) is PlanState.ENDED
    assert (
        await refused(life, flow.grant, asked.id, OFFICER, [START + timedelta(days=30)], WHY)
        == "officer.plan_ended"
    )


async def test_a_decision_that_is_taken_back_ends_its_plan(life: Life):
    number = await served(life)
    asked = await grant(life, await ask(life, number), date(2026, 3, 30))
    async with life.database.begin(OFFICER) as work:
        case = await officer_acts.known(work, number)
        await voiding.void(work, case, OFFICER, VoidGround.PROCEDURE, WHY)
    assert await state(life, asked) is PlanState.ENDED
    await life.days(40)
    assert "plan_broken" not in kinds(life, START)


async def test_an_answer_that_is_due_is_put_before_an_officer(life: Life):
    await ask(life, await served(life))
    await life.days(3)  # Thursday: due on Monday
    async with life.database.read() as work:
        assert await count(work, tickets, topic=plans.ALERT) == 0
    await life.days(1)
    async with life.database.read() as work:
        assert await count(work, tickets, topic=plans.ALERT, due_on=date(2026, 3, 9)) == 1


async def refused(life: Life, act: Any, *args: Any) -> str:
    async with life.database.begin("somebody") as work:
        with pytest.raises(Refusal) as told:
            await act(work, *args)
    return told.value.key


async def test_what_is_refused(life: Life):
    number = await served(life)
    li, wang = life.people.li_ming, life.people.wang_fang
    assert await refused(life, flow.ask, wang, number, DEFERRAL, REASON) == "case.unknown"
    asked = await ask(life, number)
    assert await refused(life, flow.ask, li, number, DEFERRAL, REASON) == "plan.open_already"
    assert await refused(life, flow.withdraw, wang, number) == "plan.nothing_open"
    days = [START + timedelta(days=count) for count in (30, 60)]
    assert await refused(life, flow.grant, asked.id, OFFICER, days, WHY) == "officer.plan_count"
    assert await refused(life, flow.grant, asked.id, OFFICER, [START], WHY) == "officer.plan_past"
    await refuse(life, asked)
    assert await refused(life, flow.refuse, asked.id, OFFICER, WHY) == "officer.plan_ended"
    await withdraw(life, await ask(life, number))
    assert await refused(life, flow.ask, li, number, DEFERRAL, REASON) == "plan.asked_before"
    assert await refused(life, flow.withdraw, li, number) == "plan.nothing_open"
    assert await refused(life, flow.grant, 99, OFFICER, days, WHY) == "officer.no_plan"


async def test_an_instalment_below_the_smallest_part_can_be_paid(life: Life):
    number = await served(life)
    days = [START + timedelta(days=30 * count) for count in range(1, 7)]
    await grant(life, await ask(life, number, INSTALMENTS, 6), *days)
    assert life.database.city.tariff.payment.smallest_part > 3333
    await life.pay(number, amount=3333)
    assert [each.total for each in (await life.case(number)).paid] == [3333]
