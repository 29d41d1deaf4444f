"""From the payment to the citizen's being told, through a web process, a worker and the sandbox: each step once, in its order. How long it
takes is measured by the same program (`python -m benchmarks.settled`)."""

import asyncio
import os
import sys
from pathlib import Path

from tests.processes.service import LONG
from tests.web.demo import free_ports

ROOT = Path(__file__).parents[2]
PAYMENTS = 8


async def test_paid_lifted_wallet_told_citizen_told() -> None:
    ports = [str(port) for port in free_ports(2)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.settled"),
        *("--payments", str(PAYMENTS), "--rate", "8", "--ports", *ports),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("SHIMIN_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await asyncio.wait_for(process.communicate(), LONG)
    assert process.returncode == 0, (said + complained).decode()
    assert f"{PAYMENTS} payments: payments booked, cases closed, locks lifted, wallet told" in said.decode()
    assert "books out of balance by 0 fen" in said.decode()
