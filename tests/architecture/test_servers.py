"""The servers of a test session end with it, however it ends; one that cannot start says why."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import NAMED, SESSION, ServerMissing, url

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, tests.servers as servers
session = servers.Session()
for name in sys.argv[1:]:
    servers.url(name)
print(session.folder, flush=True)
sys.stdin.read()
session.end()
"""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is named, and no session is there."""
    for name in (*NAMED.values(), SESSION):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def session(bare: None) -> Iterator[subprocess.Popen[str]]:
    """Somebody else's session, with both servers; it ends when its input does."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    command = [sys.executable, "-c", HOLD, *NAMED]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=quiet, text=True, stdin=pipe, stdout=pipe) as process:
        yield process
        process.kill()


def running(folder: str) -> list[str]:
    """Command lines that name this folder."""
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_text("utf-8", "replace")
        except OSError:
            continue
        lines += [line] if folder in line else []
    return lines


@pytest.mark.parametrize("end", [pytest.param("exit", id="over"), pytest.param("kill", id="killed")])
async def test_servers_end_with_their_session(session: subprocess.Popen[str], end: str):
    assert session.stdin
    assert session.stdout
    folder = session.stdout.readline().strip()
    assert len(running(folder)) >= 4, "two servers, two keepers"
    if end == "kill":
        session.send_signal(signal.SIGKILL)
    else:
        session.stdin.close()
    session.wait()
    async with asyncio.timeout(60):
        while running(folder) or Path(folder).exists():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", NAMED)
def test_a_server_that_cannot_start_says_why_and_what_to_do(
    name: str, bare: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    too_long_for_a_socket = tmp_path / ("x" * 100)
    too_long_for_a_socket.mkdir()
    monkeypatch.setenv(SESSION, str(too_long_for_a_socket))
    for _ in range(2):
        with pytest.raises(ServerMissing, match=f"set {NAMED[name]}.*(\n.*)+"):
            url.__wrapped__(name)
    assert running(str(too_long_for_a_socket)) == []


@pytest.mark.parametrize("name", NAMED)
def test_a_server_that_is_named_is_taken(name: str, bare: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(NAMED[name], "somebody's://server")
    assert url.__wrapped__(name) == "somebody's://server"
