"""Workers after the same notices."""

from sqlalchemy import delete, select

from models.base.ports import Receipt, ReceiptStatus
from models.post import outbox
from models.post.notices import Kind, Notice
from models.violations.rules import State
from tests.databases import on_postgresql
from tests.races import acts, jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql

NEWS = Kind("news")
TOO_LATE = 120  # seconds: every lease has run out


async def queue(street: Street, count: int) -> list[int]:
    """So many notices are due, and nothing else; their ids."""
    async with street.database.begin("street") as work:
        await work.run(delete(outbox.outbox))
        for number in range(count):
            await outbox.queue(work, NEWS, subject=f"case {number}", once="1")
        return [row.id for row in await work.all(select(outbox.outbox.c.id))]


async def test_no_notice_is_claimed_twice_and_none_is_lost(twins: Meetings, street: Street) -> None:
    """FOR UPDATE SKIP LOCKED: what another is claiming is passed over, and nobody waits."""
    async for meet in twins:
        due = await queue(street, 7)
        one, other = await meet(*[jobs.act(acts.claim, 4)] * 2)
        assert sorted(one + other) == due
        assert not meet.waited


async def test_notices_whose_lease_ran_out_are_claimed_once(twins: Meetings, street: Street) -> None:
    """The same, over the claimed ones."""
    async for meet in twins:
        due = await queue(street, 5)
        await street.act(acts.claim, 5)
        one, other = await meet(*[jobs.later(TOO_LATE, jobs.act(acts.claim, 3))] * 2)
        assert sorted(one + other) == due
        assert not meet.waited


async def test_one_notice_is_queued_once(twins: Meetings, street: Street) -> None:
    """The unique key of the notice: kind, subject, `once`, channel."""
    async for meet in twins:
        subject = f"case {next(street.numbers)}"
        queue_it = jobs.act(outbox.queue, NEWS, subject=subject, once="1")
        await meet(queue_it, queue_it)
        assert await street.rows(outbox.outbox, subject=subject) == 1


async def test_who_lost_a_claim_records_nothing(meetings: Meetings, street: Street) -> None:
    """The guard of the claim (state and number of attempts): recorded by the first, or claimed by the next, never both."""
    async for meet in meetings:
        await queue(street, 1)
        [notice] = await claimed(street)
        recorded, taken = await meet(
            jobs.act(acts.sent, acts.bare(notice)), jobs.later(TOO_LATE, jobs.act(acts.claim, 1))
        )
        assert recorded == (taken == [])
        assert await street.rows(outbox.outbox, state="sent" if recorded else "claimed") == 1


async def test_of_two_who_record_one_does(twins: Meetings, street: Street) -> None:
    """The same: what follows from a notice's having been sent is written once."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.recorded(him)
        [notice] = [each for each in await claimed(street) if each.subject == number]
        assert sorted(await meet(*[jobs.act(acts.sent_all, [acts.bare(notice)])] * 2)) == [0, 1]
        assert (await street.case(number)).state is State.NOTIFIED
        assert await street.happened("case.notified", f"case {number}") == 1


async def claimed(street: Street) -> list[Notice]:
    """By a worker that then was slow."""
    async with street.database.begin("street") as work:
        return await acts.claimed(work)


async def test_a_receipt_that_overtakes_our_own_record(meetings: Meetings, street: Street) -> None:
    """The guards of both: the carrier's word is final, and what follows is written once."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.recorded(him)
        [notice] = [each for each in await claimed(street) if each.subject == number]
        delivered = Receipt("biz-1", notice.key, ReceiptStatus.DELIVERED, street.database.wall.now())
        await meet(jobs.act(acts.sent_all, [acts.bare(notice)]), jobs.receive([delivered]))
        assert await street.rows(outbox.outbox, id=notice.id, state="delivered") == 1
        assert (await street.case(number)).state is State.NOTIFIED
        assert await street.happened("case.notified", f"case {number}") == 1


async def test_receipts_for_many_beside_our_own_record_of_them(meetings: Meetings, street: Street) -> None:
    """Each receipt is a unit of work: who takes one holds no other row."""
    async for meet in meetings:
        numbers = [await street.recorded(await street.citizen()) for _ in range(2)]
        notices = [each for each in await claimed(street) if each.subject in numbers]
        at = street.database.wall.now()
        receipts = [Receipt("biz-1", n.key, ReceiptStatus.DELIVERED, at) for n in reversed(notices)]
        await meet(jobs.act(acts.sent_all, [acts.bare(n) for n in notices]), jobs.receive(receipts))
        for number in numbers:
            assert await street.rows(outbox.outbox, subject=number, state="delivered") == 1
            assert await street.happened("case.notified", f"case {number}") == 1
