"""A rule that became lighter beside an officer who sets the figure, and one picture that two records name: one of the two is first."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from models.base.db import Work
from models.violations import catalogue, evidence, later_rules, officer_acts
from models.violations.catalogue import read_fine
from models.violations.tables import evidence as pictures
from tests.databases import on_postgresql
from tests.helpers import OVERLOAD, offence
from tests.races import jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql


async def lighten(work: Work, number: str) -> bool:
    """What the morning's job does with one case."""
    found = await later_rules.applied(work, await officer_acts.known(work, number))
    return found.offence_id is not None and await later_rules.take_over(work, found)


async def test_a_lighter_rule_and_an_officers_figure(twins: Meetings, street: Street) -> None:
    """The case is under the lighter rule only as long as its fine is the one that was looked at: the figure is never lost."""
    async for meet in twins:
        code = str(2000 + next(street.numbers) % 8000)
        him = await street.citizen()
        await street.act(catalogue.enter, replace(offence(OVERLOAD), code=code))
        number = await street.recorded(him, code=code)
        since = (await street.case(number)).day + timedelta(days=1)
        lighter = replace(offence(OVERLOAD, since), code=code, fine=read_fine("200以上1000以下"))
        await street.act(catalogue.enter, lighter)
        figure = jobs.act(officer_acts.set_figure, number, "officer:1", 30000, "x")
        _, told = await meet(jobs.act(lighten, number), figure)
        assert told is None
        assert (await street.case(number)).fine == 30000


async def test_one_picture_is_of_one_record(twins: Meetings, street: Street) -> None:
    """The update that names it takes it only while nothing else has."""
    async for meet in twins:
        him, key = await street.citizen(), uuid4().hex
        numbers = [await street.recorded(him) for _ in range(2)]
        await meet(jobs.act(hand_in, key), jobs.act(nothing))
        outcomes = await meet(*[jobs.act(evidence.attach, [(number, (key,))]) for number in numbers])
        assert sorted(map(str, outcomes)) == ["None", "record.unknown_picture"]
        assert await street.rows(pictures, blob=key) == 1


async def hand_in(work: Work, key: str) -> None:
    await evidence.hand_in(work, key, "image/jpeg", 3)


async def nothing(work: Work) -> None:
    """The other corner only looks on."""
    del work
