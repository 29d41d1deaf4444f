"""A running `shimin demo`, seen from outside: its process, its files, and the shell beside it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from dotenv import dotenv_values

SHIMIN = (sys.executable, "-m", "bot")
SECONDS_TO_START = 90.0  # it takes three; a busy machine may need many more
SECONDS_TO_STOP = 10.0
LOGS = ("service.log", "sandbox.log", "../output.log")
LOOK_AGAIN = 0.05


@dataclass(frozen=True)
class Demo:
    """The town's process; `folder` is where it was started and holds `.demo/`."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def env(self) -> dict[str, str]:
        """What `.demo/env` says."""
        return {name: value or "" for name, value in dotenv_values(self.folder / ".demo" / "env").items()}

    @property
    def service(self) -> str:
        return self.env["SHIMIN_PUBLIC_URL"]

    @property
    def sandbox(self) -> str:
        return self.env["DEMO_SANDBOX_URL"]

    def shell(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`shimin <words>` in the demo's folder."""
        return subprocess.run(
            [*SHIMIN, *words],
            cwd=self.folder,
            env=bare_environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def log(self, name: str) -> str:
        """A log so far, of `.demo/`; empty before it was begun."""
        file = self.folder / ".demo" / name
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def logs(self) -> str:
        return "".join(f"--- {name}\n{self.log(name)}\n" for name in LOGS)


@contextmanager
def running(folder: Path) -> Iterator[Demo]:
    """Start the demo in an empty folder and wait for its town; Ctrl-C ends it at last, cleanly and without a traceback."""
    port, sandbox_port = free_ports(2)
    command = [*SHIMIN, "demo", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=bare_environment(), stdout=output, stderr=subprocess.STDOUT
        )
        demo = Demo(folder, process)
        try:
            _wait_for_the_town(
                demo, f"http://127.0.0.1:{port}/readyz", f"http://127.0.0.1:{sandbox_port}/livez"
            )
            yield demo
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS_TO_STOP) == 0, demo.logs()
        finally:
            process.kill()
            process.wait()
    for trouble in ("Traceback", '"level": "error"', "ERROR"):
        assert trouble not in demo.logs(), demo.logs()


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def bare_environment() -> dict[str, str]:
    """This process's environment without settings of Shimin's: the demo brings its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SHIMIN_", "DEMO_"))}


def _wait_for_the_town(demo: Demo, *addresses: str) -> None:
    def is_up() -> bool:
        assert demo.process.poll() is None, demo.logs()
        return all(map(_answers, addresses)) and (demo.folder / ".demo" / "ready").exists()

    wait_until(is_up, SECONDS_TO_START, demo.logs)


def wait_until(true: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    """Look again and again; fails with an explanation when it has not come true in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, explain()
        time.sleep(LOOK_AGAIN)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False
