"""The wallet is told, its acknowledgement is recorded, then the citizen is told: never the other way round."""

import pytest

from models.base.db import Work
from models.restrictions import acts as restrictions
from models.restrictions.acts import Warned
from scheduler.results import GIVE_UP_AFTER
from tests.helpers import LI_MING, recorded_case
from tests.scheduler.post_office import BUSY, NO_ANSWER, PostOffice

CONFIRMATION = "wallet_unlocked"


async def impose(work: Work, office: PostOffice, number: str) -> None:
    basis, person = f"case {number}", office.people.li_ming
    await restrictions.warn(work, basis, person)
    warned = Warned("wallet", basis, person, None)
    await restrictions.impose(work, warned, {"number": number, "link": "https://shimin.test/c/x"})


async def lift(office: PostOffice, number: str) -> None:
    async with office.database.begin("system:pay") as work:
        await restrictions.lift(work, f"case {number}")


@pytest.fixture
async def basis(office: PostOffice) -> str:
    """The case a lock rests on; the wallet has not been told yet."""
    async with office.database.begin("system:jobs") as work:
        number = await recorded_case(work)
        await impose(work, office, number)
    await office.spoil("violation_recorded", state="sent")
    return number


@pytest.fixture
async def locked(office: PostOffice, basis: str) -> str:
    """As `basis`, and everybody has been told."""
    await office.bind_li_ming()
    await office.worker.drain()
    assert len(office.fakes.wallet.locks) == 1
    return basis


async def test_lock_then_the_text_that_says_so(office: PostOffice, basis: str) -> None:
    assert await office.worker.run_once() == 1
    [lock] = office.fakes.wallet.locks.values()
    assert (lock.resident_id, lock.since) == (LI_MING.claim.resident_id, office.civic.now().date())
    assert "第9条" in lock.legal_basis
    assert office.texts() == []
    await office.worker.run_once()
    assert office.texts() == ["wallet_locked"]
    assert office.fakes.sms.sent[0].params["number"] == basis


async def test_no_text_says_locked_before_the_wallet_does(office: PostOffice, basis: str) -> None:
    office.fakes.wallet.answers = [NO_ANSWER, BUSY]
    for seconds in (5, 10):
        await office.worker.drain()
        assert office.texts() == []
        office.pass_time(seconds=seconds)
    await office.worker.drain()
    assert office.texts() == ["wallet_locked"]
    assert len({reference for _, reference in office.fakes.wallet.asked}) == 1


async def test_what_was_paid_before_the_wallet_was_told_is_not_locked(office: PostOffice, basis: str) -> None:
    await lift(office, basis)
    await office.worker.drain()
    assert [what for what, _ in office.fakes.wallet.asked] == ["unlock"]
    assert (await office.notice("wallet_lock", "wallet")).state == "dropped"


async def test_unlock_then_acknowledgement_then_confirmation_in_chat_and_by_text(
    office: PostOffice, locked: str
) -> None:
    await lift(office, locked)
    assert CONFIRMATION not in [row.kind for row in await office.notices()]
    await office.worker.run_once()
    assert office.fakes.wallet.locks == {}
    confirmations = [(row.channel, row.state) for row in await office.notices() if row.kind == CONFIRMATION]
    assert sorted(confirmations) == [("chat", "pending"), ("sms", "pending")]
    await office.worker.run_once()
    assert ([openid for openid, _ in office.fakes.chat.sent], office.texts()[-1]) == (["o-li"], CONFIRMATION)


async def test_no_confirmation_before_the_acknowledgement_however_often_the_wallet_fails(
    office: PostOffice, locked: str
) -> None:
    await lift(office, locked)
    office.fakes.wallet.answers = [NO_ANSWER, BUSY, NO_ANSWER, NO_ANSWER]
    for seconds in (5, 10, 20, 40):
        await office.worker.drain()
        assert CONFIRMATION not in [row.kind for row in await office.notices()]
        office.pass_time(seconds=seconds)
    await office.worker.drain()
    assert (office.texts().count(CONFIRMATION), len(office.fakes.chat.sent)) == (1, 1)
    assert office.fakes.wallet.locks == {}


async def test_an_unlock_is_owed_until_it_is_done(office: PostOffice, locked: str) -> None:
    """The wallet may be away for a day: nobody stays locked because we gave up."""
    await lift(office, locked)
    office.fakes.wallet.answers = [NO_ANSWER] * (GIVE_UP_AFTER + 5)
    while office.fakes.wallet.answers:
        await office.worker.drain()
        office.pass_time(minutes=15)
    assert CONFIRMATION not in office.texts()
    await office.worker.drain()
    assert (office.fakes.wallet.locks, office.texts()[-1]) == ({}, CONFIRMATION)


async def test_the_confirmation_comes_at_night(office: PostOffice, locked: str) -> None:
    office.pass_time(hours=13)
    await lift(office, locked)
    await office.worker.drain()
    assert (office.texts()[-1], len(office.fakes.chat.sent)) == (CONFIRMATION, 1)


async def test_a_lock_that_rests_on_two_cases_goes_with_the_last(office: PostOffice, locked: str) -> None:
    async with office.database.begin("system:jobs") as work:
        second = await recorded_case(work, "R2")
        await impose(work, office, second)
    await lift(office, locked)
    await office.worker.drain()
    assert CONFIRMATION not in office.texts()
    await lift(office, second)
    await office.worker.drain()
    assert [what for what, _ in office.fakes.wallet.asked] == ["lock", "unlock"]
    assert office.texts().count(CONFIRMATION) == 1


async def test_lifting_twice_tells_once(office: PostOffice, locked: str) -> None:
    for _ in range(2):
        await lift(office, locked)
        await office.worker.drain()
    assert office.texts().count(CONFIRMATION) == 1
