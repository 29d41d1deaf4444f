"""What the scheduler does to a case while it is paid, and two steps of enforcement at once."""

from sqlalchemy import select

from models.flows import enforcement
from models.flows.settlement import Settlement
from models.post.tables import outbox
from models.restrictions import acts as restrictions
from models.restrictions.tables import restrictions as in_force
from models.restrictions.tables import warnings
from models.violations.rules import State
from tests.databases import on_postgresql
from tests.helpers import paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job

pytestmark = on_postgresql


async def news(street: Street, number: str) -> Job:
    """That it was paid."""
    return jobs.pay(paid_trade(await street.ordered(number), street.database.wall.now()))


async def wallet(street: Street, him: Citizen) -> list[tuple[str, str]]:
    """What the wallet is told: lock or unlock, and of which lock."""
    about = (outbox.c.person_id == him.person_id) & (outbox.c.channel == "wallet")
    async with street.database.read() as work:
        rows = await work.all(select(outbox.c.kind, outbox.c.subject).where(about).order_by(outbox.c.id))
    return [(row.kind, row.subject) for row in rows]


async def is_free(street: Street, him: Citizen, number: str) -> None:
    """Paid: nothing rests on it, nothing is announced, and every lock the wallet hears of is taken back."""
    assert (await street.case(number)).state is State.PAID
    assert await street.rows(in_force, basis=f"case {number}", lifted_at=None) == 0
    assert await street.rows(warnings, basis=f"case {number}", ended_at=None) == 0
    told = await wallet(street, him)
    assert [kind for kind, _ in told] in ([], ["wallet_lock", "wallet_unlock"])


async def test_a_case_paid_when_its_measure_ripens(meetings: Meetings, street: Street) -> None:
    """The cases are held (`store.states`, FOR UPDATE) while it is decided which are still owed."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.warned(him)
        booked, _ = await meet(await news(street, number), jobs.act(enforcement.impose_ripe))
        assert booked is Settlement.BOOKED
        await is_free(street, him, number)


async def test_a_case_paid_when_it_becomes_overdue(meetings: Meetings, street: Street) -> None:
    """The guarded move: what is paid does not become overdue."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.late(him)
        booked, _ = await meet(await news(street, number), jobs.act(enforcement.announce_overdue))
        assert booked is Settlement.BOOKED
        await is_free(street, him, number)


async def test_two_who_announce_tell_once(twins: Meetings, street: Street) -> None:
    """The guarded move: whoever moved the case tells."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.late(him)
        announce = jobs.act(enforcement.announce_overdue)
        assert sorted(await meet(announce, announce)) == [0, 1]
        assert await street.happened("case.overdue", f"case {number}") == 1
        assert (await street.told(him)).count("overdue_warning") == 1


async def test_two_cases_share_one_lock(twins: Meetings, street: Street) -> None:
    """The person is held (`restrictions.impose`) while it is looked whether there is a lock already."""
    async for meet in twins:
        him = await street.citizen()
        numbers = [await street.warned(him) for _ in range(2)]
        await meet(*[impose(street, him, number) for number in numbers])
        assert [kind for kind, _ in await wallet(street, him)] == ["wallet_lock"]


async def test_the_last_case_of_a_lock_is_paid_when_the_next_one_ripens(
    meetings: Meetings, street: Street
) -> None:
    """The person is held, by both: the lock of the next case is the old one that stays, or a new one behind the unlock."""
    async for meet in meetings:
        him = await street.citizen()
        paid, ripe = await street.locked(him), await street.warned(him)
        await meet(await news(street, paid), impose(street, him, ripe))
        locks = await wallet(street, him)
        async with street.database.read() as work:
            mine = in_force.c.basis == f"case {ripe}"
            held = await work.scalar(select(in_force.c.reference).where(mine))
        assert ("wallet_lock", held) in locks
        assert ("wallet_unlock", held) not in locks
        assert sum(kind == "wallet_lock" for kind, _ in locks) - len(locks) // 2 == len(locks) % 2


async def test_a_measure_that_two_find_ripe_takes_hold_once(twins: Meetings, street: Street) -> None:
    """The cases are held, and the unique key (measure, basis)."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.warned(him)
        impose_ripe = jobs.act(enforcement.impose_ripe)
        await meet(impose_ripe, impose_ripe)
        assert await street.happened("restriction.imposed", f"case {number}") == 1
        assert [kind for kind, _ in await wallet(street, him)] == ["wallet_lock"]


def impose(street: Street, him: Citizen, number: str) -> Job:
    """This one measure, whatever else is ripe."""
    today = street.database.civic.now().date()
    warned = restrictions.Warned(restrictions.WALLET, f"case {number}", him.person_id, today)
    return jobs.act(restrictions.impose, warned, {"number": number})
