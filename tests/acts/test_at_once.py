"""Two who do the same at the same time: the second waits for the first, and finds what it left.

On PostgreSQL, where units of work overlap; SQLite has one writer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text

from models.base import leases
from models.base.db import Database, Work
from models.base.errors import Refusal
from models.flows import decision
from models.identity import acts as identity
from models.identity import binding
from models.identity.acts import ENTRY_NEW, ENTRY_UNCHANGED, PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.identity.tables import accounts, bind_codes, consents
from models.post import desk, inbox, outbox
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import catalogue, payments
from models.violations.acts import Recorded
from tests.acts.queries import count, queued
from tests.databases import on_postgresql
from tests.helpers import (
    HORN,
    LI_MING,
    PARKING,
    RED_LIGHT,
    WANG_FANG,
    Town,
    decided_case,
    offence,
    recorded_case,
    report,
    resident_id,
)

pytestmark = on_postgresql

Act = Callable[[Work], Awaitable[Any]]
NEWCOMER = PersonEntry(Claim("孙策", resident_id("18700707"), "13900000008"), date(1970, 7, 7))
NEW_PLATE = Plate("02", "粤T55555")
BOUGHT = date(2021, 1, 1)
LOCKS_WAITED_FOR = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def outcome(act: Act, work: Work) -> Any:
    """What came of it: an answer, or the key of a refusal."""
    try:
        return await act(work)
    except Refusal as refusal:
        return refusal.key


@dataclass
class Two:
    """Runs acts at once."""

    database: Database

    async def __call__(self, first: Act, second: Act) -> tuple[Any, Any]:
        """The second begins before the first commits, and goes as far as it gets."""
        async with self.database.begin("first") as work:
            one = await outcome(first, work)
            other = asyncio.create_task(self._alone(second))
            await self._done_or_waiting(other)
        return one, await other

    async def twins(self, act: Act) -> tuple[Any, Any]:
        """The same twice."""
        return await self(act, act)

    async def first(self, act: Act) -> Any:
        """Before both."""
        async with self.database.begin("before") as work:
            return await act(work)

    async def _alone(self, act: Act) -> Any:
        async with self.database.begin("second") as work:
            return await outcome(act, work)

    async def _done_or_waiting(self, task: asyncio.Task[Any]) -> None:
        async with asyncio.timeout(30), self.database.read() as work:
            while not task.done() and not await work.scalar(LOCKS_WAITED_FOR):
                await asyncio.sleep(0.005)


@pytest.fixture
def two(database: Database) -> Two:
    return Two(database)


async def test_one_record_is_one_case(two: Two, people: Town):
    first, second = await two.twins(lambda work: violations.record(work, report()))
    assert (first.new, second) == (True, Recorded(first.number, new=False))


async def test_one_record_number_with_two_contents_is_refused(two: Two, people: Town):
    other = replace(report(), place="another street")
    answers = await two(recorded_case, lambda work: violations.record(work, other))
    assert answers[1] == "record.other_content"


async def test_one_matter_is_one_ticket(two: Two):
    first, second = await two.twins(lambda work: desk.open_ticket(work, "refund", "order 1"))
    assert first == second


async def test_two_decisions_stay_under_the_limit_of_points_together(two: Two, people: Town):
    records = ("R1", "R2")
    numbers = [await two.first(partial(recorded_case, record_no=no, code=RED_LIGHT)) for no in records]
    accepted, refused = await two(
        *[partial(decision.accept, person_id=people.li_ming, number=number) for number in numbers]
    )
    assert (accepted.case.points, refused) == (6, "accept.points_full")


async def test_one_case_is_decided_once(two: Two, people: Town):
    number = await two.first(recorded_case)
    _, refused = await two.twins(partial(decision.accept, person_id=people.li_ming, number=number))
    assert refused == "accept.not_open"


async def test_one_bill_is_one_order(two: Two, people: Town):
    number = await two.first(lambda work: decided_case(work, people.li_ming, code=PARKING))

    async def order(work: Work) -> str:
        case = await violations.case_of(work, people.li_ming, number)
        return (await payments.prepare_order(work, case, "o-li")).number

    first, second = await two.twins(order)
    assert first == second


async def test_one_consent_is_given(two: Two, people: Town):
    await two.twins(lambda work: identity.set_consent(work, people.li_ming, given=True))
    assert await two.first(lambda work: count(work, consents)) == 1


async def test_one_code_is_sent(two: Two, people: Town):
    answers = await two.twins(lambda work: binding.send_code(work, "o-li", LI_MING.claim))
    assert answers == (None, "bind.code_just_sent")


async def test_wrong_tries_are_all_counted(two: Two, people: Town):
    await two.first(lambda work: binding.send_code(work, "o-li", LI_MING.claim))
    answers = await two.twins(lambda work: binding.confirm_code(work, "o-li", "no code"))
    assert answers == ("bind.wrong_code", "bind.wrong_code")
    assert await two.first(lambda work: work.scalar(select(bind_codes.c.tries))) == 2


async def test_one_person_has_one_account(two: Two, people: Town):
    """Codes for two accounts are in hand; the account that was bound last holds."""
    codes = []
    for openid in ("o-old", "o-new"):
        await two.first(partial(binding.send_code, openid=openid, claim=LI_MING.claim))
        codes.append(await two.first(code_sent))
        two.database.wall.move(minutes=2)  # type: ignore[attr-defined]
    await two(
        lambda work: binding.confirm_code(work, "o-old", codes[0]),
        lambda work: binding.confirm_code(work, "o-new", codes[1]),
    )
    bound = select(accounts.c.openid).where(accounts.c.person_id.is_not(None))
    assert [row.openid for row in await two.first(lambda work: work.all(bound))] == ["o-new"]


async def code_sent(work: Work) -> str:
    """The one that went out last."""
    claimed = await outbox.claim(work, limit=9, lease=timedelta(minutes=1))
    return str(claimed[-1].params["code"])


async def test_one_phone_has_one_holder(two: Two, people: Town):
    phone = "13900000009"
    li, wang = (replace(entry.claim, phone=phone) for entry in (LI_MING, WANG_FANG))
    await two(lambda work: identity.prove_person(work, li), lambda work: identity.prove_person(work, wang))
    contacts = [
        await two.first(partial(identity.contact, person_id=person))
        for person in (people.li_ming, people.wang_fang)
    ]
    assert [contact.phone for contact in contacts] == [None, phone]


async def test_one_newcomer_is_entered(two: Two):
    first, second = await two.twins(lambda work: identity.enter_person(work, NEWCOMER))
    assert (first[1], second) == ("new", (first[0], "unchanged"))


async def test_a_phone_that_is_being_proved_goes_before_the_registers(two: Two, people: Town):
    proved = replace(LI_MING.claim, phone="13900000007")
    registered = replace(LI_MING, claim=replace(LI_MING.claim, phone="13900000006"))

    async def bind(work: Work) -> None:
        await binding.send_code(work, "o-li", proved)
        await binding.confirm_code(work, "o-li", await code_sent(work))

    await two(bind, lambda work: identity.enter_person(work, registered))
    assert (await two.first(lambda work: identity.contact(work, people.li_ming))).phone == proved.phone


async def test_one_vehicle_has_one_owner_since_a_day(two: Two, people: Town):
    owners = [entry.claim.resident_id for entry in (LI_MING, WANG_FANG)]
    li, wang = (VehicleEntry(NEW_PLATE, "小型汽车", owner, BOUGHT) for owner in owners)
    answers = await two(
        lambda work: identity.enter_vehicle(work, li), lambda work: identity.enter_vehicle(work, wang)
    )
    assert answers == ("new", "register.other_owner")


async def test_one_version_of_an_offence_is_entered(two: Two):
    assert await two.twins(lambda work: catalogue.enter(work, offence(HORN))) == (ENTRY_NEW, ENTRY_UNCHANGED)


async def test_one_lock_for_two_cases(two: Two, people: Town):
    await two(*[partial(impose, person_id=people.li_ming, case=case) for case in ("1", "2")])
    assert [kind for kind, *_ in await two.first(queued)] == ["wallet_lock"]


async def test_the_lock_goes_when_both_bases_go_together(two: Two, people: Town):
    for case in ("1", "2"):
        await two.first(partial(impose, person_id=people.li_ming, case=case))
    await two(lambda work: restrictions.lift(work, "case 1"), lambda work: restrictions.lift(work, "case 2"))
    assert [kind for kind, *_ in await two.first(queued)] == ["wallet_lock", "wallet_unlock"]


async def test_the_lock_of_the_next_case_is_a_new_one_when_the_last_basis_is_going(two: Two, people: Town):
    await two.first(partial(impose, person_id=people.li_ming, case="1"))
    await two(
        lambda work: restrictions.lift(work, "case 1"), partial(impose, person_id=people.li_ming, case="2")
    )
    told = await two.first(queued)
    assert [kind for kind, *_ in told] == ["wallet_lock", "wallet_unlock", "wallet_lock"]
    assert len({subject for *_, subject in told}) == 2


async def impose(work: Work, person_id: int, case: str) -> None:
    warned = restrictions.Warned(restrictions.WALLET, f"case {case}", person_id, work.today)
    await restrictions.impose(work, warned, {"number": case})


async def test_one_leader(two: Two):
    names = iter(("first", "second"))
    answers = await two.twins(lambda work: leases.take(work, "scheduler", next(names), timedelta(minutes=1)))
    assert answers == (1, None)


async def test_one_message_is_handled_and_the_other_gets_its_answer(two: Two):
    async def handle(work: Work) -> Any:
        if stored := await inbox.claim(work, "wechat", "m1"):
            return stored.answer
        return await inbox.answer(work, "wechat", "m1", "it was done")

    assert await two.twins(handle) == (None, "it was done")
