"""Two who compare the wallet at once, and a payment meanwhile: an unlock is told once, a difference is kept once."""

from sqlalchemy import select

from models.post.tables import outbox
from models.restrictions import acts as restrictions
from models.restrictions.tables import restrictions as table
from models.restrictions.wallet_tables import differences
from tests.conftest import START
from tests.databases import on_postgresql
from tests.fakes import Lock
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql
DAY = START.date()
HELD = Lock("110101", "x", "x", DAY)


async def test_what_two_find_is_kept_and_told_once(twins: Meetings, street: Street) -> None:
    """The unique key of a difference."""
    async for meet in twins:
        reference = f"L{next(street.numbers)}"
        compare = jobs.compare(DAY, {reference: HELD})
        assert sorted(await meet(compare, compare)) == [0, 1]
        assert await street.rows(differences, reference=reference) == 1
        assert await street.rows(outbox, subject=reference, kind="wallet_unlock") == 1


async def test_a_lock_that_is_lifted_meanwhile_is_told_once(meetings: Meetings, street: Street) -> None:
    """What was queued a moment ago is no difference; a lock that holds is none."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        async with street.database.read() as work:
            mine = select(table.c.reference).where(table.c.person_id == him.person_id)
            reference = str(await work.scalar(mine))
        compare = jobs.compare(DAY, {reference: HELD})
        await meet(compare, jobs.act(restrictions.lift, f"case {number}"))
        assert await street.rows(differences, reference=reference) == 0
        assert await street.rows(outbox, subject=reference, kind="wallet_unlock") == 1
