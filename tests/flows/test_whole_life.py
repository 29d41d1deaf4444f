"""The whole life of a case by the clock: what a citizen is told on which day, and what stands in the books."""

from datetime import date, timedelta

import pytest

from models.base.money import Fen
from models.flows.settlement import Settlement
from models.licences import acts as licences
from models.post import outbox
from models.post.desk import tickets
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import store
from models.violations.rules import State
from models.violations.tables import ledger
from tests.acts.queries import audited, count
from tests.flows.life import Life
from tests.helpers import CHEN_PLATE, HORN, KINDS, SPEEDING, WANG_PLATE, recorded_case


def march(day: int) -> date:
    return date(2026, 3, day)


async def test_from_the_record_to_the_unlock(life: Life):
    """Accepted on 2 March: to be paid by the 17th, overdue on the 18th, locked on the 25th, paid and unlocked on the 26th."""
    li = life.people.li_ming
    await life.consent(li)
    number = await life.record()
    assert (await life.case(number)).state is State.NOTIFIED
    await life.accept(number)
    case = await life.case(number)
    assert (case.state, case.served_on, case.due_on) == (State.SERVED, march(2), march(17))

    await life.days(15)
    assert (await life.case(number)).state is State.SERVED
    await life.days(1)
    assert (await life.case(number)).state is State.OVERDUE
    await life.days(6)
    assert await life.read(restrictions.in_force, li) == []
    await life.days(1)
    [lock] = await life.read(restrictions.in_force, li)
    assert (lock.basis, lock.since) == (f"case {number}", march(25))

    await life.days(1)
    order = await life.order(number)
    assert (order.total, order.surcharge) == (25400, 5400)  # nine days late, 6 yuan each
    assert await life.pay(number) is Settlement.BOOKED
    assert (await life.case(number)).state is State.PAID
    assert await life.read(restrictions.in_force, li) == []
    assert await life.read(ledger.balance, f"fine:{number}") == 0
    await life.deliver_all()

    assert life.told == [
        (march(2), "violation_recorded"),
        (march(2), "decision_made"),
        (march(14), "due_reminder"),
        (march(17), "due_reminder"),
        (march(18), "overdue_warning"),
        (march(25), "wallet_lock"),
        (march(25), "wallet_locked"),
        (march(26), "wallet_unlock"),
        (march(26), "payment_receipt"),
        (march(26), "wallet_unlocked"),  # in the chat
        (march(26), "wallet_unlocked"),  # and by text
    ]
    assert await life.read(audited, f"case {number}") == [
        "case.recorded",
        "case.notified",
        "case.decided",
        "case.served",
        "case.overdue",
        "warning.served",
        "restriction.imposed",
        "payment.booked",
        "restriction.lifted",
    ]


async def test_what_the_messages_promise(life: Life):
    """Last dates and amounts are those of the moment of sending."""
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.days(16)
    assert life.last("violation_recorded").params["handle_by"] == date(2026, 4, 1)
    assert life.last("decision_made").params["due_on"] == march(17)
    warning = life.last("overdue_warning").params
    assert (warning["total"], warning["surcharge"]) == (Fen(20600), Fen(600))
    assert warning["last_day"] == march(24)  # the lock takes hold on the 25th
    assert warning["number"] == number


async def test_silence_decides_nothing(life: Life):
    """Reminders on day 20 and 27; after 30 days the record stays open (PR 53)."""
    number = await life.record()
    await life.days(60)
    assert (await life.case(number)).state is State.NOTIFIED
    assert life.told == [
        (march(2), "violation_recorded"),
        (march(22), "undecided_reminder"),
        (march(29), "undecided_reminder"),
    ]


async def test_the_thirty_days_run_from_the_notice_not_from_the_record(life: Life):
    async with life.database.begin("api:cameras") as work:
        number = await recorded_case(work)
    for clock in life.clocks:
        clock.move(days=3)
    await life.deliver()
    case = await life.case(number)
    assert (case.notified_on, case.handle_by) == (march(5), date(2026, 4, 4))


async def test_without_consent_a_text_is_information_not_service(life: Life):
    """The decision waits for a letter; nothing runs, and it may be paid all the same (PR 55-56)."""
    number = await life.record()
    await life.accept(number)
    await life.days(60)
    case = await life.case(number)
    assert (case.state, case.served_on, case.due_on) == (State.DECIDED, None, None)
    assert await life.read(restrictions.in_force, life.people.li_ming) == []
    async with life.database.read() as work:
        assert await count(work, tickets, topic="serve_by_letter", subject=f"case {number}") == 1
        assert violations.bill_of(work, case).total == 20000
    assert await life.pay(number) is Settlement.BOOKED


async def test_a_decision_that_reaches_nobody_is_for_an_officer(life: Life):
    """The carrier will never take it: nothing is served, nothing runs (PR 55-56)."""
    li = life.people.li_ming
    await life.consent(li)
    number = await life.record()
    await life.decide(number)
    async with life.database.begin("system:delivery") as work:
        [text] = await outbox.claim(work, limit=1, lease=timedelta(minutes=1))
        assert await outbox.failed(work, text, "isv.MOBILE_NUMBER_ILLEGAL")
        await KINDS[text.kind].on_failed(work, text)
    await life.days(40)
    case = await life.case(number)
    assert (case.state, case.due_on) == (State.DECIDED, None)
    async with life.database.read() as work:
        assert await count(work, tickets, topic="not_reached", subject=f"case {number}", person_id=li) == 1


async def test_a_warning_without_consent_starts_no_days(life: Life):
    """Consent may be revoked at any time."""
    li = life.people.li_ming
    await life.consent(li)
    number = await life.record()
    await life.accept(number)
    await life.consent(li, given=False)
    await life.days(60)
    assert (await life.case(number)).state is State.OVERDUE
    assert await life.read(restrictions.in_force, li) == []
    assert "wallet_lock" not in [kind for _, kind in life.told]
    async with life.database.read() as work:
        assert await count(work, tickets, topic="serve_by_letter", subject=f"case {number}") == 1


async def test_who_pays_in_time_is_never_reminded_again(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    assert await life.pay(number) is Settlement.BOOKED
    await life.days(40)
    assert [kind for _, kind in life.told] == ["violation_recorded", "decision_made", "payment_receipt"]


async def test_who_pays_after_the_warning_is_never_locked(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.days(22)  # 24 March, the last day of the warning
    assert await life.pay(number) is Settlement.BOOKED
    await life.days(10)
    assert [kind for _, kind in life.told if kind.startswith("wallet")] == []
    assert await life.read(restrictions.announced, life.people.li_ming) == []


async def test_a_case_that_was_voided_after_the_warning_is_never_locked(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.days(16)
    async with life.database.begin("officer:1") as work:
        assert await store.move(work, number, State.VOIDED)
    await life.days(10)
    assert await life.read(restrictions.in_force, life.people.li_ming) == []
    assert life.told[-1] == (march(18), "overdue_warning")


async def test_two_overdue_cases_make_one_lock_that_goes_with_the_last(life: Life):
    li = life.people.li_ming
    await life.consent(li)
    numbers = [await life.record(record_no) for record_no in ("R1", "R2")]
    for number in numbers:
        await life.accept(number)
    await life.days(23)
    assert len(await life.read(restrictions.in_force, li)) == 2
    assert [kind for _, kind in life.told].count("wallet_lock") == 1
    await life.pay(numbers[0])
    await life.deliver_all()
    assert "wallet_unlock" not in [kind for _, kind in life.told]
    await life.pay(numbers[1])
    await life.deliver_all()
    assert [kind for _, kind in life.told].count("wallet_unlock") == 1
    assert await life.read(restrictions.in_force, li) == []


async def test_minors_are_told_and_never_locked(life: Life):
    """An officer decided, for minors are dealt with in person; the decision was served by letter today, its last day is today."""
    number = await life.record(plate=CHEN_PLATE)
    today = life.database.civic.now().date()
    async with life.database.begin("officer:1") as work:
        assert await store.move(work, number, State.DECIDED, decided_on=today)
        assert await store.move(work, number, State.SERVED, served_on=today, due_on=today)
    await life.consent(life.people.chen_xiao)
    await life.days(30)
    assert (await life.case(number)).state is State.OVERDUE
    assert [kind for _, kind in life.told] == ["violation_recorded", "overdue"]
    assert await life.read(restrictions.in_force, life.people.chen_xiao) == []


async def test_points_stay_with_their_driver_and_clear_with_the_cycle(life: Life):
    await life.accept(await life.record())
    balance = await life.read(licences.balance, life.people.li_ming)
    assert (balance.points, balance.left) == (3, 9)
    assert (await life.read(licences.balance, life.people.wang_fang)).points == 0
    for clock in life.clocks:
        clock.instant = clock.instant.replace(month=6, day=1)
    await life.jobs()
    balance = await life.read(licences.balance, life.people.li_ming)
    assert (balance.points, balance.lots, balance.cycle_ends) == (0, [], date(2027, 6, 1))


@pytest.mark.parametrize(
    ("days_late", "total"),
    [
        pytest.param(0, 20000, id="on the last day"),
        pytest.param(1, 20600, id="the day after"),
        pytest.param(34, 40000, id="capped on day 34"),
        pytest.param(90, 40000, id="and never more"),
    ],
)
async def test_an_order_costs_what_the_day_says(life: Life, days_late: int, total: int):
    await life.consent(life.people.wang_fang)
    number = await life.record(plate=WANG_PLATE, code=SPEEDING)
    await life.accept(number)
    await life.days(15)
    for clock in life.clocks:
        clock.instant += timedelta(days=days_late)
    assert (await life.order(number)).total == total


async def test_a_reminder_of_a_case_without_points_still_comes(life: Life):
    await life.record(code=HORN)
    await life.days(20)
    assert life.told[0] == (march(2), "violation_recorded_no_amount")
    assert life.told[-1] == (march(22), "undecided_reminder")
