"""A driver answers while something else happens to the nomination: one wins, the other gets a sentence."""

from typing import Any

from models.base.errors import Refusal
from models.flows import decision, nomination
from models.licences.tables import ledger as points
from models.violations import nomination_store, nominations
from models.violations.nomination_rules import NominationState
from models.violations.nominations import Nomination
from models.violations.rules import State
from models.violations.tables import nominations as table
from tests.databases import on_postgresql
from tests.helpers import HORN, SPEEDING
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job

pytestmark = on_postgresql


async def asked(street: Street, code: str = SPEEDING) -> tuple[Citizen, Citizen, Nomination]:
    """Owner and driver, both new, and what the owner asked of the driver."""
    owner, driver = await street.citizen(), await street.citizen()
    number = await street.recorded(owner, code)
    ending = driver.claim.phone[-4:]
    told = await street.act(nomination.nominate, owner.person_id, number, driver.claim.name, ending)
    return owner, driver, told.nomination


def agree(to: Nomination) -> Job:
    return jobs.act(nomination.consent, to.driver_id, to.code)


async def state(street: Street, known: Nomination) -> NominationState:
    async with street.database.read() as work:
        return (await nomination_store.by_id(work, known.id)).state


async def test_the_driver_agrees_while_the_owner_takes_it_back(meetings: Meetings, street: Street) -> None:
    """Both hold both, and the move is guarded by the state."""
    async for meet in meetings:
        owner, driver, filed = await asked(street)
        withdraw = jobs.act(nominations.withdraw, owner.person_id, filed.case_number)
        agreed, withdrawn = await meet(agree(filed), withdraw)
        liable = (await street.case(filed.case_number)).liable_id
        if await state(street, filed) is NominationState.VERIFIED:
            assert withdrawn in {"withdraw.taken", "withdraw.nothing"}
            assert liable == driver.person_id
        else:
            assert agreed == "takeover.is.withdrawn"
            assert liable == owner.person_id


async def test_the_driver_agrees_while_the_owner_accepts(meetings: Meetings, street: Street) -> None:
    """The owner is held by both: what was taken over is not decided against the owner, and points go nowhere else."""
    async for meet in meetings:
        owner, driver, filed = await asked(street)
        number = filed.case_number
        agreed, accepted = await meet(agree(filed), jobs.act(decision.accept, owner.person_id, number))
        assert accepted in {"accept.nominated", "case.unknown"}
        assert agreed.nomination.state is NominationState.VERIFIED
        case = await street.case(number)
        assert (case.liable_id, case.state) == (driver.person_id, State.NOTIFIED)
        assert await street.rows(points.table, reference=number) == 0


async def test_the_owner_names_somebody_while_accepting(meetings: Meetings, street: Street) -> None:
    """The owner is held: the case is decided, or waits for the driver."""
    async for meet in meetings:
        owner, driver = await street.citizen(), await street.citizen()
        number = await street.recorded(owner)
        name = (driver.claim.name, driver.claim.phone[-4:])
        told, accepted = await meet(
            jobs.act(nomination.nominate, owner.person_id, number, *name),
            jobs.act(decision.accept, owner.person_id, number),
        )
        decided = (await street.case(number)).state is State.DECIDED
        assert (told if decided else accepted) == ("nominate.decided" if decided else "accept.nominated")
        assert await street.rows(table, case_number=number) == (not decided)


async def test_two_messages_that_agree(twins: Meetings, street: Street) -> None:
    """The driver is held: one takes over, the other hears that it is done."""
    async for meet in twins:
        _, _, filed = await asked(street)
        answers = await meet(agree(filed), agree(filed))
        assert [answer for answer in answers if isinstance(answer, str)] == ["takeover.is.verified"]
        assert await street.happened("case.handed_over", f"case {filed.case_number}") == 1


async def test_the_driver_agrees_and_declines_at_once(meetings: Meetings, street: Street) -> None:
    """The guarded move, under both people's locks."""
    async for meet in meetings:
        _, _, filed = await asked(street)
        decline = jobs.act(nominations.decline, filed.driver_id, filed.code)
        agreed, declined = await meet(agree(filed), decline)
        ended = await state(street, filed)
        assert (agreed if ended is NominationState.DECLINED else declined) == f"takeover.is.{ended}"


async def test_it_lapses_while_the_driver_agrees(meetings: Meetings, street: Street) -> None:
    """The job's update and the driver's are both guarded by the state; the job runs as of the day after the last one."""
    async for meet in meetings:
        owner, driver, filed = await asked(street)
        agreed, lapsed = await meet(agree(filed), jobs.act(lapse_late, filed.id))
        taken = await state(street, filed) is NominationState.VERIFIED
        assert lapsed == (not taken)
        assert taken or agreed == "takeover.is.lapsed"
        case = await street.case(filed.case_number)
        assert case.liable_id == (driver if taken else owner).person_id


async def lapse_late(work: Any, nomination_id: int) -> int:
    """The job, on a day on which this one is late."""
    work.now = work.now.replace(day=work.now.day + 8)
    return await nominations.lapse(work)


async def test_of_two_officers_one_decides(meetings: Meetings, street: Street) -> None:
    """The guarded move: the other hears that it is over."""
    async for meet in meetings:
        owner, driver, filed = await asked(street, HORN)
        await street.act(nomination.consent, filed.driver_id, filed.code)
        verdicts = [jobs.act(nomination.verify, filed.id, f"officer:{n}", n == 1, "看过录像") for n in (1, 2)]
        answers = await meet(*verdicts)
        assert sum(answer == "officer.nomination_ended" for answer in answers) == 1
        yes = not isinstance(answers[0], str)
        case = await street.case(filed.case_number)
        assert case.liable_id == (driver if yes else owner).person_id


async def test_two_who_name_one_another_do_not_wait_for_each_other_for_ever(
    meetings: Meetings, street: Street
) -> None:
    """People are held in one order."""
    async for meet in meetings:
        one, other = await street.citizen(), await street.citizen()
        namings = []
        for owner, driver in ((one, other), (other, one)):
            number = await street.recorded(owner)
            name = (driver.claim.name, driver.claim.phone[-4:])
            namings.append(jobs.act(nomination.nominate, owner.person_id, number, *name))
        told = await meet(*namings)
        assert not [each for each in told if isinstance(each, str | Refusal)]


async def test_nobody_is_named_for_two_new_cars_on_one_day(twins: Meetings, street: Street) -> None:
    """The driver is held while pairs are counted."""
    async for meet in twins:
        driver = await street.citizen()
        namings = []
        for _ in range(2):
            owner = await street.citizen()
            number = await street.recorded(owner)
            name = (driver.claim.name, driver.claim.phone[-4:])
            namings.append(jobs.act(nomination.nominate, owner.person_id, number, *name))
        told = await meet(*namings)
        assert [each for each in told if isinstance(each, str)] == ["nominate.pair_today"]
