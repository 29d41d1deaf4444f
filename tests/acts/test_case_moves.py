"""A case moves under guard: from the states that allow it, and from no other."""

import pytest
from sqlalchemy import update

from models.base.db import Work
from models.violations import store
from models.violations.rules import TRANSITIONS, State
from models.violations.tables import cases
from tests.helpers import recorded_case


@pytest.mark.parametrize("source", list(State))
async def test_every_transition_not_in_the_table_is_refused(work: Work, source: State):
    number = await recorded_case(work)
    for target in State:
        await work.run(update(cases).values(state=source))
        moved = await store.move(work, number, target)
        assert moved is (target in TRANSITIONS[source])
        assert await store.states(work, [number]) == {number: target if moved else source}


async def test_an_unknown_case_does_not_move(work: Work):
    assert not await store.move(work, "442012003481", State.NOTIFIED)
