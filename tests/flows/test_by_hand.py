"""A lock of the wallet, or an unlocking, by hand: one officer asks, another confirms, under the conditions of any other lock."""

from datetime import date

import pytest

from models.base.errors import Refusal
from models.flows import by_hand
from models.flows.by_hand import Hand, Request, RequestState
from models.restrictions import acts as restrictions
from models.violations.rules import State
from tests.flows.life import Life

WHY = "回执已归档"


async def ask(life: Life, number: str, act: Hand, served_on: date | None = None) -> Request:
    async with life.database.begin("officer:1") as work:
        return await by_hand.ask(work, number, "officer:1", act, WHY, served_on)


async def confirm(life: Life, key: int, officer: str = "officer:2") -> Request:
    async with life.database.begin(officer) as work:
        return await by_hand.confirm(work, key, officer, WHY)


async def overdue(life: Life, days: int, *, consents: bool) -> str:
    """So many days after a case became overdue; whoever revoked her consent since the decision was warned of nothing by text."""
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.consent(life.people.li_ming, given=consents)
    due_on = (await life.case(number)).due_on
    assert due_on
    await life.days((due_on - life.database.civic.now().date()).days + 1 + days)
    assert (await life.case(number)).state is State.OVERDUE
    return number


async def locked(life: Life) -> list[str]:
    return [each.basis for each in await life.read(restrictions.in_force, life.people.li_ming)]


async def test_a_warning_on_paper_locks_once_a_second_officer_confirms(life: Life):
    number = await overdue(life, 8, consents=False)
    today = life.database.civic.now().date()
    served_on = date.fromordinal(today.toordinal() - 7)
    request = await ask(life, number, Hand.LOCK, served_on)
    assert await locked(life) == []
    with pytest.raises(Refusal, match=r"officer\.same_officer"):
        await confirm(life, request.id, "officer:1")
    assert (await confirm(life, request.id)).state is RequestState.CONFIRMED
    assert await locked(life) == [f"case {number}"]
    with pytest.raises(Refusal, match=r"officer\.request_ended|officer\.locked"):
        await confirm(life, request.id, "officer:3")
    await life.deliver_all()
    assert "wallet_locked" in [kind for _, kind in life.told]


async def test_no_lock_before_the_warning_has_run(life: Life):
    number = await overdue(life, 8, consents=False)
    today = life.database.civic.now().date()
    for served_on in (date.fromordinal(today.toordinal() - 6), None):
        with pytest.raises(Refusal, match=r"officer\.warning_runs"):
            await ask(life, number, Hand.LOCK, served_on)


async def test_what_was_paid_meanwhile_is_not_locked(life: Life):
    number = await overdue(life, 8, consents=False)
    served_on = date.fromordinal(life.database.civic.now().date().toordinal() - 7)
    request = await ask(life, number, Hand.LOCK, served_on)
    await life.pay(number)
    with pytest.raises(Refusal, match=r"officer\.not_lockable"):
        await confirm(life, request.id)
    assert await locked(life) == []


async def test_an_unlocking_takes_two_as_well_and_stays(life: Life):
    number = await overdue(life, 9, consents=True)
    assert await locked(life) == [f"case {number}"]
    request = await ask(life, number, Hand.UNLOCK)
    with pytest.raises(Refusal, match=r"officer\.request_open"):
        await ask(life, number, Hand.UNLOCK)
    assert await locked(life) == [f"case {number}"]
    await confirm(life, request.id)
    await life.days(20)
    assert await locked(life) == []
    with pytest.raises(Refusal, match=r"officer\.not_locked"):
        await ask(life, number, Hand.UNLOCK)


async def test_what_is_refused_is_over(life: Life):
    number = await overdue(life, 9, consents=True)
    request = await ask(life, number, Hand.UNLOCK)
    async with life.database.begin("officer:2") as work:
        refused = await by_hand.refuse(work, request.id, "officer:2", "没有理由")
    assert refused.state is RequestState.REFUSED
    with pytest.raises(Refusal, match=r"officer\.request_ended"):
        await confirm(life, request.id, "officer:3")
    assert await locked(life) == [f"case {number}"]
