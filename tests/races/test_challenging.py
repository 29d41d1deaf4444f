"""An objection while the case is accepted, paid, or moved by a job; two answers at once, and an answer that meets a withdrawal."""

from models.flows import challenge, decision, enforcement
from models.flows.settlement import Settlement
from models.violations import balance, challenges
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.challenges import Challenge
from models.violations.reversing import OWED_BACK
from models.violations.rules import State
from models.violations.tables import challenges as rows
from models.violations.tables import ledger, refunds
from tests.databases import on_postgresql
from tests.helpers import paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job

pytestmark = on_postgresql

REASON = "红灯时我在让救护车"


def objects(him: Citizen, number: str, kind: Kind = Kind.OBJECTION) -> Job:
    return jobs.act(challenge.file, him.person_id, number, kind, REASON)


async def filed(street: Street, him: Citizen, number: str, kind: Kind = Kind.OBJECTION) -> Challenge:
    """One that is open."""
    made: Challenge = await street.act(challenge.file, him.person_id, number, kind, REASON)
    return made


def answers(one: Challenge, officer: str, outcome: ChallengeState) -> Job:
    return jobs.act(challenge.decide, one.id, officer, outcome, "reasons")


async def news(street: Street, number: str) -> Job:
    return jobs.pay(paid_trade(await street.ordered(number), street.database.wall.now()))


async def state(street: Street, number: str) -> ChallengeState:
    """Of the newest challenge."""
    async with street.database.read() as work:
        return (await challenges.of_case(work, number))[0].state


async def test_of_two_who_object_one_has_objected(twins: Meetings, street: Street) -> None:
    """The person is held (`identity.hold`), and the case; the unique index stands behind both."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.recorded(him)
        one, other = await meet(objects(him, number), objects(him, number))
        assert [each for each in (one, other) if not isinstance(each, Challenge)] == ["object.open_already"]
        assert await street.rows(rows, case_number=number) == 1


async def test_a_case_is_accepted_or_objected_to(meetings: Meetings, street: Street) -> None:
    """The person is held by both: what is under objection is not accepted, and what was accepted is objected to as a decision."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.recorded(him)
        accepted, objection = await meet(
            jobs.act(decision.accept, him.person_id, number), objects(him, number)
        )
        assert isinstance(objection, Challenge)
        events = await street.order_of(f"case {number}", "case.decided", "challenge.filed")
        assert events == (
            ["challenge.filed"] if accepted == "accept.challenged" else ["case.decided", "challenge.filed"]
        )


async def test_a_case_is_paid_and_objected_to(meetings: Meetings, street: Street) -> None:
    """Both hold the person before the case. Paid first, an objection is too late, and the way is a review."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        booked, objection = await meet(await news(street, number), objects(him, number))
        assert booked is Settlement.BOOKED
        assert (await street.case(number)).state is State.PAID
        assert objection == "object.paid" or isinstance(objection, Challenge)


async def test_of_two_officers_one_answers(twins: Meetings, street: Street) -> None:
    """The person is held, then it is looked whether the challenge is still open; the guarded move (`challenges.end`) stands behind."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.decided(him)
        one = await filed(street, him, number)
        outcomes = await meet(
            answers(one, "officer:1", ChallengeState.VOIDED), answers(one, "officer:2", ChallengeState.VOIDED)
        )
        assert [each for each in outcomes if not isinstance(each, Challenge)] == ["officer.challenge_ended"]
        assert (await street.told(him)).count("challenge_voided") == 1
        assert await street.happened("case.voided", f"case {number}") == 1


async def test_two_officers_who_disagree(meetings: Meetings, street: Street) -> None:
    """The same: the case is as the one who won left it, and the citizen hears one answer."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.decided(him)
        one = await filed(street, him, number)
        await meet(
            answers(one, "officer:1", ChallengeState.VOIDED), answers(one, "officer:2", ChallengeState.UPHELD)
        )
        ended = await state(street, number)
        voided = (await street.case(number)).state is State.VOIDED
        assert voided is (ended is ChallengeState.VOIDED)
        told = [kind for kind in await street.told(him) if kind.startswith("challenge_")]
        assert told == [f"challenge_{'voided' if voided else 'decision_upheld'}"]


async def test_an_answer_meets_a_withdrawal(meetings: Meetings, street: Street) -> None:
    """The person is held by both, and the challenge moves from open only."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.decided(him)
        one = await filed(street, him, number)
        answered, withdrawn = await meet(
            answers(one, "officer:1", ChallengeState.VOIDED),
            jobs.act(challenge.withdraw, him.person_id, number),
        )
        won = isinstance(answered, Challenge)
        assert won or answered == "officer.challenge_ended"
        assert isinstance(withdrawn, Challenge) is not won
        assert (await street.case(number)).state is (State.VOIDED if won else State.DECIDED)
        assert await state(street, number) is (ChallengeState.VOIDED if won else ChallengeState.WITHDRAWN)


async def test_a_decision_goes_while_it_is_paid(meetings: Meetings, street: Street) -> None:
    """The person before the case, in both (`identity.hold`), else the lock that is lifted would be waited for in a circle. Whoever comes
    first, the money goes back."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        one = await filed(street, him, number)
        owed = await street.rows(refunds)
        booked, _ = await meet(await news(street, number), answers(one, "officer:1", ChallengeState.VOIDED))
        assert (await street.case(number)).state is State.VOIDED
        if booked is Settlement.BOOKED:
            assert await street.rows(refunds) == owed + 1
            assert await street.rows(ledger.table, reason=OWED_BACK, reference=number) == 1
        else:
            assert booked is Settlement.SURPLUS
        assert (await street.told(him)).count("wallet_unlock") == 1
        async with street.database.read() as work:
            assert await balance.imbalance(work) == 0


async def test_a_case_objected_to_when_its_measure_ripens(meetings: Meetings, street: Street) -> None:
    """The cases are held while it is looked who objected: no lock comes after an objection."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.warned(him)
        objection, _ = await meet(objects(him, number), jobs.act(enforcement.impose_ripe))
        assert isinstance(objection, Challenge)
        events = await street.order_of(f"case {number}", "challenge.filed", "restriction.imposed")
        assert events in (["challenge.filed"], ["restriction.imposed", "challenge.filed"])


async def test_a_case_objected_to_when_it_becomes_overdue(meetings: Meetings, street: Street) -> None:
    """The cases are held while it is looked who objected: who objected first is not warned."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.late(him)
        objection, _ = await meet(objects(him, number), jobs.act(enforcement.announce_overdue))
        assert isinstance(objection, Challenge)
        events = await street.order_of(f"case {number}", "challenge.filed", "case.overdue")
        assert events in (["challenge.filed"], ["case.overdue", "challenge.filed"])
