"""What an operator watches, read in the background."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.metrics import Prometheus
from bot.watch import Watch
from bot.wiring import Shimin
from models.base.db import Database
from models.post import outbox
from models.post.notices import Kind
from scheduler.service import LEASE_LENGTH
from tests.conftest import FixedClock
from tests.ops.conftest import figures
from tests.service import Fakes, scheduler

NEWS = Kind("news")
LAG = "shimin_job_lag_seconds{%s}"


@pytest.fixture
def watch(shimin: Shimin, metrics: Prometheus) -> Watch:
    return Watch(shimin.services, shimin.scheduler, metrics)


async def look(watch: Watch, metrics: Prometheus) -> dict[str, float]:
    await watch.look()
    return dict(await figures(metrics))


async def test_all_is_well(shimin: Shimin, watch: Watch, metrics: Prometheus) -> None:
    await shimin.scheduler.tick()
    seen = await look(watch, metrics)
    well = {
        "shimin_notices_due{}": 0,
        "shimin_notice_oldest_due_seconds{}": 0,
        "shimin_ledger_imbalance_fen{}": 0,
        "shimin_bill_differences{}": 0,
        "shimin_wallet_differences{}": 0,
        "shimin_wallet_compared_timestamp_seconds{}": 0,
        "shimin_redis_away{}": 0,
        "shimin_scheduler_leading{}": 1,
        "shimin_scheduler_lease_seconds{}": LEASE_LENGTH.total_seconds(),
        LAG % "impose_ripe_measures": 0,
    }
    assert {name: seen[name] for name in well} == well
    assert seen["shimin_watched_timestamp_seconds{}"] > 0


async def test_the_post_is_behind(
    database: Database, watch: Watch, metrics: Prometheus, civic: FixedClock
) -> None:
    async with database.begin("system:test") as work:
        for number in range(3):
            await outbox.queue(work, NEWS, subject=f"case {number}", once="1")
    civic.move(minutes=7)
    seen = await look(watch, metrics)
    assert (seen["shimin_notices_due{}"], seen["shimin_notice_oldest_due_seconds{}"]) == (3, 420)


async def test_the_jobs_are_behind(
    shimin: Shimin, watch: Watch, metrics: Prometheus, civic: FixedClock, wall: FixedClock
) -> None:
    """Nobody led since yesterday at ten; the oldest slot that has not run tells for how long."""
    await shimin.scheduler.tick()
    for clock in (civic, wall):
        clock.move(days=1, minutes=-45)
    seen = await look(watch, metrics)
    assert seen[LAG % "announce_overdue_fines"] == timedelta(minutes=45).total_seconds()
    assert seen[LAG % "remind_of_due_fines"] == timedelta(minutes=15).total_seconds()
    assert seen[LAG % "impose_ripe_measures"] == 0
    assert (seen["shimin_scheduler_leading{}"], seen["shimin_scheduler_lease_seconds{}"]) == (0, 0)
    for clock in (civic, wall):
        clock.move(days=2)
    seen = await look(watch, metrics)
    assert seen[LAG % "announce_overdue_fines"] == timedelta(days=2, minutes=45).total_seconds()


async def test_another_leads(database: Database, fakes: Fakes, watch: Watch, metrics: Prometheus) -> None:
    await scheduler(database, fakes).tick()
    seen = await look(watch, metrics)
    assert seen["shimin_scheduler_leading{}"] == 0
    assert seen["shimin_scheduler_lease_seconds{}"] == LEASE_LENGTH.total_seconds()


async def test_it_looks_by_itself_and_goes_on_after_a_failure(
    database: Database, watch: Watch, metrics: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watch.LOOK_SECONDS", 0.01)
    await change(database, "ALTER TABLE leases RENAME TO hidden")
    with capture_logs() as logged:
        running = asyncio.create_task(watch.run())
        try:
            await until(lambda: any(entry["event"] == "watch_failed" for entry in logged))
            assert (await figures(metrics))["shimin_watched_timestamp_seconds{}"] == 0
        finally:
            await change(database, "ALTER TABLE hidden RENAME TO leases")
        for name in ("shimin_watched_timestamp_seconds{}", "shimin_loop_lag_seconds_count{}"):
            await until_counted(metrics, name)
        running.cancel()
        await asyncio.wait({running})


async def until_counted(metrics: Prometheus, name: str) -> None:
    async with asyncio.timeout(30):
        while not (await figures(metrics))[name]:
            await asyncio.sleep(0.01)


async def change(database: Database, statement: str) -> None:
    async with database.begin("system:test") as work:
        await work.run(text(statement))


async def until(true: Any) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)
