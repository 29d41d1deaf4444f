"""A driver's points are moved from two sides at once: the person is held, and each sees what the other has done."""

from datetime import date, timedelta

from models.flows import decision, education, point_cycles
from models.identity import acts as identity
from models.licences import account, holds
from models.licences import acts as licences
from models.licences.education import Learned
from models.licences.reduction_rules import Learnt
from models.licences.tables import educations, ledger
from models.licences.tables import holds as held
from models.violations import store
from tests.conftest import START
from tests.databases import on_postgresql
from tests.helpers import RED_LIGHT, paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job

pytestmark = on_postgresql

TODAY = START.date()
YESTERDAY = timedelta(days=1)


async def posted(street: Street, driver: Citizen, points: int, *, before: timedelta = timedelta()) -> None:
    """Points of a decision elsewhere, so long ago."""
    moment = street.database.civic.now() - before
    async with street.database.begin("street", now=moment) as work:
        await licences.post_decision(work, driver.person_id, points, f"9{next(street.numbers):011}")


async def points(street: Street, driver: Citizen) -> int:
    async with street.database.read() as work:
        return await account.total(work, driver.person_id)


def record(driver: Citizen, reference: str, learned: Learned) -> Job:
    return jobs.act(education.record, reference, driver.claim.resident_id, learned)


ON_SITE = Learned(Learnt.ON_SITE, TODAY, TODAY, 60, passed=True)


async def test_a_decision_while_the_cycle_is_closed(meetings: Meetings, street: Street) -> None:
    """The person is held by both: nine points of the old cycle go once, and never make twelve with the three of the new one."""
    async for meet in meetings:
        him = await street.citizen()
        async with street.database.begin("street") as work:
            await licences.enter_licence(work, him.person_id, "C1", date(2016, 3, 2))
        await posted(street, him, 9, before=YESTERDAY)
        number = await street.recorded(him)
        accepted, _ = await meet(
            jobs.act(decision.accept, him.person_id, number), jobs.act(point_cycles.close_ending)
        )
        assert accepted.case.number == number
        assert await points(street, him) == 3
        assert await street.rows(held, person_id=him.person_id) == 0
        assert await street.happened("points.cycle_closed", f"licence {him.person_id}") == 1


async def test_two_studies_take_no_more_off_than_there_is(twins: Meetings, street: Street) -> None:
    """The person is held while points are counted: one is left, and two are not taken off it."""
    async for meet in twins:
        him = await street.citizen()
        await posted(street, him, 1)
        references = [f"L-{next(street.numbers):05}" for _ in range(2)]
        outcomes = await meet(*(record(him, reference, ON_SITE) for reference in references))
        assert [each for each in outcomes if isinstance(each, str)] == ["reduce.no_points"]
        assert await points(street, him) == 0


async def test_one_study_that_comes_in_twice_counts_once(twins: Meetings, street: Street) -> None:
    """The person is held; the second finds the reference."""
    async for meet in twins:
        him = await street.citizen()
        await posted(street, him, 6)
        reference = f"L-{next(street.numbers):05}"
        one, other = await meet(record(him, reference, ON_SITE), record(him, reference, ON_SITE))
        assert one == other
        assert await points(street, him) == 4
        assert await street.rows(educations, reference=reference) == 1


async def test_the_last_payment_while_the_exam_is_recorded(meetings: Meetings, street: Street) -> None:
    """The person is held by both: whichever is second sees the first, and gives the licence back."""
    async for meet in meetings:
        him = await street.citizen()
        await posted(street, him, 6, before=YESTERDAY)
        number = await street.recorded(him, RED_LIGHT)
        async with street.database.begin("street", now=street.database.civic.now() - 7 * YESTERDAY) as work:
            await identity.hold(work, him.person_id)
            case = await store.case(work, number)
            assert case is not None
            assert await decision.decide(work, decision.Proposal(case, None, consent=False))
        first = TODAY - 7 * YESTERDAY
        studied = Learned(Learnt.FULL_STUDY, first, TODAY)
        await street.act(education.record, f"S-{number}", him.claim.resident_id, studied)
        trade = paid_trade(await street.ordered(number), street.database.wall.now())
        exam = Learned(Learnt.FULL_EXAM, TODAY, TODAY, passed=True)
        await meet(jobs.pay(trade), record(him, f"E-{number}", exam))
        assert await points(street, him) == 0
        assert await street.rows(held, person_id=him.person_id, outcome=holds.Outcome.CLEARED) == 1
        assert (
            await street.rows(ledger.table, reason="full_cleared", from_account=f"driver:{him.person_id}")
            == 2
        )
