"""Starting the demo where it cannot start."""

import socket
import subprocess
from pathlib import Path

import pytest

from tests.web.demo import SHIMIN, bare_environment, free_ports


@pytest.mark.parametrize(
    ("taken", "setting"),
    [
        pytest.param("--port", "PORT", id="service"),
        pytest.param("--sandbox-port", "SANDBOX_PORT", id="sandbox"),
    ],
)
def test_a_port_that_is_taken_is_named_and_nothing_is_made(tmp_path: Path, taken: str, setting: str):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        ports = dict(zip(("--port", "--sandbox-port"), free_ports(2), strict=True))
        ports[taken] = somebody.getsockname()[1]
        words = [word for option, port in ports.items() for word in (option, str(port))]
        ended = subprocess.run(
            [*SHIMIN, "demo", *words],
            cwd=tmp_path,
            env=bare_environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"shimin: {setting}: cannot listen on port {ports[taken]}")
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / ".demo").exists()
