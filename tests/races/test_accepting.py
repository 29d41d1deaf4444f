"""Messages of one person in two web processes, and what else happens to their cases at that moment."""

from models.base.texts import CHINESE
from models.flows import decision
from models.licences.tables import ledger as points
from models.violations import store
from models.violations.rules import State
from tests.databases import on_postgresql
from tests.handlers.chat import sentence
from tests.helpers import RED_LIGHT
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql


async def test_one_message_delivered_to_both_is_handled_once(twins: Meetings, street: Street) -> None:
    """The inbox's unique key: the second waits for the first one's commit and gives the stored reply."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.recorded(him)
        confirm = jobs.say(him.openid, f"m-{number}", f"确认 {number}")
        one, other = await meet(confirm, confirm)
        assert one == other
        assert says("accept.done_by_letter", one)
        assert await street.happened("case.decided", f"case {number}") == 1


async def test_a_case_accepted_in_two_messages_is_decided_once(twins: Meetings, street: Street) -> None:
    """The person is held, and the second sees a case that is decided; the guarded move of the case alone would do, too."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.recorded(him)
        confirms = [jobs.say(him.openid, f"m{each}-{number}", f"确认 {number}") for each in (1, 2)]
        replies = await meet(*confirms)
        assert sorted(says("accept.done_by_letter", reply) for reply in replies) == [False, True]
        assert sorted(says("accept.not_open", reply) for reply in replies) == [False, True]
        assert await street.happened("case.decided", f"case {number}") == 1
        assert await street.rows(points.table, reference=number) == 1


async def test_two_cases_that_would_be_too_much_together_are_not_both_decided(
    twins: Meetings, street: Street
) -> None:
    """The person is held (`identity.hold`) before points are added up."""
    async for meet in twins:
        him = await street.citizen()
        numbers = [await street.recorded(him, code=RED_LIGHT) for _ in range(2)]
        confirms = [jobs.say(him.openid, f"m-{number}", f"确认 {number}") for number in numbers]
        replies = await meet(*confirms)
        assert sorted(says("accept.done_by_letter", reply) for reply in replies) == [False, True]
        assert sorted(says("accept.points_full", reply) for reply in replies) == [False, True]
        assert await street.rows(points.table, to_account=f"driver:{him.person_id}") == 1


async def test_a_case_is_erased_or_accepted(meetings: Meetings, street: Street) -> None:
    """The guarded move, of both: an officer's, and the citizen's."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.recorded(him)
        _, erased = await meet(
            jobs.act(decision.accept, him.person_id, number), jobs.act(store.move, number, State.ERASED)
        )
        assert (await street.case(number)).state is (State.ERASED if erased else State.DECIDED)
        assert await street.rows(points.table, reference=number) == (not erased)


async def test_a_case_accepted_while_its_notice_is_on_its_way_stays_decided(
    meetings: Meetings, street: Street
) -> None:
    """The guarded move: what was decided is not notified any more."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.recorded(him)
        accepted, _ = await meet(jobs.act(decision.accept, him.person_id, number), jobs.deliver)
        assert accepted.case.number == number
        assert (await street.case(number)).state is State.DECIDED


def says(key: str, reply: str) -> bool:
    """Is this the sentence?"""
    return bool(sentence(key, CHINESE).search(reply))
