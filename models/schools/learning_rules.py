"""What reading an update is worth (domain 7), as pure functions: seconds of a page that is seen and used, by the server's clock alone.

A page in use sends a beat about once a minute, each with the token that came with the page or with the beat before. A beat says: from
the moment this token was given out until now I was read. So what it is worth needs no counter of pages or beats:

- nothing, where a part of that time is counted already: the same beat again, a second tab, a second phone;
- nothing, where it is too short (no page of ours beats so fast) or too long (nobody knows what was in between), or ends before it begins
  (the clock was set back);
- else its seconds, as many as the caps of the update and of the day leave.

Since what is counted never overlaps, nobody is worth more than the time that passed, whatever they send. Instants are the wall's (UTC),
days are civic; what is worth nothing is not recorded.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from models.base.calendar import ONE_DAY
from models.base.tariff_school import Learning

MINUTE = 60


@dataclass(frozen=True, slots=True, order=True)
class Beat:
    """`since`: when its token was given out; `at`: when it came; `day`: the civic day on which it came."""

    at: datetime
    since: datetime
    person_id: int
    update_id: int
    day: date


@dataclass(slots=True)
class Tally:
    """What is counted of one reader. `until`: the latest instant that is counted, of whatever update; seconds by update (all days) and by
    day (all updates)."""

    until: datetime | None = None
    of_update: dict[int, int] = field(default_factory=dict)
    of_day: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """Seconds that one reader read of one update on one day, on top of what was recorded; counted until."""

    update_id: int
    day: date
    seconds: int
    until: datetime


def worth(beat: Beat, tally: Tally, caps: Learning) -> int:
    """Seconds."""
    span = int((beat.at - beat.since).total_seconds())
    counted = tally.until is not None and beat.since < tally.until
    if counted or not caps.beat_seconds <= span <= caps.longest_beat_seconds:
        return 0
    left = (
        caps.minutes_an_update * MINUTE - tally.of_update.get(beat.update_id, 0),
        caps.minutes_a_day * MINUTE - tally.of_day.get(beat.day, 0),
    )
    return max(0, min(span, *left))


def fold(beats: Iterable[Beat], tally: Tally, caps: Learning) -> list[Read]:
    """What some beats of one reader are worth together: one for each update and day. The tally goes on with them, so that it makes no
    difference in which portions they are folded."""
    found: dict[tuple[int, date], Read] = {}
    for beat in sorted(beats):
        seconds = worth(beat, tally, caps)
        if not seconds:
            continue
        tally.until = beat.at
        tally.of_update[beat.update_id] = tally.of_update.get(beat.update_id, 0) + seconds
        tally.of_day[beat.day] = tally.of_day.get(beat.day, 0) + seconds
        key = (beat.update_id, beat.day)
        earlier = found[key].seconds if key in found else 0
        found[key] = Read(beat.update_id, beat.day, earlier + seconds, beat.at)
    return list(found.values())


def points(seconds: int) -> int:
    """A point for each whole minute."""
    return seconds // MINUTE


def week_of(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of the league's week: it begins on Monday 0:00, the city's time."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + 6 * ONE_DAY


def days_looked_at(beats: Collection[Beat]) -> date:
    """The first day whose records may say until when these readers are counted: a beat after midnight began on the day before."""
    return min(beat.day for beat in beats) - ONE_DAY


def by_reader(beats: Iterable[Beat]) -> Mapping[int, list[Beat]]:
    """The beats of each person."""
    found: dict[int, list[Beat]] = {}
    for beat in beats:
        found.setdefault(beat.person_id, []).append(beat)
    return found
