"""What cannot be done is found by halves; the others are done, and done once."""

from collections.abc import Sequence

import pytest

from models.base.errors import DatabaseAway, OutcomeUnknown
from scheduler.halves import by_halves


class Desk:
    """Does numbers, all that it is given or none; some of them never."""

    def __init__(self, bad: set[int], problem: type[Exception] = ValueError) -> None:
        self.bad = bad
        self.problem = problem
        self.done: list[int] = []
        self.given_up: list[tuple[int, str]] = []
        self.attempts = 0

    async def act(self, numbers: Sequence[int]) -> None:
        self.attempts += 1
        if found := self.bad & set(numbers):
            raise self.problem(f"not {min(found)}")
        self.done.extend(numbers)

    async def give_up(self, number: int, problem: Exception) -> None:
        self.given_up.append((number, str(problem)))


@pytest.mark.parametrize(
    ("count", "bad", "most_attempts"),
    [
        pytest.param(500, set(), 1, id="nothing is wrong"),
        pytest.param(1, {0}, 1, id="the only one"),
        pytest.param(500, {499}, 19, id="one of five hundred"),
        pytest.param(500, {0, 250}, 37, id="two of five hundred"),
        pytest.param(7, set(range(7)), 13, id="all of them"),
    ],
)
async def test_the_bad_ones_are_found(count: int, bad: set[int], most_attempts: int) -> None:
    desk = Desk(bad)
    await by_halves(range(count), desk.act, desk.give_up)
    assert desk.done == [number for number in range(count) if number not in bad]
    assert desk.given_up == [(number, f"not {number}") for number in sorted(bad)]
    assert desk.attempts <= most_attempts


@pytest.mark.parametrize("problem", [DatabaseAway, OutcomeUnknown])
async def test_when_the_database_is_away_nobody_is_to_blame(problem: type[Exception]) -> None:
    desk = Desk({3}, problem)
    with pytest.raises(problem):
        await by_halves(range(10), desk.act, desk.give_up)
    assert (desk.attempts, desk.given_up) == (1, [])
