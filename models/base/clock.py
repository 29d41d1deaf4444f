"""The two clocks. `Civic` counts legal days and slots in the city's time; `Wall` serves signatures, leases and windows.

Only the demo moves its civic clock, through an authenticated route; the offset is kept in a small file, so that every process
of the demo reads the same day. A civic instant becomes a wall instant by adding the same duration.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")
MORNING = time(10, 0)


class Wall(Protocol):
    """The clock on the wall: aware UTC."""

    def now(self) -> datetime: ...


class Civic(Protocol):
    """The city's clock: aware, Asia/Shanghai."""

    def now(self) -> datetime: ...


class SystemWall:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class CityCivic:
    """A city's civic clock: the wall, in the city's zone."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    def now(self) -> datetime:
        return self._wall.now().astimezone(CITY_ZONE)


class DemoCivic:
    """A civic clock that may be moved forward; its distance from the wall is kept in a file, in seconds."""

    def __init__(self, wall: Wall, file: Path) -> None:
        self._wall = wall
        self._file = file
        self._offset = _read_offset(file)

    def now(self) -> datetime:
        return (self._wall.now() + self._offset).astimezone(CITY_ZONE)

    def move_to(self, instant: datetime) -> None:
        """Set the clock and keep the new distance (blocking: one small file)."""
        self._offset = instant - self._wall.now()
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps({"offset_seconds": self._offset.total_seconds()}))
        new.replace(self._file)


def _read_offset(file: Path) -> timedelta:
    if not file.exists():
        return timedelta()
    return timedelta(seconds=json.loads(file.read_text())["offset_seconds"])


def at(day: date, clock: time) -> datetime:
    """A civic instant."""
    return datetime.combine(day, clock, CITY_ZONE)


def next_morning(now: datetime) -> datetime:
    """10:00 of the next civic day: where each jump of the demo's clock lands."""
    return at(now.date() + timedelta(days=1), MORNING)
