"""How much is broken: a little in `make test`, all of it by `make chaos` and `make chaos-full` (which set SHIMIN_CHAOS)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest


@dataclass(frozen=True, slots=True)
class Size:
    """Fields that count nothing are seconds. `visits` are days, counted from the first. `patient`: the minute of a lease is waited
    for; else the database is told that it has passed, when nobody is alive who could know better."""

    notices: int
    guardians: int
    kills: int
    decisions: int
    redis_away: float
    database_stopped: float
    database_frozen: float
    leaders_frozen: int
    visits: Sequence[int]
    stops: int
    patient: bool
    limit: float


SHORT = Size(
    notices=1_000,
    guardians=1_500,
    kills=5,
    decisions=30,
    redis_away=2,
    database_stopped=3,
    database_frozen=3,
    leaders_frozen=1,
    visits=(0, 2, 0, 4),
    stops=3,
    patient=False,
    limit=300,
)
WHOLE = Size(
    notices=20_000,
    guardians=10_000,
    kills=50,
    decisions=200,
    redis_away=10,
    database_stopped=10,
    database_frozen=10,
    leaders_frozen=3,
    visits=(0, 2, 0, 2, 4, 2, 4, 6, 4, 6, 8),
    stops=20,
    patient=True,
    limit=1_200,
)
FULL = replace(
    WHOLE,
    notices=100_000,
    kills=1_000,
    leaders_frozen=20,
    visits=(*WHOLE.visits, 6, 8, 10, 8, 10, 12),
    stops=100,
    limit=4 * 3_600,
)
SIZE = {"short": SHORT, "whole": WHOLE, "full": FULL}[os.environ.get("SHIMIN_CHAOS", "short")]
SEED = 20260302
LONG_ENOUGH = pytest.mark.timeout(SIZE.limit)
