"""How often a key may call, and the headers that say how much is left (draft-ietf-httpapi-ratelimit-headers).

    RateLimit-Policy: "calls";q=120;w=60      so many in a window of so many seconds
    RateLimit: "calls";r=118;t=42             so many left in this one, which ends in so many seconds

Windows are those of the wall's clock, so that all processes agree on their ends. What is counted may be lost: then somebody has a few
calls more.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.services import Services


class Limit(NamedTuple):
    """So many in so many seconds."""

    most: int
    seconds: int


LIMITS = {
    "calls": Limit(120, 60),  # of an officer's key: a person, and whatever she works with
    "reveal": Limit(60, 3600),  # whoever looks at more people than that is looking for something else
    "entries": Limit(6_000, 60),  # of a system that enters records: a large city's cameras on one key
    "questions": Limit(30_000, 60),  # of a booking system: 500 in a second
    "pictures": Limit(20_000, 3600),  # far more than a city's cameras make
    "lists": Limit(600, 60),
}


class Counted(NamedTuple):
    """Where a caller stands with one limit."""

    name: str
    limit: Limit
    used: int
    ends_in: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit.most

    @property
    def policy(self) -> str:
        """For the header of the same name."""
        return f'"{self.name}";q={self.limit.most};w={self.limit.seconds}'

    @property
    def left(self) -> str:
        """For the header `RateLimit`."""
        return f'"{self.name}";r={max(0, self.limit.most - self.used)};t={self.ends_in}'


async def count(services: Services, actor: str, names: Sequence[str]) -> list[Counted]:
    """Count one call of this caller against each of these limits."""
    now = int(services.database.wall.now().timestamp())
    found = []
    for name in names:
        limit = LIMITS[name]
        window, gone = divmod(now, limit.seconds)
        used = await services.ephemeral.count(f"rate:{name}:{actor}:{window}", limit.seconds)
        found.append(Counted(name, limit, used, limit.seconds - gone))
    return found


def headers(counted: Sequence[Counted]) -> dict[str, str]:
    """What every answer says of them."""
    return {
        "RateLimit-Policy": ", ".join(each.policy for each in counted),
        "RateLimit": ", ".join(each.left for each in counted),
    }
