"""A rule that changed between the deed and the decision: the lighter one applies; a decision keeps the version it was made under."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from models.base.errors import Refusal
from models.flows import decision
from models.post.desk import tickets
from models.violations import catalogue, later_rules
from models.violations.catalogue import Offence, read_fine
from models.violations.rules import State
from models.violations.tables import cases
from tests.acts.queries import audited
from tests.flows.life import Life
from tests.helpers import SPEEDING, offence

TOMORROW = date(2026, 3, 3)
LIGHTER = replace(offence(SPEEDING, TOMORROW), fine=read_fine("100"), points=1)
MIXED = replace(offence(SPEEDING, TOMORROW), fine=read_fine("100"), points=6)
STRICTER = replace(offence(SPEEDING, TOMORROW), fine=read_fine("300"))
ENDED = replace(offence(SPEEDING), valid_to=date(2026, 3, 2))


async def enter(life: Life, version: Offence) -> None:
    async with life.database.begin("import:offences") as work:
        await catalogue.enter(work, version)


async def version_of(life: Life, number: str) -> int:
    async with life.database.read() as work:
        return int(await work.scalar(select(cases.c.offence_id).where(cases.c.number == number)))


async def morning(life: Life) -> int:
    """The next day, its job run."""
    for clock in life.clocks:
        clock.move(days=1)
    async with life.database.begin("system:jobs") as work:
        return await later_rules.apply_all(work)


@pytest.mark.parametrize("job", [True, False], ids=["after the morning's job", "before it"])
async def test_what_became_lighter_is_decided_so(life: Life, job: bool):
    number = await life.record()
    before = await version_of(life, number)
    await enter(life, LIGHTER)
    assert (await life.case(number)).fine == 20000, "not before its day"
    if job:
        assert await morning(life) == 1
        case = await life.case(number)
        assert (case.fine, case.points) == (10000, 1), "the list and the reminders say so, too"
        assert await morning(life) == 0
    else:
        life.clocks[0].move(days=1)
    await life.decide(number)
    case = await life.case(number)
    assert (case.fine, case.points, case.state) == (10000, 1, State.DECIDED)
    assert await version_of(life, number) != before
    assert (await life.read(audited, f"case {number}")).count("case.rule_lightened") == 1


async def test_a_decision_keeps_the_version_it_was_made_under(life: Life):
    number = await life.record()
    await life.accept(number)
    version = await version_of(life, number)
    await enter(life, LIGHTER)
    assert await morning(life) == 0
    assert (await version_of(life, number), (await life.case(number)).fine) == (version, 20000)


async def test_a_stricter_rule_is_not_for_what_was_done_before(life: Life):
    number = await life.record()
    await enter(life, STRICTER)
    assert await morning(life) == 0
    await life.decide(number)
    assert (await life.case(number)).fine == 20000


@pytest.mark.parametrize("change", [MIXED, ENDED], ids=["lighter here, heavier there", "withdrawn"])
async def test_what_cannot_be_told_is_an_officers(life: Life, change: Offence):
    number = await life.record()
    await enter(life, change)
    assert await morning(life) == 0
    async with life.database.begin("citizen") as work:
        with pytest.raises(Refusal, match=r"accept\.rule_changed"):
            await decision.accept(work, life.people.li_ming, number)
    assert (await life.case(number)).state is State.NOTIFIED
    assert await morning(life) == 0, "and one ticket stays one"
    events = await life.read(audited, f"ticket {await ticket(life)}")
    assert events == ["desk.rule_changed"]


async def ticket(life: Life) -> str:
    """The number of the one there is."""
    async with life.database.read() as work:
        return str(await work.scalar(select(tickets.c.number)))


async def test_a_figure_that_was_set_meanwhile_stays(life: Life):
    number = await life.record()
    await enter(life, LIGHTER)
    life.clocks[0].move(days=1)
    async with life.database.begin("system:jobs") as work:
        found = await later_rules.applied(work, await life.case(number))
        await work.run(update(cases).where(cases.c.number == number).values(fine=15000))
        assert not await later_rules.take_over(work, found)
    assert (await life.case(number)).fine == 15000
