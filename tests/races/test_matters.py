"""A matter that two change at once: filed twice, closed twice, objected to while it is answered or ended; an unlocking that two confirm."""

from models.flows import by_hand
from models.flows.by_hand import Hand, Request
from models.flows.settlement import Settlement
from models.restrictions import listed, matters, pleas
from models.restrictions.listed import Listed
from models.restrictions.matter_rules import Ending, PleaState
from models.restrictions.pleas import Plea
from models.restrictions.tables import exemptions, restrictions
from models.restrictions.tables import matters as rows
from tests.databases import on_postgresql
from tests.helpers import COURT, filing, listed_matter, paid_trade
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Citizen, Street
from tests.races.wire import Job

pytestmark = on_postgresql


async def matter_of(street: Street, him: Citizen) -> Listed:
    """A debt of his that the court just listed."""
    found: Listed = await street.act(listed_matter, person=him.entry, document=him.openid)
    return found


def closes(matter: Listed, ending: Ending = Ending.NOTICE) -> Job:
    return jobs.act(matters.close, matter.number, COURT, ending)


async def ended_once(street: Street, him: Citizen, matter: Listed) -> Listed:
    """Over: nothing rests on it, and it was told once on each channel."""
    assert await street.rows(restrictions, basis=matter.basis, lifted_at=None) == 0
    assert await street.happened("matter.ended", matter.basis) == 1
    assert (await street.told(him)).count("matter_ended") <= 2
    async with street.database.read() as work:
        return await listed.by_number(work, matter.number)


async def test_a_document_handed_in_twice_is_one_matter(twins: Meetings, street: Street) -> None:
    """The person is held (`identity.hold`) while it is looked for."""
    async for meet in twins:
        him = await street.citizen()
        entered = jobs.act(matters.open_, COURT, "法院", filing(person=him.entry, document=him.openid))
        one, other = await meet(entered, entered)
        assert one[0].number == other[0].number
        assert sorted([one[1], other[1]]) == [False, True]
        assert await street.rows(rows, person_id=him.person_id) == 1
        assert (await street.told(him)) == ["matter_listed"]


async def test_two_liftings_are_one(twins: Meetings, street: Street) -> None:
    """The matter is held (`listed.held`), and `matters.end` moves it from open only."""
    async for meet in twins:
        him = await street.citizen()
        matter = await matter_of(street, him)
        await meet(closes(matter), closes(matter))
        assert (await ended_once(street, him, matter)).ending == Ending.NOTICE
        assert (await street.told(him)).count("matter_ended") == 2  # WeChat and SMS


async def test_a_scope_freed_while_the_matter_is_closed(meetings: Meetings, street: Street) -> None:
    """The matter is held: nothing is freed of what is over."""
    async for meet in meetings:
        him = await street.citizen()
        matter = await matter_of(street, him)
        async with street.database.read() as work:
            today = work.today
        frees = jobs.act(matters.exempt, matter.number, COURT, "air", today, today, "奔丧")
        freed, _ = await meet(frees, closes(matter))
        await ended_once(street, him, matter)
        events = await street.order_of(matter.basis, "matter.freed", "matter.ended")
        assert events == (["matter.ended"] if freed == "matter.closed" else ["matter.freed", "matter.ended"])
        assert await street.rows(exemptions, matter_number=matter.number) == len(events) - 1


async def test_of_two_objections_one_is_open(twins: Meetings, street: Street) -> None:
    """The person is held; the unique index stands behind it."""
    async for meet in twins:
        him = await street.citizen()
        matter = await matter_of(street, him)
        objects = jobs.act(pleas.file, him.person_id, matter.number, "不是我")
        heard = await meet(objects, objects)
        assert [each for each in heard if not isinstance(each, Plea)] == ["plea.open"]


async def test_an_answer_that_meets_the_courts_notice(meetings: Meetings, street: Street) -> None:
    """The matter is held by both: whoever is second finds the plea at its end."""
    async for meet in meetings:
        him = await street.citizen()
        matter = await matter_of(street, him)
        plea: Plea = await street.act(pleas.file, him.person_id, matter.number, "不是我")
        answered, _ = await meet(jobs.act(pleas.answer, plea.id, PleaState.STRUCK, "已核实"), closes(matter))
        found = await ended_once(street, him, matter)
        async with street.database.read() as work:
            state = (await pleas.by_id(work, plea.id)).state
        late = answered == "matter.plea_answered"
        assert (state, found.ending) == (
            (PleaState.ENDED, Ending.NOTICE) if late else (PleaState.STRUCK, Ending.STRUCK)
        )


async def asked(street: Street, number: str) -> Request:
    made: Request = await street.act(by_hand.ask, number, "officer:1", Hand.UNLOCK, "误锁")
    return made


async def test_two_who_confirm_an_unlocking(twins: Meetings, street: Street) -> None:
    """The case is held (`by_hand._held`), and the request moves from asked only."""
    async for meet in twins:
        him = await street.citizen()
        number = await street.locked(him)
        request = await asked(street, number)
        confirms = jobs.act(by_hand.confirm, request.id, "officer:2", "同意")
        heard = await meet(confirms, confirms)
        assert sum(isinstance(each, Request) for each in heard) == 1
        assert await street.happened("restriction.lifted", f"case {number}") == 1


async def test_an_unlocking_that_meets_the_payment(meetings: Meetings, street: Street) -> None:
    """The person is held by both: the lock is lifted once, whoever is first."""
    async for meet in meetings:
        him = await street.citizen()
        number = await street.locked(him)
        request = await asked(street, number)
        news = jobs.pay(paid_trade(await street.ordered(number), street.database.wall.now()))
        _, booked = await meet(jobs.act(by_hand.confirm, request.id, "officer:2", "同意"), news)
        assert booked is Settlement.BOOKED
        assert await street.happened("restriction.lifted", f"case {number}") == 1
        assert (await street.told(him)).count("wallet_unlock") == 1
