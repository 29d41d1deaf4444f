"""Two schedulers, and two sealers of the audit's chain."""

from models.base import audit
from models.base.leases import slots
from scheduler.service import LEASE_LENGTH
from tests.databases import on_postgresql
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql

TOO_LATE = LEASE_LENGTH.total_seconds() + 1


async def next_morning(street: Street) -> str:
    """A slot that is due, and no lease that holds; how its trace is called."""
    street.pass_time(days=1)
    return f"day {street.database.civic.now().date()}"


async def ran_once(street: Street, day: str) -> bool:
    """All slots that have run left one trace."""
    return await street.happened(jobs.DAILY, day) == 1


async def test_of_two_schedulers_one_leads(twins: Meetings, street: Street) -> None:
    """The lease: its primary key the first time, then the guarded update."""
    async for meet in twins:
        day = await next_morning(street)
        assert sorted(await meet(jobs.tick, jobs.tick)) == ["followed", "led"]
        assert await ran_once(street, day)


async def test_a_leader_that_slept_past_its_lease_does_not_run_the_slot_again(
    meetings: Meetings, street: Street
) -> None:
    """The lease is renewed in the slot's own unit of work: who lost it writes nothing."""
    async for meet in meetings:
        day = await next_morning(street)
        slept, took_over = await meet(jobs.tick, jobs.later(TOO_LATE, jobs.tick))
        assert (slept, took_over) in {
            ("led", "led"),  # nothing was left to run
            ("lost the lead", "led"),
            ("followed", "led"),
        }
        assert await ran_once(street, day)
        assert await street.rows(slots) == await street.rows(audit.events, action=jobs.DAILY)


async def test_the_chain_of_audit_events_stays_one(twins: Meetings, street: Street) -> None:
    """The primary key of links, and the unique key of their events: of two sealers one is undone whole."""
    async for meet in twins:
        await street.citizen()
        one, other = await meet(jobs.seal, jobs.seal)
        assert not (one and other)
        async with street.database.read() as work:
            verdict = await audit.verify(work)
        assert (verdict.broken_at, verdict.unsealed) == (None, 0)
