"""Whatever the people of a town and its officers do, in whatever order and on whatever day: what the laws of `town_laws.py` say.

make test                   two thousand steps on either database, the same each time
make soak STEPS=100000      as many as asked, others each time; a line for each act: how often it was done, how often refused
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from models.base import audit
from models.base.db import City
from tests.databases import Databases
from tests.flows.town_acts import ACTS, Acts
from tests.flows.town_laws import Laws
from tests.flows.town_points import PointBooks
from tests.flows.townsfolk import FOLK, Townsfolk, founded
from tests.service import accidents

STEPS = int(os.environ.get("SHIMIN_SOAK_STEPS", "0"))
IN_A_LIFE = 50
LIVES = 40
WILD = 6  # one of so many acts is anybody's on anything: mostly refused


class AnyTown(RuleBasedStateMachine):
    """A step is one act, chosen among those for which there is somebody, and then everything is looked at."""

    town: ClassVar[Townsfolk]
    runner: ClassVar[asyncio.Runner]
    done: ClassVar[Counter[tuple[str, bool]]]

    def __init__(self) -> None:
        super().__init__()
        self.run(self.town.begin())
        since = {
            person: each.licence_since
            for person, each in zip(self.town.people, FOLK, strict=True)
            if each.licence_since
        }
        adults = {person for person, each in zip(self.town.people, FOLK, strict=True) if each.adult}
        self.laws = Laws(self.town.city.calendar, {*adults, self.town.company}, PointBooks(since))
        self.acts, self.steps = Acts(self.town), 0
        self.acts.facts = self.run(self.town.look())
        self.laws.points.begin(self.acts.facts)

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)

    @rule(luck=st.integers(0, 2**48))
    def somebody_acts(self, luck: int) -> None:
        """One rule with all acts, chosen by a die: hypothesis switches whole rules off in most lives, and has its favourites."""
        self.steps += 1
        die = Random(f"{luck} {self.steps}")
        wild = die.randrange(WILD) == 0
        possible = [name for name in ACTS if wild or self.acts.likely(name)]
        [name] = die.choices(possible, [ACTS[each] for each in possible])
        note(f"{name}{', wild' * wild}")
        self.run(self._act(name, die.choice, wild=wild))

    async def _act(self, name: str, pick: Callable[[Sequence[Any]], Any], *, wild: bool) -> None:
        acts, before = self.acts, self.acts.facts
        done = await acts.do(name, pick, wild=wild)
        self.done[name, done] += 1
        await self._check(before, acts.step)
        if not done:
            assert acts.facts.same(before), f"{name} was refused, and did something"
        while acts.step == "jobs" and (acts.worked or await self._next_day()):
            self.laws.morning(acts.facts, self.town.worked_until)
            acts.worked = False

    async def _next_day(self) -> bool:
        before = self.acts.facts
        if not await self.town.work_a_day():
            return False
        await self._check(before, "jobs")
        return True

    async def _check(self, before: Any, step: str) -> None:
        now = self.acts.facts = await self.town.look(before.last_event)
        day = self.town.worked_until if step == "jobs" else self.town.today
        self.laws.check(before, now, step, day, self.acts.consents)

    def teardown(self) -> None:
        self.run(self._at_the_end())

    async def _at_the_end(self) -> None:
        """Everything is delivered: the wallet holds what we hold, everybody was told once, the chain is whole."""
        town, acts = self.town, self.acts
        before = acts.facts
        await town.deliver()
        await self._check(before, "post")
        assert set(town.fakes.wallet.locks) <= {each.reference for each in acts.facts.locks()}
        await acts.everybody_was_told_once()
        async with town.database.begin("system:seal") as work:
            while await audit.seal(work):
                pass
        async with town.database.read() as work:
            verdict = await audit.verify(work)
        assert (verdict.broken_at, verdict.unsealed) == (None, 0)


def table(done: Counter[tuple[str, bool]]) -> str:
    """How often each act was done, and how often refused."""
    lines = [f"{name:20} {done[name, True]:7} done {done[name, False]:7} refused" for name in ACTS]
    return "\n".join([f"{done.total()} steps", *lines])


@pytest.mark.timeout(0 if STEPS else 300)
def test_any_town(city: City, databases: Databases) -> None:
    with asyncio.Runner() as runner, accidents() as met:
        url = runner.run(databases.fresh())
        town = runner.run(founded(url, city))
        done: Counter[tuple[str, bool]] = Counter()
        here = type("AnyTownHere", (AnyTown,), {"town": town, "runner": runner, "done": done})
        try:
            run_state_machine_as_test(here, settings=_asked())
        finally:
            print(table(done))
            runner.run(town.close())
        assert not met
    never = {name for name in ACTS if not done[name, True]}
    assert not never, f"never done: {never}"


def _asked() -> settings:
    lives = -(-STEPS // IN_A_LIFE) if STEPS else LIVES
    return settings(
        max_examples=lives,
        stateful_step_count=IN_A_LIFE,
        deadline=None,
        derandomize=not STEPS,
        database=None,
        phases=[Phase.generate, Phase.shrink] if STEPS else [Phase.generate],  # to shrink takes minutes
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
