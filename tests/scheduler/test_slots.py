"""Each daily slot runs once and in order, however far the civic clock jumps and whatever fails in between."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from bot.duties import DAILY
from models.base.clock import at
from models.base.db import Database, Work
from models.post import desk
from scheduler.service import DailyJob, Scheduler, TickJob, slots_between
from tests.conftest import START, FixedClock

MONDAY = START.date()


@dataclass
class Diary:
    """Jobs that write down when they ran."""

    entries: list[tuple[str, datetime]] = field(default_factory=list)

    def job(self, name: str, clock: time) -> DailyJob:
        async def run(work: Work) -> int:
            self.entries.append((name, work.now))
            return 1

        return DailyJob(name, clock, run)


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.mark.parametrize(
    ("after", "until", "days"),
    [
        pytest.param(at(MONDAY, time(9)), at(MONDAY, time(23)), [], id="today's has run"),
        pytest.param(at(MONDAY, time(8, 59)), at(MONDAY, time(8, 59, 59)), [], id="a second too early"),
        pytest.param(at(MONDAY, time(8, 59)), at(MONDAY, time(9)), [2], id="on the second"),
        pytest.param(
            at(date(2026, 3, 1), time(9)), at(date(2026, 3, 4), time(10)), [2, 3, 4], id="three days"
        ),
        pytest.param(at(date(2026, 3, 4), time(9)), at(MONDAY, time(9)), [], id="time that went back"),
    ],
)
def test_slots_between(after: datetime, until: datetime, days: list[int]) -> None:
    assert slots_between(after, until, time(9)) == [at(date(2026, 3, day), time(9)) for day in days]


async def test_a_job_that_never_ran_runs_for_today_and_not_for_the_past(
    database: Database, diary: Diary
) -> None:
    jobs = [diary.job("morning", time(9)), diary.job("now", time(10)), diary.job("evening", time(18))]
    await Scheduler(database, jobs, ()).tick()
    assert diary.entries == [("morning", at(MONDAY, time(9))), ("now", at(MONDAY, time(10)))]


async def test_a_slot_runs_once(database: Database, diary: Diary, civic: FixedClock) -> None:
    scheduler = Scheduler(database, [diary.job("morning", time(9))], ())
    for _ in range(3):
        assert await scheduler.tick()
        civic.move(hours=5)
    assert len(diary.entries) == 1


async def test_a_new_process_does_not_run_a_slot_again(
    database: Database, diary: Diary, wall: FixedClock
) -> None:
    for _ in range(2):
        assert await Scheduler(database, [diary.job("morning", time(9))], ()).tick()
        wall.move(minutes=1)
    assert len(diary.entries) == 1


async def test_after_a_jump_of_ten_days_every_slot_runs_once_in_the_order_of_time_then_of_the_list(
    database: Database, diary: Diary, civic: FixedClock
) -> None:
    jobs = [diary.job("late", time(9, 30)), diary.job("b", time(9)), diary.job("a", time(9))]
    scheduler = Scheduler(database, jobs, ())
    await scheduler.tick()
    diary.entries.clear()
    civic.move(days=10)
    await scheduler.tick()
    days = [MONDAY + timedelta(days=count) for count in range(1, 11)]
    order = (("b", time(9)), ("a", time(9)), ("late", time(9, 30)))
    assert diary.entries == [(name, at(day, clock)) for day in days for name, clock in order]


async def test_a_job_that_fails_marks_nothing_and_is_tried_again(database: Database, diary: Diary) -> None:
    failures = [ConnectionError()]

    async def run(work: Work) -> int:
        await desk.open_ticket(work, "half_done", "x")
        if failures:
            raise failures.pop()
        return 1

    jobs = [diary.job("before", time(8)), DailyJob("fails", time(9), run), diary.job("after", time(10))]
    scheduler = Scheduler(database, jobs, ())
    with pytest.raises(ConnectionError):
        await scheduler.tick()
    assert [name for name, _ in diary.entries] == ["before"]
    assert await tickets(database) == 0
    await scheduler.tick()
    assert ([name for name, _ in diary.entries], await tickets(database)) == (["before", "after"], 1)


async def tickets(database: Database) -> int:
    async with database.read() as work:
        return len(await work.all(desk.tickets.select()))


async def test_ticking_jobs_run_on_the_wall_every_so_many_seconds(
    database: Database, wall: FixedClock, civic: FixedClock
) -> None:
    runs = []

    async def run() -> int:
        runs.append((wall.now() - START).total_seconds())
        return 0

    scheduler = Scheduler(database, (), [TickJob("look", 5, run)])
    civic.move(days=3)  # means nothing to it
    for _ in range(12):
        await scheduler.tick()
        wall.move(seconds=1)
    assert runs == [0, 5, 10]


async def test_a_ticking_job_that_fails_stops_no_other_job(
    database: Database, diary: Diary, wall: FixedClock, logged: list[Any]
) -> None:
    runs = []

    async def fail() -> int:
        raise ConnectionError

    async def look() -> int:
        runs.append(1)
        return 0

    jobs = [TickJob("fails", 5, fail), TickJob("look", 5, look)]
    scheduler = Scheduler(database, [diary.job("morning", time(9))], jobs)
    assert await scheduler.tick()
    wall.move(seconds=5)
    assert await scheduler.tick()
    assert (len(runs), len(diary.entries)) == (2, 1)
    accidents = [entry for entry in logged if entry["event"] == "job_failed"]
    assert [entry["job"] for entry in accidents] == ["fails", "fails"]
    logged.clear()


async def test_a_daily_job_that_keeps_failing_stops_no_ticking_job(database: Database) -> None:
    """Payments are asked about and audit events are sealed although a reminder has a bug."""
    runs = []

    async def fail(work: Work) -> int:
        raise ConnectionError

    async def look() -> int:
        runs.append(1)
        return 0

    scheduler = Scheduler(database, [DailyJob("fails", time(9), fail)], [TickJob("look", 5, look)])
    with pytest.raises(ConnectionError):
        await scheduler.tick()
    assert len(runs) == 1


def test_the_citys_jobs_have_names_of_their_own_and_run_by_day() -> None:
    assert len({job.name for job in DAILY}) == len(DAILY)
    assert all(job.clock <= time(10) for job in DAILY), "the demo's days land at 10:00"
    early = {job.name for job in DAILY if job.clock < time(8)}
    assert early == {"close_point_cycles"}, "what is told in office hours is worked out in them"
