"""A PostgreSQL of one test's own that can be stopped like a machine without power, frozen, and started again; a Redis likewise."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import servers
from tests.servers import POSTGRESQL_OPTIONS, SECONDS_TO_START, Valkey

PROCESSES = Path("/proc")


class PostgreSQL(servers.PostgreSQL):
    """What it has acknowledged, it keeps: commits are written before they are answered."""

    def start(self) -> str:
        """The url of its maintenance database."""
        url = super().start()
        self.stop()
        self.start_again()
        return url

    def start_again(self) -> None:
        """After a stop; it recovers what it had."""
        here = f"unix_socket_directories={self._folder}"
        options = [f"-c {option}" for option in (*POSTGRESQL_OPTIONS, here, "synchronous_commit=on")]
        wait = ("-w", "-t", str(SECONDS_TO_START))
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", *wait, "-l", log, "-o", " ".join(options))

    def freeze(self) -> None:
        """All of its processes stand still; connections stay, and are made, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """They go on as if nothing had been."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """The first of them before those it made: it makes no more meanwhile."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(first, number)
        for process in _made_by(first):
            with suppress(ProcessLookupError):
                os.kill(process, number)


@contextmanager
def own_postgresql() -> Iterator[tuple[PostgreSQL, str]]:
    """The server, and its url."""
    with TemporaryDirectory(prefix="shimin-chaos-") as name:  # a short path, as sockets want it
        Path(name).chmod(0o711)  # root's stand-in has to get through
        folder = Path(name) / "postgresql"
        folder.mkdir()
        server = PostgreSQL(folder)
        url = server.start()
        try:
            yield server, url
        finally:
            with suppress(ProcessLookupError, FileNotFoundError):
                server.thaw()
            server.stop()


@contextmanager
def own_redis() -> Iterator[tuple[Valkey, str]]:
    """The server, and its url. `start` starts it again after a `stop`, with nothing in it."""
    with TemporaryDirectory(prefix="shimin-chaos-") as name:
        server = Valkey(Path(name))
        try:
            yield server, server.start()
        finally:
            server.stop()


def _made_by(parent: int) -> Iterator[int]:
    for entry in PROCESSES.glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = entry.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                yield int(entry.parent.name)
