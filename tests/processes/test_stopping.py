"""The end of a process: all parts stop at once, and none keeps another from ending well."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.roles import _stop


async def test_each_part_ends_in_its_own_way() -> None:
    ended: list[str] = []

    async def well() -> None:
        await asyncio.sleep(0)
        ended.append("well")

    async def badly() -> None:
        raise RuntimeError("out of order")

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cut")

    with capture_logs() as logged:
        await _stop({"doors": never, "post": badly, "jobs": well}, 0.05)
        await asyncio.sleep(0)
    assert ended == ["well", "cut"]
    told: list[Any] = [(entry["event"], entry["part"]) for entry in logged]
    assert told == [("cut_short", "doors"), ("stop_failed", "post")]


@pytest.mark.timeout(10)
async def test_nothing_to_stop_is_stopped_at_once() -> None:
    await _stop({}, 60)
