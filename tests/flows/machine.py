"""Lives that nobody wrote down: every step is a whole unit of work on a real database, and hypothesis chooses the steps."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from models.base.db import City, Database
from models.base.ids import Ids
from tests.conftest import PATIENT, FixedClock
from tests.databases import Databases, kept
from tests.flows.life import Life
from tests.helpers import town


class AnyCourse(RuleBasedStateMachine):
    """The town, and a loop of its own to live in."""

    city: ClassVar[City]
    databases: ClassVar[Databases]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        clocks = FixedClock(), FixedClock()
        city = replace(self.city, ids=Ids(Random(7)))
        url = self.run(self.databases.fresh())
        database = Database(url, city=city, civic=clocks[0], wall=clocks[1], limits=PATIENT, engines=kept)
        self.life = Life(database, clocks, self.run(town(database)))

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)

    async def at_the_end(self) -> None:
        """What must hold once it is over."""

    def teardown(self) -> None:
        try:
            self.run(self.at_the_end())
        finally:
            self.run(self.life.database.close())
            self.runner.close()


def walk(machine: type[AnyCourse], city: City, databases: Databases, *, lives: int, steps: int) -> None:
    """So many lives of so many steps, the same each time."""
    here = type(f"{machine.__name__}Here", (machine,), {"city": city, "databases": databases})
    few = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(here, settings=few)
