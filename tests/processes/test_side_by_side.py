"""Several web processes: a port each, or one port that the kernel shares out; what the operators see of each."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from tests.ops.conftest import series
from tests.processes.conftest import Start
from tests.processes.service import LONG, Service
from tests.web.demo import free_ports


async def figures(service: Service) -> Mapping[str, float]:
    async with service.http.get(f"{service.ops}/metrics") as answer:
        return series(await answer.text())


async def test_two_on_one_port(start: Start) -> None:
    [port] = free_ports(1)
    one, other = [await start("serve", port=port, REUSE_PORT="true", DRAIN_SECONDS="0") for _ in range(2)]
    one.terminate()
    assert await one.ended() == 0, one.log
    for _ in range(10):  # each by a connection of its own
        async with aiohttp.ClientSession() as http, http.get(f"{other.web}/livez") as answer:
            assert answer.status == 200


async def test_each_tells_its_own_figures(start: Start) -> None:
    service = await start("all")
    async with asyncio.timeout(LONG):
        while not (seen := await figures(service))["shimin_watched_timestamp_seconds{}"]:
            await asyncio.sleep(0.1)
    assert seen["shimin_ledger_imbalance_fen{}"] == 0
    assert seen["shimin_job_lag_seconds{impose_ripe_measures}"] >= 0
    assert seen["process_resident_memory_bytes{}"] > 0


async def test_a_port_that_is_taken_is_one_line(
    start: Start, environment: Mapping[str, str], tmp_path: Path
) -> None:
    [ops_port] = [int(each.rsplit(":", 1)[1]) for each in [(await start("worker")).ops]]
    command = (sys.executable, "-m", "bot", "worker")
    own = {**environment, "SHIMIN_METRICS_PORT": str(ops_port)}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=own, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode == 1
    [line] = said.decode().splitlines()
    assert "SHIMIN_METRICS_PORT: cannot listen on" in line
