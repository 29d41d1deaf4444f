"""What reading is worth (domain 7): by the server's clock, never twice for the same time, and within the caps of the shipped tariff."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base.tariff import load_tariff
from models.schools import learning_rules as rules
from models.schools.learning_rules import Beat, Tally

CAPS = load_tariff().school.learning
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
A, B = 7, 8  # updates
READER = 1


def beat(since: int, at: int, update: int = A, day: date = MONDAY) -> Beat:
    """Seconds after the start."""
    return Beat(START + timedelta(seconds=at), START + timedelta(seconds=since), READER, update, day)


def row(minutes: int, update: int = A, since: int = 0, day: date = MONDAY) -> list[Beat]:
    """So many minutes' reading at one go."""
    return [beat(since + 60 * each, since + 60 * each + 60, update, day) for each in range(minutes)]


@pytest.mark.parametrize(
    ("beats", "seconds"),
    [
        pytest.param([beat(0, 60)], 60, id="one minute"),
        pytest.param([beat(0, 61), beat(61, 123)], 123, id="a slow network is no loss"),
        pytest.param(row(5), 300, id="five minutes"),
        pytest.param([beat(0, 59)], 0, id="no page beats so fast"),
        pytest.param([beat(each, each + 1) for each in range(300)], 0, id="nor every second"),
        pytest.param([beat(0, 90)], 90, id="as long as a beat may stand for"),
        pytest.param([beat(0, 91)], 0, id="a gap: nobody knows what was in it"),
        pytest.param([beat(0, 60), beat(60, 3660), beat(3660, 3720)], 120, id="away for an hour, back again"),
        pytest.param([beat(0, 60)] * 50, 60, id="the same beat again and again"),
        pytest.param([beat(0, 60), beat(0, 80)], 60, id="the same token once more, later"),
        pytest.param([beat(0, 60), beat(5, 65), beat(60, 120), beat(65, 125)], 120, id="two tabs"),
        pytest.param([beat(0, 60, A), beat(30, 90, B), beat(60, 120, A)], 120, id="two phones, two updates"),
        pytest.param([beat(0, 60, A), beat(60, 125, B)], 125, id="one update after the other"),
        pytest.param([beat(60, 0)], 0, id="the clock was set back between token and beat"),
        pytest.param([beat(0, 60), beat(60, 120), beat(30, 95)], 120, id="and behind what is counted"),
        pytest.param(row(15), 600, id="no more than ten minutes of one update"),
        pytest.param(
            row(10, A) + row(10, B, 600) + row(10, 9, 1200) + row(5, 10, 1800), 1800, id="thirty a day"
        ),
        pytest.param(
            row(10, A) + row(10, B, 600) + row(10, 9, 1200) + row(5, 10, 1800, date(2026, 3, 3)),
            2100,
            id="and the next day more",
        ),
        pytest.param(
            [*row(9), beat(540, 630), beat(630, 690)], 600, id="the last beat is cut to what is left"
        ),
        pytest.param([], 0, id="nothing"),
    ],
)
def test_what_a_row_of_beats_is_worth(beats: list[Beat], seconds: int):
    assert sum(read.seconds for read in rules.fold(beats, Tally(), CAPS)) == seconds


def test_what_is_on_record_counts() -> None:
    known = Tally(START + timedelta(seconds=30), {A: 590}, {MONDAY: 590})
    assert rules.fold([beat(0, 60)], known, CAPS) == []
    assert [read.seconds for read in rules.fold([beat(30, 90)], known, CAPS)] == [10]


instants = st.integers(0, 900)
beats = st.lists(
    st.builds(
        beat,
        since=instants,
        at=instants,
        update=st.sampled_from([A, B]),
        day=st.sampled_from([MONDAY, date(2026, 3, 3)]),
    ),
    max_size=30,
)


@given(beats)
def test_whatever_is_sent_time_is_counted_once(sent: list[Beat]):
    tally = Tally()
    counted = [each for each in sorted(sent) if rules.fold([each], tally, CAPS)]
    assert all(earlier.at <= later.since for earlier, later in pairwise(counted))
    passed = sum((each.at - each.since for each in counted), timedelta())
    assert sum(tally.of_day.values()) <= passed.total_seconds() <= 900
    assert len(counted) <= 900 // CAPS.beat_seconds


@given(beats)
def test_never_more_than_the_caps(sent: list[Beat]):
    tally = Tally()
    rules.fold(sent * 3, tally, CAPS.model_copy(update={"minutes_an_update": 2, "minutes_a_day": 3}))
    assert all(seconds <= 120 for seconds in tally.of_update.values())
    assert all(seconds <= 180 for seconds in tally.of_day.values())


@given(beats, st.integers(0, 30))
def test_portions_make_no_difference(sent: list[Beat], cut: int):
    ordered, whole, parted = sorted(sent), Tally(), Tally()
    rules.fold(ordered, whole, CAPS)
    rules.fold(ordered[:cut], parted, CAPS)
    rules.fold(ordered[cut:], parted, CAPS)
    assert whole == parted


@given(beats)
def test_what_is_recorded_is_what_was_counted(sent: list[Beat]):
    tally = Tally()
    reads = rules.fold(sent, tally, CAPS)
    assert sum(read.seconds for read in reads) == sum(tally.of_day.values()) == sum(tally.of_update.values())
    assert len({(read.update_id, read.day) for read in reads}) == len(reads)
    assert all(read.seconds > 0 for read in reads)


@pytest.mark.parametrize(
    ("day", "monday", "sunday"),
    [
        pytest.param(MONDAY, MONDAY, date(2026, 3, 8), id="Monday begins it"),
        pytest.param(date(2026, 3, 8), MONDAY, date(2026, 3, 8), id="Sunday ends it"),
        pytest.param(date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 15), id="the next"),
        pytest.param(date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 4), id="over the new year"),
    ],
)
def test_weeks(day: date, monday: date, sunday: date):
    assert rules.week_of(day) == (monday, sunday)


@pytest.mark.parametrize(("seconds", "points"), [(0, 0), (59, 0), (60, 1), (119, 1), (600, 10)])
def test_a_point_is_a_whole_minute(seconds: int, points: int):
    assert rules.points(seconds) == points
