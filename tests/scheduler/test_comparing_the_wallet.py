"""Each night what the wallet holds is compared with what we hold: mended in the citizen's favour only, and every difference on record."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.base import audit
from models.base.ports import GatewayDown, GatewayError, Malformed
from models.post.desk import tickets
from models.post.outbox import outbox
from models.restrictions import acts as restrictions
from models.restrictions import comparison
from models.restrictions.acts import Warned
from models.restrictions.comparison import Differs, Outcome
from scheduler.jobs.compare_wallet import MANY, CompareWallet, TooMany, due_day
from tests.conftest import START
from tests.fakes import FakeWallet, Lock
from tests.helpers import recorded_case
from tests.scheduler.post_office import NO_ANSWER, PostOffice

TODAY = START.date()
FOREIGN = Lock("110101", "x", "x", TODAY)


@pytest.fixture
async def locked(office: PostOffice) -> str:
    """A case of Li Ming's that his wallet is locked for; everybody has been told. What comes later is another hour's."""
    async with office.database.begin("system:jobs") as work:
        number = await recorded_case(work)
        basis, person = f"case {number}", office.people.li_ming
        await restrictions.warn(work, basis, person)
        await restrictions.impose(
            work, Warned("wallet", basis, person, None), {"number": number, "link": "x"}
        )
    await office.bind_li_ming()
    await office.worker.drain()
    office.pass_time(hours=1)
    return number


@pytest.fixture
def job(office: PostOffice) -> CompareWallet:
    return CompareWallet(office.database, office.fakes.wallet)


def wallet(office: PostOffice) -> FakeWallet:
    return office.fakes.wallet


async def lift(office: PostOffice, number: str) -> None:
    async with office.database.begin("system:pay") as work:
        await restrictions.lift(work, f"case {number}")


async def found(office: PostOffice, day: date = TODAY) -> list[tuple[Differs, Outcome | None, bool]]:
    """What differed; whether a ticket is open."""
    async with office.database.read() as work:
        closed = {
            row.number for row in await work.all(select(tickets).where(tickets.c.closed_at.is_not(None)))
        }
        return [
            (each.kind, each.outcome, each.ticket is not None and each.ticket not in closed)
            for each in await comparison.of_day(work, day)
        ]


async def happened(office: PostOffice, action: str) -> int:
    async with office.database.read() as work:
        return len(await work.all(select(audit.events.c.id).where(audit.events.c.action == action)))


async def the_wallet_forgets_a_release(office: PostOffice, number: str) -> None:
    """It acknowledged, and its own backup brought the lock back."""
    before = dict(wallet(office).locks)
    await lift(office, number)
    await office.worker.drain()
    wallet(office).locks.update(before)


async def test_nothing_differs(office: PostOffice, locked: str, job: CompareWallet) -> None:
    del locked
    assert await job.run_due() == 0
    async with office.database.read() as work:
        night = await comparison.of_night(work, TODAY)
    assert night
    assert (night.held_there, night.held_here) == (1, 1)
    assert (await found(office), await office.tickets()) == ([], [])


async def test_it_is_compared_once_a_night_from_three_on(office: PostOffice, job: CompareWallet) -> None:
    assert due_day(START.replace(hour=2, minute=59)) == TODAY - timedelta(days=1)
    assert due_day(START.replace(hour=3)) == TODAY
    for _ in range(3):
        await job.run_due()
    assert await happened(office, "wallet.compared") == 1
    office.pass_time(days=1)
    await job.run_due()
    assert await happened(office, "wallet.compared") == 2


async def test_what_the_wallet_should_have_let_go_is_told_again(
    office: PostOffice, locked: str, job: CompareWallet
) -> None:
    await the_wallet_forgets_a_release(office, locked)
    assert await job.run_due() == 1
    assert await found(office) == [(Differs.HELD_THERE, Outcome.TOLD, False)]
    assert await happened(office, "wallet.held_there") == 1
    before = len(office.fakes.chat.sent)
    await office.worker.drain()
    assert wallet(office).locks == {}
    assert len(office.fakes.chat.sent) == before  # he was told that it is unlocked when we were


async def test_a_wallet_that_acknowledges_and_does_not_let_go_is_a_matter_for_the_desk(
    office: PostOffice, locked: str, job: CompareWallet
) -> None:
    await the_wallet_forgets_a_release(office, locked)
    await job.run_due()
    before = dict(wallet(office).locks)
    await office.worker.drain()
    wallet(office).locks.update(before)
    office.pass_time(days=1)
    await job.run_due()
    assert await found(office, TODAY + timedelta(days=1)) == [(Differs.HELD_THERE, Outcome.TOLD, True)]
    await office.worker.drain()
    assert wallet(office).locks == {}


async def test_a_lock_that_nobody_here_knows_is_let_go(office: PostOffice, job: CompareWallet) -> None:
    """Our own books may have been brought back from a backup: whoever is locked is let go."""
    wallet(office).locks["NOBODYKNOWSIT"] = FOREIGN
    await job.run_due()
    await office.worker.drain()
    assert (wallet(office).locks, await found(office)) == ({}, [(Differs.HELD_THERE, Outcome.TOLD, False)])


async def test_what_the_wallet_lost_is_reported_and_not_locked_again(
    office: PostOffice, locked: str, job: CompareWallet
) -> None:
    wallet(office).locks.clear()
    asked = list(wallet(office).asked)
    assert await job.run_due() == 1
    await office.worker.drain()
    assert (wallet(office).asked, wallet(office).locks) == (asked, {})
    assert await found(office) == [(Differs.HELD_HERE, None, True)]
    async with office.database.read() as work:
        assert await comparison.open_differences(work) == 1
    await lift(office, locked)  # paid; what differed is no more
    office.pass_time(days=1)
    await job.run_due()
    assert await found(office) == [(Differs.HELD_HERE, Outcome.GONE, False)]
    async with office.database.read() as work:
        assert await comparison.open_differences(work) == 0


@pytest.mark.parametrize(
    ("minutes", "kept"),
    [
        pytest.param(1, [], id="a moment ago: no difference"),
        pytest.param(11, [(Differs.HELD_THERE, Outcome.WAITING, False)], id="the wallet has been away"),
    ],
)
async def test_lifted_while_the_wallet_was_away(
    office: PostOffice,
    locked: str,
    job: CompareWallet,
    minutes: int,
    kept: list[tuple[Differs, Outcome, bool]],
) -> None:
    """The unlock is on its way, and is not queued a second time."""
    await lift(office, locked)
    wallet(office).answers = [NO_ANSWER]
    await office.worker.run_once()
    office.pass_time(minutes=minutes)
    await job.run_due()
    assert await found(office) == kept
    async with office.database.read() as work:
        rows = await work.all(select(outbox.c.id).where(outbox.c.kind == "wallet_unlock"))
    assert len(rows) == 1
    await office.worker.drain()
    assert wallet(office).locks == {}


@pytest.mark.parametrize(
    ("trouble", "topic"),
    [
        pytest.param(GatewayDown("timeout"), "wallet_not_compared", id="no answer, for hours"),
        pytest.param(Malformed("no list"), "wallet_unreadable", id="nonsense"),
    ],
)
async def test_a_wallet_in_trouble_changes_nothing(
    office: PostOffice,
    locked: str,
    job: CompareWallet,
    logged: list[Any],
    trouble: GatewayError,
    topic: str,
) -> None:
    await the_wallet_forgets_a_release(office, locked)
    wallet(office).trouble = trouble
    assert await job.run_due() == 0
    assert (await found(office), len(wallet(office).locks)) == ([], 1)
    assert await office.tickets() == [topic]
    logged.clear()
    wallet(office).trouble = None
    office.pass_time(hours=1)
    assert await job.run_due() == 1
    async with office.database.read() as work:
        assert not await work.all(select(tickets).where(tickets.c.closed_at.is_(None)))


async def test_after_some_hours_without_an_answer_a_person_is_told_once(
    office: PostOffice, job: CompareWallet
) -> None:
    wallet(office).trouble = GatewayDown("timeout")
    office.pass_time(hours=-1)  # nine: six hours after three
    await job.run_due()
    assert await office.tickets() == []
    office.pass_time(minutes=1)
    for _ in range(2):
        await job.run_due()
    assert await office.tickets() == ["wallet_not_compared"]


async def test_many_at_once_are_not_let_go_without_a_person(
    office: PostOffice, job: CompareWallet, logged: list[Any]
) -> None:
    """Our own books may be the wrong ones: another city's, or empty."""
    wallet(office).locks = {f"L{number:03}": FOREIGN for number in range(MANY + 1)}
    assert await job.run_due() == 0
    assert (await office.tickets(), await found(office)) == (["wallet_too_many"], [])
    logged.clear()
    with pytest.raises(TooMany, match="21 of the 21"):
        await job.run(TODAY)
    assert (await job.run(TODAY, however_many=True)).found == MANY + 1
    await office.worker.drain()
    assert wallet(office).locks == {}


async def test_an_unlock_that_the_wallet_refused_is_told_again_and_then_the_citizen(
    office: PostOffice, locked: str, job: CompareWallet
) -> None:
    """The desk has a ticket of it; the night mends it."""
    before = dict(wallet(office).locks)
    await lift(office, locked)
    async with office.database.begin("system:test") as work:
        await work.run(update(outbox).where(outbox.c.kind == "wallet_unlock").values(state="failed"))
    assert wallet(office).locks == before
    await job.run_due()
    await office.worker.drain()
    assert wallet(office).locks == {}
    assert [row.kind for row in await office.notices()].count("wallet_unlocked") == 2  # chat and text
