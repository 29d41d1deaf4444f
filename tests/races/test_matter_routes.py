"""The matters' routes under two processes: a court that repeats itself, two who change one matter, two who answer one objection."""

from datetime import timedelta
from typing import Any

from models.flows import by_hand
from models.flows.by_hand import Hand, Request
from models.identity import keys
from models.restrictions import listed, matters, pleas
from models.restrictions.matter_rules import Ending, PleaState
from models.restrictions.pleas import Plea
from models.restrictions.tables import matters as rows
from models.restrictions.tables import requests
from tests.databases import on_postgresql
from tests.helpers import COURT
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Street
from tests.races.test_matters import ended_once, matter_of

pytestmark = on_postgresql


async def test_a_court_that_sends_a_matter_twice_enters_it_once(twins: Meetings, street: Street) -> None:
    """The Idempotency-Key is claimed in the inbox; the second waits and gets the first answer."""
    async with street.database.begin("operator") as work:
        key = await keys.create(work, "示范市人民法院", ["matters:write"])
    async for meet in twins:
        him = await street.citizen()
        body: dict[str, Any] = {
            "document": him.openid,
            "kind": "court_debt",
            "resident_id": him.claim.resident_id,
            "name": him.claim.name,
            "facts": "有能力履行而拒不履行",
            "occurred_on": "2026-02-20",
            "scopes": {"air": []},
        }
        enters = jobs.enter(body, key, f"k-{him.openid}", "matters")
        answers = await meet(enters, enters)
        assert sorted((status, replayed) for status, _, replayed in answers) == [(201, False), (201, True)]
        assert answers[0][1] == answers[1][1]
        assert await street.rows(rows, person_id=him.person_id) == 1


async def test_a_matter_that_is_changed_while_it_is_closed(meetings: Meetings, street: Street) -> None:
    """The matter is held by both: nothing is put in force of what is over."""
    async for meet in meetings:
        him = await street.citizen()
        matter = await matter_of(street, him)
        amends = jobs.act(matters.amend, matter.number, COURT, scopes={"air": (), "rail": (), "hotel": ()})
        await meet(amends, jobs.act(matters.close, matter.number, COURT, Ending.NOTICE))
        await ended_once(street, him, matter)


async def test_of_two_changes_none_is_lost(twins: Meetings, street: Street) -> None:
    """The matter is held: the second changes what the first left."""
    async for meet in twins:
        him = await street.citizen()
        matter = await matter_of(street, him)
        assert matter.span.until
        until = matter.span.until - timedelta(days=30)
        scopes = jobs.act(matters.amend, matter.number, COURT, scopes={"air": ()})
        await meet(scopes, jobs.act(matters.amend, matter.number, COURT, until=until))
        async with street.database.read() as work:
            now = await listed.by_number(work, matter.number)
        assert ([scope.mode for scope in now.scopes], now.span.until) == (["air"], until)
        assert await street.happened("matter.amended", matter.basis) == 2


async def test_of_two_answers_to_an_objection_one_counts(meetings: Meetings, street: Street) -> None:
    """The matter is held, and the plea moves from open only."""
    async for meet in meetings:
        him = await street.citizen()
        matter = await matter_of(street, him)
        plea: Plea = await street.act(pleas.file, him.person_id, matter.number, "不是我")
        answers = await meet(
            jobs.act(pleas.answer, plea.id, PleaState.UPHELD, "已核实"),
            jobs.act(pleas.answer, plea.id, PleaState.STRUCK, "已核实"),
        )
        assert [each for each in answers if not isinstance(each, Plea)] == ["matter.plea_answered"]
        async with street.database.read() as work:
            now = await listed.by_number(work, matter.number)
            state = (await pleas.by_id(work, plea.id)).state
        assert now.open is (state is PleaState.UPHELD)


async def test_of_two_who_ask_for_an_unlocking_one_has_asked(twins: Meetings, street: Street) -> None:
    """The person and the case are held while an open request is looked for."""
    async for meet in twins:
        number = await street.locked(await street.citizen())
        asks = jobs.act(by_hand.ask, number, "officer:1", Hand.UNLOCK, "误锁")
        heard = await meet(asks, asks)
        assert [each for each in heard if not isinstance(each, Request)] == ["officer.request_open"]
        assert await street.rows(requests, case_number=number) == 1
