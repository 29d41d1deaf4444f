"""A scheduler that was stopped in the middle of a tick ended it well, and an error stood in the log: the clockwork had cancelled it."""

import asyncio
import logging

import pytest

from models.base.db import Database
from scheduler.service import Scheduler, TickJob
from tests.databases import on_sqlite


@on_sqlite
async def test_it_is_no_error(database: Database, caplog: pytest.LogCaptureFixture):
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        begun.set()
        await go.wait()
        return 1

    scheduler = Scheduler(database, (), [TickJob("slow", 1, slow)])
    with caplog.at_level(logging.WARNING):
        scheduler.start()
        async with asyncio.timeout(30):
            await begun.wait()
        stopping = asyncio.create_task(scheduler.stop())
        await asyncio.sleep(0.05)
        go.set()
        await stopping
    assert [record.getMessage() for record in caplog.records] == []
