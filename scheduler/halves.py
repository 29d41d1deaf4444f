"""Something done to many at once that can be done to each alone: what cannot be done is found by halves, and spoils no other.

It costs one attempt as long as nothing is wrong, and about twenty for one bad row among five hundred.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from models.base.errors import DatabaseAway, OutcomeUnknown

Item = TypeVar("Item")


async def by_halves(
    items: Sequence[Item],
    act: Callable[[Sequence[Item]], Awaitable[None]],
    give_up: Callable[[Item, Exception], Awaitable[None]],
) -> None:
    """`act` on all, or on each half, down to one; `give_up` on one that cannot be done, with what it raised.

    Raises what says that the database is away: then the others would fare no better.
    """
    try:
        await act(items)
    except Exception as problem:
        if is_away(problem):
            raise
        if len(items) == 1:
            await give_up(items[0], problem)
            return
    else:
        return
    middle = len(items) // 2
    await by_halves(items[:middle], act, give_up)
    await by_halves(items[middle:], act, give_up)


def is_away(problem: Exception) -> bool:
    """The database does not answer, or the connection is lost."""
    lost = isinstance(problem, DBAPIError) and problem.connection_invalidated
    return lost or isinstance(problem, DatabaseAway | OutcomeUnknown)
