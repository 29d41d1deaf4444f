"""For how long a database is waited for. WeChat wants its answer within five seconds, and after a refusal it still has to be written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for a new connection, for a free or a new one, for a statement (what takes longer by its nature says so when its unit
    of work begins), for a read that is merged with others."""

    connect: float = 1.0
    reach: float = 2.5
    statement: float = 1.8
    read: float = 2.5


LIMITS = Limits()
